// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// Exception types that the documentation names (protocol 3.3).
const (
	serverException  = "Aloe.EnterpriseOne.Server.ServerAPI.Exceptions.EnterpriseOneServerException"
	licenceException = "Aloe.SystemFrameworks.E1LicenseException"
)

// failure is the reason why the Domain API refuses a request. A zero status
// means 500, the status of every failure unless the documentation names
// another.
type failure struct {
	status     int
	bodyless   bool
	code       int
	exception  string
	message    string
	format     string // the messageFormat; empty means null
	parameters []any
}

func (f *failure) Error() string { return f.message }

// invalid returns the failure for a request that makes no sense.
func invalid(format string, values ...any) *failure {
	return &failure{exception: "InvalidOperationException", message: fmt.Sprintf(format, values...)}
}

// unsupported returns the failure for a request that either a real server or
// this one doesn't support.
func unsupported(format string, values ...any) *failure {
	return &failure{exception: "NotSupportedException", message: fmt.Sprintf(format, values...)}
}

// rejected returns the failure for a request that the server's own checks
// reject.
func rejected(format string, values ...any) *failure {
	return &failure{exception: serverException, message: fmt.Sprintf(format, values...)}
}

// duplicate returns the failure for a unique index violation, with the message
// and parameters of the documented example.
func duplicate(table, field, value string) *failure {
	const format = "Prohibited duplication in table '{0}'.\n\n" +
		"The set of values for the following fields could not be saved more than once.\n\n" +
		"Fields: ({1})\n\nDuplicated value: ({2})\n\nIndex: {3}\n\n" +
		"Please remove the duplicate record or change the value of any of the fields listed."
	index := "IX_" + strings.TrimPrefix(table, "dbo.") + "_" + field
	return &failure{
		code:       2129,
		exception:  serverException,
		message:    strings.NewReplacer("{0}", table, "{1}", field, "{2}", value, "{3}", index).Replace(format),
		format:     format,
		parameters: []any{table, field, value, index},
	}
}

// errorResponse returns the Domain API's response to a failed request. It
// panics on an error that isn't the Domain API's.
func errorResponse(err error, settings Settings) response {
	if query, is := errors.AsType[*odata.Error](err); is {
		err = &failure{exception: query.Exception, message: query.Message}
	}
	f, is := errors.AsType[*failure](err)
	if !is {
		panic("erpnettest: not an error of the Domain API: " + err.Error())
	}
	return f.response(settings)
}

func (f *failure) response(settings Settings) response {
	status := f.status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	if f.bodyless {
		return emptyResponse(status).because(f.message)
	}
	details := map[string]any{
		"message": f.message,
		"code":    f.code,
		"type":    f.exception,
		// A stack trace, which a real error may contain.
		"info": "Exception: " + f.exception + "\r\n" +
			"   at Aloe.EnterpriseOne.Server.Execute(Request request)\r\n" +
			"   at Aloe.EnterpriseOne.DomainApi.Handle(HttpContext context)",
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
	return jsonResponse(status, document).with("OData-Version", "4.0")
}

func licenceError(settings Settings) response {
	f := failure{
		status:    http.StatusServiceUnavailable,
		code:      8,
		exception: licenceException,
		message:   "The maximum number of simultaneously connected users has been reached.",
	}
	return f.response(settings).with("Retry-After", "60").with("Cache-Control", "no-store")
}
