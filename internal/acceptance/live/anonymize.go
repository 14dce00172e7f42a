// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// anonymizer replaces texts: each by the same one wherever it stands, so that the run can be made again. It keeps what
// it knows to be a word of the protocol, and replaces all else.
type anonymizer struct {
	instance *url.URL
	replaced map[string]string // what stands for a text
	counts   map[string]int    // of what a kind of text was replaced by
	signer   signer
}

func newAnonymizer(s subject, exchanges []*exchange) (*anonymizer, error) {
	instance, err := erpnet.ParseInstance(s.Instance)
	if err != nil {
		return nil, err
	}
	root, err := url.Parse(instance.URL)
	if err != nil {
		return nil, err
	}
	a := &anonymizer{instance: root, replaced: map[string]string{}, counts: map[string]int{}}
	a.signer, err = newSigner(exchanges)
	a.know(s.ClientID, "application-of-the-run")
	a.know(s.ClientSecret, "secret-of-the-run-0123456789abcdef")
	a.know(s.Application, "application-that-is-made")
	a.know(s.Secrets[0], "first-secret-0123456789abcdef")
	a.know(s.Secrets[1], "second-secret-0123456789abcdef")
	return a, err
}

// instanceHost stands for the instance.
const instanceHost = "instance.example"

// know says what stands for a text, and by that for its hash.
func (a *anonymizer) know(text, by string) {
	if text != "" {
		a.replaced[text] = by
		a.replaced[erpnet.SecretHash(text)] = erpnet.SecretHash(by)
	}
}

// by is what stands for a text: a kind and a number.
func (a *anonymizer) by(kind, text string) string {
	if known, found := a.replaced[text]; found {
		return known
	}
	a.counts[kind]++
	a.replaced[text] = fmt.Sprintf("%s-%d", kind, a.counts[kind])
	return a.replaced[text]
}

func (a *anonymizer) subject(s subject) subject {
	return subject{
		Instance: a.url(a.instance.String()), IdentityURL: a.url(s.IdentityURL), DomainAPIURL: a.url(s.DomainAPIURL),
		Issuer: a.url(s.Issuer), ClientID: a.replaced[s.ClientID], ClientSecret: a.replaced[s.ClientSecret],
		EntitySet: a.reference(s.EntitySet), Application: a.replaced[s.Application],
		Secrets: [2]string{a.replaced[s.Secrets[0]], a.replaced[s.Secrets[1]]},
	}
}

// keptHeaders are those that a client looks at, or that tell who responds.
var keptHeaders = []string{
	"Content-Type", "Date", "Location", "OData-EntityId", "OData-Version", "Retry-After", "Server", "WWW-Authenticate",
}

func (a *anonymizer) exchange(e exchange) exchange {
	clean := exchange{
		Method: e.Method, URL: a.url(e.URL), Status: e.Status, Header: map[string]string{},
		RequestBody: a.body(e.RequestBody, "request"), ResponseBody: a.body(e.ResponseBody, "response"),
	}
	for _, name := range keptHeaders {
		switch value := e.Header[http.CanonicalHeaderKey(name)]; {
		case value == "":
		case name == "Location", name == "OData-EntityId":
			clean.Header[name] = a.text(name, value)
		case name == "Date", name == "Retry-After":
			clean.Header[name] = value
		default:
			clean.Header[name] = a.words(value)
		}
	}
	return clean
}

// body is a body without what is private. Of one that is neither JSON nor a form, only words are kept.
func (a *anonymizer) body(text, side string) string {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	switch {
	case strings.TrimSpace(text) == "":
		return text
	case decoder.Decode(&value) == nil && !decoder.More():
		var clean bytes.Buffer
		encoder := json.NewEncoder(&clean)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(a.value("", value)) != nil {
			return ""
		}
		return strings.TrimSuffix(clean.String(), "\n")
	case version.MatchString(strings.TrimSpace(text)):
		return text
	case side == "request":
		form, err := url.ParseQuery(text)
		if err != nil {
			return ""
		}
		for name := range form {
			form.Set(name, a.text(name, form.Get(name)))
		}
		return form.Encode()
	case strings.Contains(text, "<"):
		return "<!DOCTYPE html>\n<html><body><p>" + a.words(markup.ReplaceAllString(text, " ")) + "</p></body></html>\n"
	}
	return a.words(text)
}

var markup = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)

// value is a decoded JSON value without what is private. name is that of the member that it is in.
func (a *anonymizer) value(name string, value any) any {
	switch value := value.(type) {
	case string:
		return a.text(name, value)
	case []any:
		for i := range value {
			value[i] = a.value(name, value[i])
		}
	case map[string]any:
		if keys, found := value["keys"].([]any); found {
			value["keys"] = a.signer.publicKeys(a, keys)
			return value
		}
		for member := range value {
			switch {
			case strings.HasPrefix(member, "CustomProperty"), !memberName.MatchString(member):
				delete(value, member)
			default:
				value[member] = a.value(member, value[member])
			}
		}
	}
	return value
}

