// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// grant is the body of a successful token answer (RFC 6749 section 5.1).
type grant struct {
	AccessToken string
	TokenType   string
	Scope       []string // as it came; each may hold several
	expiresIn   int64    // seconds; 0 when not said
}

// maxLifetime is a bound, in seconds, that no token's lifetime exceeds: ten years.
const maxLifetime = 10 * 365 * 24 * 3600

// maxTokenSize is a bound, in bytes, that no access token exceeds: servers take
// headers of much less.
const maxTokenSize = 64 << 10

var utf8BOM = []byte("\xef\xbb\xbf")

// readGrant reads an answer of the token endpoint, or says why it is none. The
// Content-Type is not asked: instances behind gateways send JSON as text/plain.
func readGrant(r TokenRequest, a *answer) (*grant, *Error) {
	body := bytes.TrimSpace(bytes.TrimPrefix(a.body, utf8BOM))
	var fields struct {
		AccessToken string          `json:"access_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Scope       oneOrMany       `json:"scope"`
		Error       json.RawMessage `json:"error"`
		Description json.RawMessage `json:"error_description"`
	}
	err := json.Unmarshal(body, &fields)
	var mistyped *json.UnmarshalTypeError
	isObject := len(body) > 0 && body[0] == '{' && (err == nil || errors.As(err, &mistyped))
	if isObject && len(fields.Error) > 0 && fields.AccessToken == "" && a.status < 500 && a.status/100 != 3 && a.status != http.StatusTooManyRequests {
		return nil, refused(r, a.status, fields.Error, fields.Description)
	}
	if e := unusable(a, body, isObject); e != nil {
		e.URL, e.ClientID, e.Hint = r.Instance.TokenEndpoint(), r.Credentials.ClientID, r.show(e.Hint)
		if text := r.show(errorText(fields.Error, fields.Description)); text != "" {
			e.Happened += fmt.Sprintf(": %q", text)
		}
		if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
			e.Kind, e.Hint = RequestRefused, r.Credentials.hashHint()
		}
		return nil, e
	}
	lifetime, err := parseExpiresIn(fields.ExpiresIn)
	switch {
	case mistyped != nil:
		return nil, r.fail(NotJSON, "was answered with a JSON object whose members have other types than RFC 6749 gives them")
	case fields.AccessToken == "":
		return nil, r.fail(NoToken, "was answered with success, but without an access_token")
	case len(fields.AccessToken) > maxTokenSize:
		return nil, r.fail(MalformedToken, "was answered with an access_token of more than 64 KiB, which no header takes")
	case !isHeaderToken(fields.AccessToken):
		return nil, r.fail(MalformedToken, "was answered with an access_token that holds a blank, a line break or another character that no header takes")
	case !strings.EqualFold(fields.TokenType, bearer):
		return nil, r.fail(WrongTokenType, "was answered with a token that is not of type Bearer")
	case err != nil:
		return nil, r.fail(InvalidLifetime, "was answered with an expires_in that "+err.Error())
	}
	return &grant{AccessToken: fields.AccessToken, TokenType: bearer, Scope: concealAll(fields.Scope, r.Credentials.Secret.Reveal()), expiresIn: lifetime}, nil
}

// unusable is the error of an answer whose status or content is not that of a
// success in JSON; the caller says who asked what.
func unusable(a *answer, body []byte, isObject bool) *Error {
	status := "HTTP status " + strconv.Itoa(a.status)
	fail := func(kind Kind, happened string) *Error {
		return &Error{Kind: kind, Status: a.status, Happened: happened}
	}
	switch {
	case slices.Contains([]int{301, 302, 303, 307, 308}, a.status):
		e := fail(Redirected, "was answered with a redirect ("+status+"), which was not followed")
		e.Hint = redirectHint(a.header.Get("Location"))
		return e
	case a.status == http.StatusTooManyRequests:
		return fail(RateLimited, "was refused with "+status)
	case a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout:
		return fail(Unavailable, "was answered with "+status)
	case a.status >= 500:
		return fail(ServerFailed, "was answered with "+status)
	case a.status == http.StatusNotFound, a.status == http.StatusMethodNotAllowed:
		return fail(NotFound, "was answered with "+status)
	case len(body) == 0:
		return fail(EmptyAnswer, "was answered with "+status+" and no content")
	case !isObject:
		return fail(NotJSON, "was answered with "+status+" and "+describe(body, a.header.Get("Content-Type")))
	case a.status != http.StatusOK:
		return fail(UnexpectedStatus, "was answered with "+status)
	}
	return nil
}

// describe says what a body that is no JSON object is, without quoting it.
func describe(body []byte, contentType string) string {
	if body[0] == '<' || strings.HasPrefix(contentType, "text/html") {
		return "an HTML page instead of JSON"
	}
	return "content that is not a JSON object"
}

// redirectHint names the place that a redirect points to, without what may be a
// password, a session or a token: user, query, fragment, path parameters.
func redirectHint(location string) string {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	path, _, _ := strings.Cut(u.EscapedPath(), ";")
	place := path
	if u.Host != "" {
		place = u.Scheme + "://" + u.Host + path
	}
	return "The redirect points to " + cleanText(place) + "."
}

// parseExpiresIn reads expires_in, in seconds: a number with or without
// fraction, or a string of one. Missing and null are 0.
func parseExpiresIn(text json.RawMessage) (int64, error) {
	number := strings.TrimSpace(strings.Trim(string(text), `"`))
	if number == "" || number == "null" {
		return 0, nil
	}
	seconds, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange), math.IsNaN(seconds):
		return 0, errors.New("is not a number")
	case seconds < 1:
		return 0, errors.New("is less than a second")
	case seconds > maxLifetime:
		return 0, errors.New("exceeds ten years")
	}
	return int64(seconds), nil
}

// isHeaderToken reports whether a token can stand in an Authorization header: it
// is printable ASCII without blanks (RFC 6749 appendix A.12).
func isHeaderToken(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}
