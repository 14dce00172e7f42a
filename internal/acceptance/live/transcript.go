// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"time"
)

// transcript is what was said in a run, with every secret, name and identifier replaced. It can be replayed.
type transcript struct {
	About     string     `json:"about"`
	At        string     `json:"at"` // when the run began, RFC 3339
	Subject   subject    `json:"subject"`
	Outcomes  []outcome  `json:"outcomes"`
	Exchanges []exchange `json:"exchanges"`
}

const aboutTranscripts = "What an ERP.net instance responds. Secrets, names and identifiers are replaced, and tokens are signed " +
	"by a key that is thrown away."

// newTranscript replaces all that is private in a run.
func newTranscript(s subject, begin time.Time, exchanges []*exchange, outcomes []outcome) (transcript, error) {
	a, err := newAnonymizer(s, exchanges)
	if err != nil {
		return transcript{}, err
	}
	t := transcript{
		About: aboutTranscripts, At: begin.UTC().Format(time.RFC3339), Subject: a.subject(s), Outcomes: outcomes,
	}
	for _, one := range exchanges {
		t.Exchanges = append(t.Exchanges, a.exchange(*one))
	}
	return t, nil
}

// save writes a transcript for people to look through.
func (t transcript) save(file string) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(t); err != nil {
		return err
	}
	return os.WriteFile(file, text.Bytes(), 0o600)
}

// load reads a transcript.
func load(file string) (t transcript, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(text, &t)
}