var (
	memberName = regexp.MustCompile(`^@?[A-Za-z][A-Za-z0-9_@.-]*$`)
	guid       = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	onlyGUIDs  = regexp.MustCompile(`^(?:[A-Z][A-Za-z]*(?:_[A-Z][A-Za-z]*)+\()?` + guid.String() + `\)?$`)
	entitySet  = regexp.MustCompile(`^[A-Z][A-Za-z]*(?:_[A-Z][A-Za-z]*)+$`)
	moment     = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d)?)?$`)
	version    = regexp.MustCompile(`^\d{1,3}(\.\d{1,5}){1,3}$`)
	number     = regexp.MustCompile(`^\d{1,5}$`)
	jwt        = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)
	namespaced = regexp.MustCompile(`^(?:System|Microsoft|Aloe|Erp)(?:\.[A-Za-z0-9_]+)+$|^[A-Z][A-Za-z]*Exception$`)
	hash       = regexp.MustCompile(`^[A-Za-z0-9+/]{43}=$`)
)

// text is a text without what is private.
func (a *anonymizer) text(name, text string) string {
	switch known, found := a.replaced[text]; {
	case found:
		return known
	case text == "", isProtocolWord(text), text == recordName, text == recordNotes:
		return text
	case jwt.MatchString(text):
		return a.remember(text, a.signer.resign(a, text))
	case strings.Contains(text, "://"):
		return a.url(text)
	case onlyGUIDs.MatchString(text):
		return a.reference(text)
	case strings.EqualFold(text, a.instance.Hostname()), strings.EqualFold(text, a.instance.Host):
		return instanceHost
	case entitySet.MatchString(text), namespaced.MatchString(text):
		return text
	case strings.EqualFold(name, "version") && version.MatchString(text):
		return text
	case moment.MatchString(text):
		return "2026-01-01T00:00:00Z"
	case hash.MatchString(text):
		return a.remember(text, erpnet.SecretHash(a.by("secret", "of "+text)))
	}
	switch name {
	case "scope", "Scope", "scopes_supported":
		return a.scopes(text)
	case "message", "error", "error_description", "detail", "title":
		return a.words(text)
	case "info", "stackTrace", "messageFormat":
		return "..."
	case "ImpersonateLoginUrl", "ImpersonateLogoutUrl":
		return "https://callback.example/"
	}
	return a.by(strings.ToLower(strings.TrimPrefix(name, "@")), text)
}

func (a *anonymizer) remember(text, by string) string {
	a.replaced[text] = by
	return by
}

// scopes keeps the documented ones.
func (a *anonymizer) scopes(text string) string {
	scopes := strings.Fields(text)
	for i, scope := range scopes {
		if !isProtocolWord(scope) {
			scopes[i] = a.by("scope", scope)
		}
	}
	return strings.Join(scopes, " ")
}

// reference replaces the GUIDs in a text that holds nothing else that is private.
func (a *anonymizer) reference(text string) string {
	return guid.ReplaceAllStringFunc(text, func(found string) string {
		found = strings.ToLower(found)
		if known, again := a.replaced[found]; again {
			return known
		}
		a.counts["guid"]++
		return a.remember(found, fmt.Sprintf("00000000-0000-4000-8000-%012d", a.counts["guid"]))
	})
}

// url replaces a URL's host, what is private in its path, and its query.
func (a *anonymizer) url(text string) string {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return ""
	case err != nil || u.Host == "":
		return a.by("url", text)
	}
	clean := url.URL{Scheme: u.Scheme, Host: instanceHost}
	if !strings.EqualFold(u.Hostname(), a.instance.Hostname()) {
		clean.Host = a.by("host", strings.ToLower(u.Host)) + ".example"
	} else if u.Scheme == a.instance.Scheme {
		clean.Scheme = "https" // as the instance is called in the transcript
	}
	var path []string
	for _, segment := range strings.Split(u.Path, "/") {
		if segment != "" && !isProtocolWord(segment) {
			if onlyGUIDs.MatchString(segment) || entitySet.MatchString(segment) {
				segment = a.reference(segment)
			} else {
				segment = a.by("path", segment)
			}
		}
		path = append(path, segment)
	}
	clean.Path, clean.RawQuery = strings.Join(path, "/"), a.query(u.Query())
	return clean.String()
}

// query keeps the options whose values are words of the protocol; the values of the others are said to be something.
func (a *anonymizer) query(options url.Values) string {
	for name, values := range options {
		switch {
		case !memberName.MatchString(strings.TrimPrefix(name, "$")):
			options.Del(name)
		case number.MatchString(values[0]), values[0] == "true":
		case name == "$select", name == "$expand", name == "$orderby":
		default:
			options.Set(name, "something")
		}
	}
	return strings.ReplaceAll(options.Encode(), "%24", "$")
}
