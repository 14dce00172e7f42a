// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// Query is a read of an entity set (protocol section 5).
type Query struct {
	EntitySet string
	Filter    string // OData expression; use QuoteString for its values
	Select    string
	Expand    string
	OrderBy   string
	Top       int // rows per page; 0 omits the option
	Skip      int // rows to skip at the beginning
	Count     bool
}

// encode returns the query options in a stable order. It writes spaces as %20, because the meaning of a plus sign in an
// OData URL is up to the server.
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

// QuoteString returns a text as an OData string literal: in single quotes, with single quotes in the text doubled
// (OData 4.01 URL conventions, section 5.1.1.6.1).
func QuoteString(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// CheckEntitySet reports why a text cannot be the name of an entity set, which has letters, digits, and underscores.
// The error is a clause that begins with "it" and never repeats any of the text.
func CheckEntitySet(name string) error {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
	switch {
	case name == "":
		return errors.New("it is empty")
	case strings.EqualFold(name, "Systems_Security_AccessTokens"):
		return errors.New("it holds access tokens, which are never read into a state")
	case strings.Trim(name, allowed) != "" || len(name) > 200:
		return errors.New("it is not the name of an entity set, which has letters, digits and underscores only, " +
			"such as Crm_Sales_Customers")
	}
	return nil
}

// CheckQueryOption reports why a text cannot be a query option: it has control characters, or it names a password or a
// secret hash, which are never read. The error is a clause that begins with "it" and never repeats any of the text.
func CheckQueryOption(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return errors.New("it holds a line break or another control character")
	}
	if isSecretName(withoutLiterals(text)) {
		return errors.New("it names a password or the hash of a secret, which are never read into a state")
	}
	return nil
}

// withoutLiterals removes the string literals from an OData expression.
func withoutLiterals(text string) string {
	var kept strings.Builder
	for i, part := range strings.Split(text, "'") {
		if i%2 == 0 {
			kept.WriteString(part + " ")
		}
	}
	return kept.String()
}
