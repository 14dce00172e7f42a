// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// A result is the output of examples/demo. It contains neither a token nor a
// secret.
type result struct {
	Facts     facts
	Customers []customer
}

// facts are what examples/demo learns from the token and the secret.
type facts struct {
	GrantedScopes []string  `json:"granted_scopes"`
	SystemUser    string    `json:"system_user"`
	Database      string    `json:"database"`
	ExpiresAt     time.Time `json:"expires_at"`
	SecretHash    string    `json:"secret_hash"`
}

// A customer has the attributes of Crm_Sales_Customers that examples/demo
// selects.
type customer struct {
	Number      string `json:"Number"`
	DisplayText string `json:"DisplayText"`
}

// readResult reads the JSON that `output -json` of the CLI writes.
func readResult(text []byte) (result, error) {
	var outputs struct {
		Facts struct {
			Value facts `json:"value"`
		} `json:"facts"`
		Customers struct {
			Value []customer `json:"value"`
		} `json:"customers"`
	}
	if err := json.Unmarshal(text, &outputs); err != nil {
		return result{}, fmt.Errorf("read the outputs: %w", err)
	}
	return result{outputs.Facts.Value, outputs.Customers.Value}, nil
}

// print writes the facts and a table of the customers.
func (r result) print(w io.Writer, now time.Time) {
	fmt.Fprintln(w, "\nAccess token (neither shown nor stored)")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(table, "  %s\t%s\n", oneLine(name), oneLine(value)) }
	row("granted scopes", strings.Join(r.Facts.GrantedScopes, ", "))
	row("system user", r.Facts.SystemUser)
	row("database", r.Facts.Database)
	remaining := r.Facts.ExpiresAt.Sub(now).Round(time.Minute)
	row("expires at", fmt.Sprintf("%s (in %v)", r.Facts.ExpiresAt.Format(time.RFC3339), remaining))
	table.Flush()

	fmt.Fprintln(w, "\nClient secret (neither shown nor stored)")
	row("hash", r.Facts.SecretHash)
	row("", "what the trusted application has as ApplicationSecretHash")
	table.Flush()

	fmt.Fprintf(w, "\nThe first %d customers, read with the token\n", len(r.Customers))
	fmt.Fprintln(table, "  Number\tName")
	for _, customer := range r.Customers {
		row(customer.Number, customer.DisplayText)
	}
	table.Flush()
}

// oneLine returns a text from the instance without line breaks and control
// characters.
func oneLine(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	return strings.Join(words, " ")
}
