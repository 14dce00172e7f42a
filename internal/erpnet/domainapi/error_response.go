// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// errorBody is the body of a failed call. Older documents show it without the wrapping member (protocol section 3.3).
// Its "info" may hold a stack trace and is not read.
type errorBody struct {
	Message string // in any shape that servers use
	Code    int
	Type    string
	object  bool // the content is a JSON object, like the API's errors
}

func readErrorBody(r *erpnet.Response) errorBody {
	content := r.Content()
	type members struct {
		Code json.RawMessage `json:"code"`
		Type string          `json:"type"`
	}
	var wrapped struct {
		members
		Error json.RawMessage `json:"error"`
	}
	err := json.Unmarshal(content, &wrapped)
	_ = json.Unmarshal(wrapped.Error, &wrapped.members) // a text has no members
	body := errorBody{Message: erpnet.ServerMessage(content), Type: wrapped.Type}
	body.Code, _ = strconv.Atoi(strings.Trim(string(wrapped.Code), `"`)) // OData codes are strings
	body.object = len(content) > 0 && content[0] == '{' && (err == nil || json.Valid(content))
	return body
}

// licenceCode is the code for "no licence free" (protocol section 3.3).
const licenceCode = 8

// isLicence reports whether no licence is free. It recognizes the documented form, the name that older versions used,
// and the text, which also occurs with other statuses (protocol sections 3.3 and 14).
func (e errorBody) isLicence() bool {
	return e.Code == licenceCode || strings.Contains(e.Type, "LicenseException") ||
		strings.Contains(e.Message+e.Type, "MaximumLicenseCountExceeded") ||
		strings.Contains(strings.ToLower(e.Message), "maximum number of simultaneously connected users")
}

// isRename reports whether the body is the response to an old name of an entity set. Such a response refers to the list
// of renamed entity sets (protocol section 3.3).
func (e errorBody) isRename() bool { return strings.Contains(e.Message, "GetRenamedEntityTypes") }

// saysNothingWritten reports whether the response to a write allows a retry: too many requests, which the server
// refuses before it does anything, or no free licence (protocol section 3.3).
func saysNothingWritten(r *erpnet.Response) bool {
	return r.Status == http.StatusTooManyRequests || r.Status >= 500 && readErrorBody(r).isLicence()
}

// failure returns the error for the response to a call, or nil for a success. A success may have no content. Its content
// is not an error, which servers also report with the status of a success, and not the web page of a gateway.
func failure(client *erpnet.Client, r *erpnet.Response, url string) *erpnet.Error {
	reported := hasSuccessStatus(r) && reportsError(r)
	if hasSuccessStatus(r) && !reported && !isWebPage(r) {
		return nil
	}
	kind := kindOf(r, readErrorBody(r))
	if kind == "" {
		return notDomainAPI(client, r)
	}
	e := &erpnet.Error{
		Kind:     kind,
		Status:   r.Status,
		Happened: "was answered with HTTP status " + strconv.Itoa(r.Status),
	}
	if reported {
		e.Happened += " and an error"
	}
	client.AddFacts(e, r)
	switch {
	case kind == URLTooLong:
		addEvidence(e, fmt.Sprintf("The URL has %d characters.", len(url)))
	case kind == NotServed && len(url) > longURL:
		addEvidence(e, fmt.Sprintf("The URL has %d characters, and some web servers answer a URL of more than %d so.",
			len(url), longURL))
	}
	return e
}

func addEvidence(e *erpnet.Error, sentence string) {
	e.Evidence = strings.TrimPrefix(e.Evidence+"\n"+sentence, "\n")
}

func hasSuccessStatus(r *erpnet.Response) bool {
	return r.Status == http.StatusOK || r.Status == http.StatusCreated || r.Status == http.StatusNoContent
}

// reportsError reports whether the content is a JSON object with the member "error", an object. In a list of rows, it
// reports that the server failed after it had begun to send them. The map tells it from an attribute "Error".
func reportsError(r *erpnet.Response) bool {
	var members map[string]json.RawMessage
	err := json.Unmarshal(r.Content(), &members)
	return err == nil && bytes.HasPrefix(members["error"], []byte("{"))
}

// isWebPage reports whether the content is a web page. JSON is none, even if a gateway has changed its content type.
func isWebPage(r *erpnet.Response) bool {
	content := r.Content()
	return len(content) > 0 && content[0] != '{' && r.IsHTML()
}

// longURL is the length, in characters, of the longest query that IIS accepts by default.
const longURL = 2048

// kindOf returns the kind of a response that is not a success, or "" if it is not from a Domain API.
func kindOf(r *erpnet.Response, body errorBody) erpnet.Kind {
	// A challenge for a bearer token (RFC 6750 section 3) comes from a service that reads tokens.
	challenged := strings.HasPrefix(strings.ToLower(r.Header.Get("WWW-Authenticate")), "bearer")
	switch {
	case body.isLicence():
		return NoLicence
	case body.isRename():
		return Renamed
	case hasSuccessStatus(r) && body.object:
		return Failed
	case r.IsDeniedRedirect():
		return Forbidden
	case r.IsLoginRedirect(), r.Status == http.StatusUnauthorized && (challenged || !r.IsHTML()):
		return TokenRejected
	case r.Status == http.StatusForbidden && (challenged || body.object):
		return Forbidden
	case r.Status == http.StatusNotFound && body.object:
		return NotFound
	case r.Status == http.StatusNotFound:
		return NotServed
	case r.Status == http.StatusRequestURITooLong:
		return URLTooLong
	case r.Status == http.StatusTooManyRequests:
		return RateLimited
	case r.IsTransient(), r.IsGateways():
		return ""
	case body.object && (r.Status == http.StatusInternalServerError || r.Status/100 == 4):
		return Failed
	}
	return ""
}

// notDomainAPI returns the error for a response that no Domain API sends.
func notDomainAPI(client *erpnet.Client, r *erpnet.Response) *erpnet.Error {
	e := client.Failure(r, r.Status != http.StatusOK && readErrorBody(r).object)
	switch e.Kind {
	case erpnet.NotJSON, erpnet.EmptyResponse, erpnet.Redirected, erpnet.NotFound:
		e.Kind = NotDomainAPI
	case erpnet.UnexpectedStatus:
		e.Kind = NotDomainAPI
		addEvidence(e, "A Domain API reports success with HTTP status 200, 201 or 204.")
	}
	return e
}
