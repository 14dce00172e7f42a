// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The faults below come from a gateway in front of an instance, or from the
// software that the instance is built on. Users of other services have reported
// them.

// LoginRedirect redirects with 302 to the login page of the identity service,
// as for a browser. An API that does so hasn't accepted the token (protocol 14,
// item 12).
func LoginRedirect() Fault {
	return Fault{instead: func(x *exchange) response {
		location := x.server.publicIdentityURL(x.settings) +
			"/Account/Login?ReturnUrl=" + url.QueryEscape(x.request.Path)
		return textResponse(http.StatusFound, "", "").with("Location", location)
	}}
}

// Problem sends problem details (RFC 9457) with an errors object, as ASP.NET
// does.
func Problem(status int, title, detail string) Fault {
	return Fault{instead: func(*exchange) response {
		r := jsonResponse(status, map[string]any{
			"type":   "https://tools.ietf.org/html/rfc9110#section-15",
			"title":  title,
			"status": status,
			"detail": detail,
			"errors": map[string]any{"query": []string{detail}},
		})
		return r.with("Content-Type", "application/problem+json; charset=utf-8")
	}}
}

// ODataMessage sends an error whose message is an object with a language, as
// SAP and other OData services do.
func ODataMessage(status int, message string) Fault {
	return Fault{instead: func(*exchange) response {
		return jsonResponse(status, map[string]any{"error": map[string]any{
			"code":    "SY/530",
			"message": map[string]any{"lang": "en", "value": message},
		}})
	}}
}

// LicenceText sends HTTP 500 with a message that all licences are in use. Only
// the text says so (protocol 14, item 4).
func LicenceText() Fault {
	const text = "The maximum number of simultaneously connected users to this server is exceeded."
	return DomainError(http.StatusInternalServerError, 0, serverException, text)
}

// HiddenRecords hides the records of the Domain API from the caller: every
// entity set is empty. A request for one record by its key gets keyStatus with
// an empty body. With a keyStatus of 200, it gets the record.
func HiddenRecords(keyStatus int) Fault {
	return Fault{}.edit(func(x *exchange, r *response) {
		_, isList := r.document["value"].([]map[string]any)
		switch {
		case !isRead(x.request.Method) || r.status != http.StatusOK:
		case strings.HasSuffix(x.request.Path, "/$count"):
			r.body = []byte("0")
		case isList:
			r.document["value"] = []map[string]any{}
			delete(r.document, "@odata.nextLink")
			if _, counted := r.document["@odata.count"]; counted {
				r.document["@odata.count"] = 0
			}
		case strings.HasSuffix(x.request.Path, ")") && keyStatus != http.StatusOK:
			*r = emptyResponse(keyStatus).because("A fault hides the records.")
		}
	})
}

// ForeignLinks replaces the URL of the instance in the normal response with
// root, such as "http://erp.internal" behind a reverse proxy that terminates
// TLS. If root is empty, it changes only the scheme of the URL, to http.
func ForeignLinks(root string) Fault {
	return Fault{}.edit(func(x *exchange, r *response) {
		own, to := x.server.publicURL(x.settings), root
		if to == "" {
			_, rest, _ := strings.Cut(own, "://")
			to = "http://" + rest
		}
		if r.document != nil {
			r.encode()
			r.document = nil
			r.body = []byte(strings.ReplaceAll(string(r.body), own, to))
		}
		if location := r.header.Get("Location"); location != "" {
			r.header.Set("Location", strings.ReplaceAll(location, own, to))
		}
	})
}

// gatewayTexts are the reason phrases that net/http lacks.
var gatewayTexts = map[int]string{
	520: "Web Server Returned an Unknown Error",
	521: "Web Server Is Down",
	522: "Connection Timed Out",
	523: "Origin Is Unreachable",
	524: "A Timeout Occurred",
	525: "SSL Handshake Failed",
	526: "Invalid SSL Certificate",
	527: "Railgun Error",
	530: "Origin DNS Error",
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	if text := gatewayTexts[status]; text != "" {
		return text
	}
	return fmt.Sprint("Status ", status)
}
