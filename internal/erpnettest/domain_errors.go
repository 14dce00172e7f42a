// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "net/http"

// Exception types that the documentation names (protocol 3.3).
const (
	serverException  = "Aloe.EnterpriseOne.Server.ServerAPI.Exceptions.EnterpriseOneServerException"
	licenceException = "Aloe.SystemFrameworks.E1LicenseException"
)

// domainError is an error of the Domain API (protocol 3.3). Its info holds a
// stack trace, as a real one may.
func domainError(settings Settings, status, code int, exception, message string) answer {
	details := map[string]any{
		"message":       message,
		"code":          code,
		"type":          exception,
		"info":          "Exception: " + exception + "\r\n   at Aloe.EnterpriseOne.Server.Execute(Request request)\r\n   at Aloe.EnterpriseOne.DomainApi.Handle(HttpContext context)",
		"messageFormat": nil,
		"parameters":    nil,
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
	a := domainError(settings, http.StatusServiceUnavailable, 8, licenceException,
		"The maximum number of simultaneously connected users has been reached.")
	a.header.Set("Retry-After", "60")
	a.header.Set("Cache-Control", "no-store")
	return a
}
