// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Query is a read of an entity set of the Domain API (protocol section 5).
type Query struct {
	EntitySet string
	Filter    string // OData expression; its values by QuoteString
	Select    string
	Expand    string
	OrderBy   string
	Top       int // rows of a page; 0 leaves the option out
	Skip      int // rows to leave out at the beginning
	Count     bool
}

// encode writes the query options in a stable order, blanks as %20: what a plus
// sign means in an OData URL is left to the server.
func (q Query) encode() string {
	var options []string
	add := func(name, value string) {
		if value != "" {
			options = append(options, "$"+name+"="+strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
		}
	}
	add("filter", q.Filter)
	add("select", q.Select)
	add("expand", q.Expand)
	add("orderby", q.OrderBy)
	if q.Top > 0 {
		add("top", strconv.Itoa(q.Top))
	}
	if q.Skip > 0 {
		add("skip", strconv.Itoa(q.Skip))
	}
	if q.Count {
		add("count", "true")
	}
	return strings.Join(options, "&")
}

// QuoteString writes a text as an OData string literal: in single quotes, the
// ones in it doubled (OData 4.01 URL conventions, section 5.1.1.6.1).
func QuoteString(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// CheckQueryOption reports why a text cannot be a query option: control
// characters, or the name of a password or of a secret's hash, which are not
// read. The error never repeats any of it.
func CheckQueryOption(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return errors.New("it holds a line break or another control character")
	}
	if isSecretName(withoutLiterals(text)) {
		return errors.New("it names a password or the hash of a secret, which are never read into a state")
	}
	return nil
}

// withoutLiterals takes the string literals out of an OData expression.
func withoutLiterals(text string) string {
	var kept strings.Builder
	for i, part := range strings.Split(text, "'") {
		if i%2 == 0 {
			kept.WriteString(part + " ")
		}
	}
	return kept.String()
}

// isSecretName reports whether a text names an attribute that holds a password
// or the hash of a secret: Password of a user, ApplicationSecretHash of a
// trusted application, and what custom attributes are likely to be called.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") || strings.Contains(name, "secrethash") || strings.Contains(name, "accesstokenkey")
}

const guidPattern = `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`

// IsGUID reports whether a text is a GUID in its usual form.
func IsGUID(text string) bool {
	matched, _ := regexp.MatchString("^"+guidPattern+"$", text)
	return matched
}

// odataID writes the reference to an entity (protocol section 5).
func odataID(entitySet, id string) string { return entitySet + "(" + id + ")" }

// keyOf reads the GUID of a reference such as Systems_Security_Users(guid), in
// relative or absolute form; "" if it holds none.
func keyOf(reference string) string {
	reference, found := strings.CutSuffix(reference, ")")
	begin := strings.LastIndexByte(reference, '(')
	if !found || begin < 0 || !IsGUID(reference[begin+1:]) {
		return ""
	}
	return strings.ToLower(reference[begin+1:])
}
