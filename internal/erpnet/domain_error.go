// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// domainError is the body of a failed call, which older documents print without
// the wrapping member (protocol section 3.3). Its "info" may hold a stack trace and
// is not read.
type domainError struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
	Type    string `json:"type"`
}

func readDomainError(body []byte) domainError {
	var wrapped struct {
		domainError
		Error domainError `json:"error"`
	}
	_ = json.Unmarshal(bytes.TrimPrefix(body, utf8BOM), &wrapped) // what is no such body says nothing
	if wrapped.Error != (domainError{}) {
		return wrapped.Error
	}
	return wrapped.domainError
}

// licenceCode is the code of "no licence free" (protocol section 3.3).
const licenceCode = 8

// isLicence knows the documented form of a shortage of licences, and the name
// that older versions gave it (protocol section 3.3).
func (e domainError) isLicence() bool {
	return e.Code == licenceCode || strings.Contains(e.Type, "LicenseException") || strings.Contains(e.Message+e.Type, "MaximumLicenseCountExceeded")
}

// isRename knows the answer to the old name of an entity set, which points to
// the list of renamed ones (protocol section 3.3).
func (e domainError) isRename() bool { return strings.Contains(e.Message, "GetRenamedEntityTypes") }

// apiFailure is the error of a call's answer; nil for a success.
func apiFailure(a *answer, secrets ...string) *Error {
	if a.status == http.StatusOK || a.status == http.StatusCreated || a.status == http.StatusNoContent {
		return nil
	}
	reason := readDomainError(a.body)
	e := &Error{Status: a.status, Happened: "was answered with HTTP status " + strconv.Itoa(a.status)}
	if text := cleanText(reason.Message, secrets...); text != "" {
		e.Happened += fmt.Sprintf(": %q", text)
	}
	switch {
	case reason.isLicence(), a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
		e.Kind = NoLicence // the one 503 with Retry-After that the documents know
	case reason.isRename():
		e.Kind = APIRenamed
	case a.status == http.StatusUnauthorized:
		e.Kind = APITokenRefused
	case a.status == http.StatusForbidden:
		e.Kind = APIForbidden
	case a.status == http.StatusNotFound:
		e.Kind = APINotFound
	case a.status == http.StatusTooManyRequests:
		e.Kind = APIRateLimited
	case a.status == http.StatusInternalServerError, a.status/100 == 4 && reason.Message != "":
		e.Kind = APIFailed
	default:
		return notDomainAPI(a)
	}
	return e
}

// notDomainAPI is the error of an answer that no Domain API gives.
func notDomainAPI(a *answer) *Error {
	e := unusable(a, bytes.TrimSpace(a.body), false)
	switch e.Kind {
	case NotJSON, EmptyAnswer, Redirected, NotFound:
		e.Kind = NotDomainAPI
	}
	return e
}
