// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"net/http"
	"strings"
)

// Exception types that the documentation names (protocol 3.3).
const (
	serverException  = "Aloe.EnterpriseOne.Server.ServerAPI.Exceptions.EnterpriseOneServerException"
	licenceException = "Aloe.SystemFrameworks.E1LicenseException"
)

// failure is why the Domain API refuses a request. Its zero status is 500, that
// of all failures but the ones the documentation makes an exception of.
type failure struct {
	status     int
	bodyless   bool
	code       int
	exception  string
	message    string
	format     string // the messageFormat; empty for null
	parameters []any
}

// invalid is a request that makes no sense.
func invalid(format string, values ...any) *failure {
	return &failure{exception: "InvalidOperationException", message: fmt.Sprintf(format, values...)}
}

// unsupported is a request that the real server, or this one, does not answer.
func unsupported(format string, values ...any) *failure {
	return &failure{exception: "NotSupportedException", message: fmt.Sprintf(format, values...)}
}

// rejected is a change that the server's own checks do not let through.
func rejected(format string, values ...any) *failure {
	return &failure{exception: serverException, message: fmt.Sprintf(format, values...)}
}

// duplicate is the violation of a unique index, with the message and the
// parameters of the documented example.
func duplicate(table, field, index, value string) *failure {
	const format = "Prohibited duplication in table '{0}'.\n\nThe set of values for the following fields could not be saved more than once.\n\n" +
		"Fields: ({1})\n\nDuplicated value: ({2})\n\nIndex: {3}\n\nPlease remove the duplicate record or change the value of any of the fields listed."
	return &failure{
		code:       2129,
		exception:  serverException,
		message:    strings.NewReplacer("{0}", table, "{1}", field, "{2}", value, "{3}", index).Replace(format),
		format:     format,
		parameters: []any{table, field, value, index},
	}
}

func (f *failure) answer(settings Settings) answer {
	status := f.status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	if f.bodyless {
		a := emptyAnswer(status)
		a.reason = f.message
		return a
	}
	details := map[string]any{
		"message": f.message,
		"code":    f.code,
		"type":    f.exception,
		// A stack trace, as a real one may hold.
		"info":          "Exception: " + f.exception + "\r\n   at Aloe.EnterpriseOne.Server.Execute(Request request)\r\n   at Aloe.EnterpriseOne.DomainApi.Handle(HttpContext context)",
		"messageFormat": nil,
		"parameters":    nil,
	}
	if f.format != "" {
		details["messageFormat"], details["parameters"] = f.format, f.parameters
	}
	document := map[string]any{"error": details}
	if settings.BareErrors {
		document = details
	}
	a := jsonAnswer(status, document)
	a.header.Set("OData-Version", "4.0")
	return a
}

func licenceError(settings Settings) answer {
	a := (&failure{
		status:    http.StatusServiceUnavailable,
		code:      8,
		exception: licenceException,
		message:   "The maximum number of simultaneously connected users has been reached.",
	}).answer(settings)
	a.header.Set("Retry-After", "60")
	a.header.Set("Cache-Control", "no-store")
	return a
}
