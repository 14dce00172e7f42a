// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultSpec is a fault in JSON: what goes wrong, where, how often and for which
// requests. [ReadFaults] reads it and [Server.InjectSpec] puts it in force. See
// [FaultKinds] and [DescribeFault] for the values of "what".
type FaultSpec struct {
	What     string   `json:"what"`
	Endpoint Endpoint `json:"endpoint"` // Any by default; Token for a token fault

	Times int `json:"times,omitempty"` // for how many requests; 0 means until it is cleared
	Every int `json:"every,omitempty"` // only every nth request

	ClientID string `json:"client_id,omitempty"` // only requests of this application
	Path     string `json:"path,omitempty"`      // only requests with this in their path
	Method   string `json:"method,omitempty"`    // only requests with this method

	// Parameters. Each kind of fault takes only some of them.
	Status     int             `json:"status,omitempty"`
	RetryAfter headerValue     `json:"retry_after,omitempty"`
	Error      string          `json:"error,omitempty"`
	Message    string          `json:"message,omitempty"`
	Code       int             `json:"code,omitempty"`
	Delay      string          `json:"delay,omitempty"` // such as "2s"
	Lifetime   string          `json:"lifetime,omitempty"`
	Location   string          `json:"location,omitempty"`
	URL        string          `json:"url,omitempty"`
	Scopes     []string        `json:"scopes,omitempty"`
	Name       string          `json:"name,omitempty"`
	Value      json.RawMessage `json:"value,omitempty"`
}

// headerValue is a string, or a number without quotes.
type headerValue string

func (h *headerValue) UnmarshalJSON(data []byte) error {
	var number json.Number
	if json.Unmarshal(data, &number) == nil {
		*h = headerValue(number)
		return nil
	}
	return json.Unmarshal(data, (*string)(h))
}

// commonMembers are the members that every fault can have. All others are
// parameters.
var commonMembers = []string{"what", "endpoint", "times", "every", "client_id", "path", "method"}

// ReadFaults reads one fault as a JSON object, or several as an array. An error
// about a word lists the valid ones.
func ReadFaults(r io.Reader) ([]FaultSpec, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		data = []byte("[{}]")
	case data[0] != '[':
		data = slices.Concat([]byte("["), data, []byte("]"))
	}
	var elements []map[string]json.RawMessage
	if err := json.Unmarshal(data, &elements); err != nil {
		return nil, fmt.Errorf(`a fault is a JSON object such as {"endpoint": "token", "what": "hang"}: %w`, plain(err))
	}
	var specs []FaultSpec
	for i, members := range elements {
		spec, err := readFault(members)
		if err != nil && len(elements) > 1 {
			err = fmt.Errorf("fault %d: %w", i+1, err)
		}
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

func readFault(members map[string]json.RawMessage) (spec FaultSpec, err error) {
	for name := range members {
		if _, isParameter := parameters[name]; !isParameter && !slices.Contains(commonMembers, name) {
			valid := slices.Concat(commonMembers, slices.Sorted(maps.Keys(parameters)))
			return spec, unknownWord("a member", name, valid)
		}
	}
	if members == nil || json.Unmarshal(members["what"], &spec.What) != nil || spec.What == "" {
		return spec, fmt.Errorf(`"what" is missing: it is one of %s`, strings.Join(FaultKinds(), ", "))
	}
	kind, known := faultKinds[spec.What]
	if !known {
		return spec, unknownWord(`"what"`, spec.What, FaultKinds())
	}
	data, err := json.Marshal(members)
	if err != nil {
		return spec, err
	}
	spec.Endpoint, spec.Status = Any, kind.status
	if kind.ofTokens {
		spec.Endpoint = Token
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		return spec, plain(err)
	}
	return spec, spec.check(kind, members)
}

func (f FaultSpec) check(kind faultKind, members map[string]json.RawMessage) error {
	for name := range members {
		if _, isParameter := parameters[name]; isParameter && !slices.Contains(kind.takes, name) {
			return fmt.Errorf("%q means nothing for %q, which takes %s", name, f.What, listed(kind.takes))
		}
	}
	for _, name := range kind.needs {
		if _, given := members[name]; !given {
			return fmt.Errorf("%q needs %q: %s", f.What, name, parameters[name])
		}
	}
	for name, text := range map[string]string{"delay": f.Delay, "lifetime": f.Lifetime} {
		if _, given := members[name]; given && duration(text) <= 0 {
			return fmt.Errorf(`%q is %q: %s`, name, clip(text), parameters[name])
		}
	}
	switch {
	case f.Times < 0 || f.Every < 0:
		return errors.New(`"times" and "every" are numbers from 1, or left out`)
	case kind.ofTokens && f.Endpoint != Token:
		return fmt.Errorf("%q changes the access token, so its endpoint can only be token", f.What)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf(`"status" is %d: %s`, f.Status, parameters["status"])
	case f.Value != nil && !json.Valid(f.Value):
		return errors.New(`"value" is not JSON`)
	}
	return nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return "no parameters"
	}
	return strings.Join(names, ", ")
}

func unknownWord(what, word string, valid []string) error {
	return fmt.Errorf("%s is %s: it must be one of %s", what, strconv.Quote(clip(word)), strings.Join(valid, ", "))
}

// clip keeps an error short, whatever the input.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

// duration returns 0 for a text that isn't a duration.
func duration(text string) time.Duration {
	d, _ := time.ParseDuration(text)
	return d
}

// fault returns the Fault to inject.
func (f FaultSpec) fault(s *Server) Fault {
	made := faultKinds[f.What].make(f)
	if f.RetryAfter != "" {
		made = made.With("Retry-After", string(f.RetryAfter))
	}
	made.Times, made.Every, made.spec = f.Times, f.Every, &f
	if f.ClientID != "" || f.Path != "" || f.Method != "" {
		made.When = func(r Request) bool {
			return (f.Method == "" || strings.EqualFold(f.Method, r.Method)) &&
				strings.Contains(r.Path, f.Path) &&
				(f.ClientID == "" || f.ClientID == s.clientIDOf(r))
		}
	}
	return made
}

// InjectSpec queues a fault from ReadFaults. See Inject.
func (s *Server) InjectSpec(spec FaultSpec) { s.Inject(spec.Endpoint, spec.fault(s)) }

// FaultStatus is a fault that is in force or still in the queue.
type FaultStatus struct {
	FaultSpec
	Seen   int `json:"seen"`   // requests that it looked at
	Struck int `json:"struck"` // requests that it made fail
}

// Faults lists the faults that can still strike, by endpoint and in the order
// of the queue. A fault that wasn't made from a FaultSpec has no "what".
func (s *Server) Faults() []FaultStatus {
	q := &s.faults
	q.mu.Lock()
	defer q.mu.Unlock()
	faults := []FaultStatus{}
	for _, endpoint := range endpoints {
		for _, f := range q.queued[endpoint] {
			status := FaultStatus{Seen: f.seen, Struck: f.struck}
			status.Endpoint, status.Times, status.Every = endpoint, f.Times, f.Every
			if f.spec != nil {
				status.FaultSpec = *f.spec
			}
			faults = append(faults, status)
		}
	}
	return faults
}
