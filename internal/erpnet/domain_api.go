// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// CheckEntitySet reports why a text cannot be the name of an entity set of the
// Domain API: letters, digits and underscores. The error never repeats it.
func CheckEntitySet(name string) error {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
	switch {
	case name == "":
		return errors.New("it is empty")
	case strings.Trim(name, allowed) != "" || len(name) > 200:
		return errors.New("it is not the name of an entity set, which has letters, digits and underscores only, such as Crm_Sales_Customers")
	}
	return nil
}

// probe makes one call of the Domain API, never repeated: each may take a
// licence (protocol section 5.2).
func (c Checker) probe(ctx context.Context, r CheckRequest, token *Token) CheckResult {
	url := r.Token.Instance.DomainAPIURL + r.ProbedEntity
	header := http.Header{
		"Authorization":   {bearer + " " + token.AccessToken.Reveal()},
		"Accept-Language": {"en"}, // the language of error messages (protocol section 3.3)
	}
	a, failed := c.Client.send(withoutRetry(ctx), http.MethodGet, url+"?$top=1&$select=Id", header, "")
	if failed == nil {
		failed = apiFailure(a, r.Token, token)
	}
	if failed != nil {
		failed.URL, failed.ClientID = url, r.Token.Credentials.ClientID
		return failedCheck("domain_api", failed)
	}
	return passed("domain_api", "The Domain API took the token.")
}

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
func apiFailure(a *answer, r TokenRequest, token *Token) *Error {
	reason := readDomainError(a.body)
	e := &Error{Status: a.status, Happened: "was answered with HTTP status " + strconv.Itoa(a.status)}
	if text := cleanText(reason.Message, r.Credentials.Secret.Reveal(), token.AccessToken.Reveal()); text != "" {
		e.Happened += fmt.Sprintf(": %q", text)
	}
	switch {
	case reason.isLicence():
		e.Kind = NoLicence
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
	case a.status == http.StatusInternalServerError, a.status == http.StatusBadRequest:
		e.Kind = APIFailed
	default:
		return notRows(a)
	}
	return e
}

// notRows is the error of an answer that holds no rows.
func notRows(a *answer) *Error {
	var rows struct {
		Value []json.RawMessage `json:"value"`
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(a.body, utf8BOM))
	err := json.Unmarshal(body, &rows)
	return unusable(a, body, err == nil && rows.Value != nil)
}
