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
	Message string `json:"message"`
	Code    int    `json:"code"`
	Type    string `json:"type"`
}

func readErrorBody(content []byte) errorBody {
	var wrapped struct {
		errorBody
		Error errorBody `json:"error"`
	}
	_ = json.Unmarshal(content, &wrapped) // what is no such body says nothing
	if wrapped.Error != (errorBody{}) {
		return wrapped.Error
	}
	return wrapped.errorBody
}

// licenceCode is the code of "no licence free" (protocol section 3.3).
const licenceCode = 8

// isLicence knows the documented form of a shortage of licences, and the name that older versions gave it (protocol
// section 3.3).
func (e errorBody) isLicence() bool {
	return e.Code == licenceCode || strings.Contains(e.Type, "LicenseException") ||
		strings.Contains(e.Message+e.Type, "MaximumLicenseCountExceeded")
}

// isRename knows the response to the old name of an entity set, which points to the list of renamed ones (protocol
// section 3.3).
func (e errorBody) isRename() bool { return strings.Contains(e.Message, "GetRenamedEntityTypes") }

// failure is the error of a call's response; nil for a success.
func failure(client *erpnet.Client, r *erpnet.Response) *erpnet.Error {
	if r.Status == http.StatusOK || r.Status == http.StatusCreated || r.Status == http.StatusNoContent {
		return nil
	}
	reason := readErrorBody(r.Content())
	kind := kindOf(r, reason)
	if kind == NotDomainAPI {
		return notDomainAPI(client, r)
	}
	e := &erpnet.Error{Kind: kind, Status: r.Status, Happened: "was answered with HTTP status " + strconv.Itoa(r.Status)}
	if text := client.Message(reason.Message); text != "" {
		e.Happened += fmt.Sprintf(": %q", text)
	}
	return e
}

func kindOf(r *erpnet.Response, reason errorBody) erpnet.Kind {
	switch {
	case reason.isLicence(), r.Status == http.StatusServiceUnavailable && r.Header.Get("Retry-After") != "":
		return NoLicence // the one 503 with Retry-After that the documents know
	case reason.isRename():
		return Renamed
	case r.Status == http.StatusUnauthorized:
		return TokenRejected
	case r.Status == http.StatusForbidden:
		return Forbidden
	case r.Status == http.StatusNotFound:
		return NotFound
	case r.Status == http.StatusTooManyRequests:
		return RateLimited
	case r.Status == http.StatusInternalServerError, r.Status/100 == 4 && reason.Message != "":
		return Failed
	}
	return NotDomainAPI
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
