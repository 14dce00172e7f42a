// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// errorBody is the body of a failed call, which older documents print without the wrapping member (protocol section
// 3.3). Its "info" may hold a stack trace and is not read.
type errorBody struct {
	Message string // in whatever shape it came
	Code    int
	Type    string
	object  bool // the content is a JSON object, as the API's is
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
	_ = json.Unmarshal(wrapped.Error, &wrapped.members) // a text has none
	body := errorBody{Message: erpnet.ServerMessage(content), Type: wrapped.Type}
	body.Code, _ = strconv.Atoi(strings.Trim(string(wrapped.Code), `"`)) // an OData code is a text
	body.object = len(content) > 0 && content[0] == '{' && (err == nil || json.Valid(content))
	return body
}

// licenceCode is the code of "no licence free" (protocol section 3.3).
const licenceCode = 8

// isLicence knows the documented form of a shortage of licences, the name that older versions gave it, and its text,
// which came with other statuses too (protocol sections 3.3 and 14).
func (e errorBody) isLicence() bool {
	return e.Code == licenceCode || strings.Contains(e.Type, "LicenseException") ||
		strings.Contains(e.Message+e.Type, "MaximumLicenseCountExceeded") ||
		strings.Contains(strings.ToLower(e.Message), "maximum number of simultaneously connected users")
}

// isRename knows the response to the old name of an entity set, which points to the list of renamed ones (protocol
// section 3.3).
func (e errorBody) isRename() bool { return strings.Contains(e.Message, "GetRenamedEntityTypes") }

// saysNothingWritten knows the responses to a write after which it may be sent again: too many requests, which are
// refused before anything is done, and a shortage of licences (protocol section 3.3).
func saysNothingWritten(r *erpnet.Response) bool {
	return r.Status == http.StatusTooManyRequests || r.Status >= 500 && readErrorBody(r).isLicence()
}

// failure is the error of a call's response; nil for a success.
func failure(client *erpnet.Client, r *erpnet.Response, url string) *erpnet.Error {
	if r.Status == http.StatusOK || r.Status == http.StatusCreated || r.Status == http.StatusNoContent {
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
	client.AddFacts(e, r)
	if kind == NotServed && len(url) > longURL {
		e.Evidence = strings.TrimPrefix(e.Evidence+fmt.Sprintf("\nThe URL has %d characters, and some web servers "+
			"answer a URL of more than %d so.", len(url), longURL), "\n")
	}
	return e
}

// longURL is the length of the longest query that IIS takes by default, in characters.
const longURL = 2048

// kindOf says what a response that is no success means; "" where it is not of a Domain API.
func kindOf(r *erpnet.Response, body errorBody) erpnet.Kind {
	// A challenge for a bearer token (RFC 6750 section 3) comes from who reads tokens.
	challenged := strings.HasPrefix(strings.ToLower(r.Header.Get("WWW-Authenticate")), "bearer")
	switch {
	case body.isLicence():
		return NoLicence
	case body.isRename():
		return Renamed
	case r.IsLoginRedirect(), r.Status == http.StatusUnauthorized && (challenged || !r.IsHTML()):
		return TokenRejected
	case r.Status == http.StatusForbidden && (challenged || body.object):
		return Forbidden
	case r.Status == http.StatusNotFound && body.object:
		return NotFound
	case r.Status == http.StatusNotFound:
		return NotServed
	case r.Status == http.StatusTooManyRequests:
		return RateLimited
	case r.IsTransient(), r.IsGateways():
		return ""
	case body.object && (r.Status == http.StatusInternalServerError || r.Status/100 == 4):
		return Failed
	}
	return ""
}

// notDomainAPI is the error of a response that no Domain API gives.
func notDomainAPI(client *erpnet.Client, r *erpnet.Response) *erpnet.Error {
	e := client.Failure(r, false)
	switch e.Kind {
	case erpnet.NotJSON, erpnet.EmptyResponse, erpnet.Redirected, erpnet.NotFound:
		e.Kind = NotDomainAPI
	}
	return e
}
