// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// None is no fault. Queue it to let a request succeed.
func None() Fault { return Fault{} }

// Status sends an HTTP status with an empty body.
func Status(status int) Fault { return Response(status, "", "") }

// Response sends a fixed body. If contentType is empty, it sends no
// Content-Type.
func Response(status int, contentType, body string) Fault {
	return Fault{instead: func(*exchange) response { return textResponse(status, contentType, body) }}
}

// OAuthError sends an OAuth error. If description is empty, it is left out. The
// status may be 200, as some servers send it.
func OAuthError(status int, code, description string) Fault {
	return Fault{instead: func(*exchange) response { return oauthResponse(status, code, description) }}
}

// DomainError sends a Domain API error, with a stack trace in its info
// (protocol 3.3).
func DomainError(status, code int, exception, message string) Fault {
	f := failure{status: status, code: code, exception: exception, message: message}
	return Fault{instead: func(x *exchange) response { return f.response(x.settings) }}
}

// LicenceExhausted sends 503 with Retry-After 60 and the documented body for
// when all licences are in use (protocol 3.3).
func LicenceExhausted() Fault {
	return Fault{instead: func(x *exchange) response { return licenceError(x.settings) }}
}

// HTML sends a web page, as a proxy or a stopped web site does.
func HTML(status int) Fault { return Response(status, htmlType, page(status)) }

// ResponseReplaced does the endpoint's work and then sends a web page, as a
// gateway does after it has waited too long. The client of a POST that gets 502
// or 504 can't know that the work was done.
func ResponseReplaced(status int) Fault {
	return Fault{}.edit(func(_ *exchange, r *response) { *r = textResponse(status, htmlType, page(status)) })
}

func page(status int) string {
	title := statusText(status)
	return "<!DOCTYPE html>\n<html>\n<head><title>" + title + "</title></head>\n<body><h1>" + title +
		"</h1><p>The web site is being restarted.</p></body>\n</html>\n"
}

// Redirect sends a redirect to location, which isn't changed or checked.
func Redirect(status int, location string) Fault {
	return Response(status, htmlType, "<html><body>Moved.</body></html>\n").With("Location", location)
}

// EmptyBody sends 200 with the content type of JSON, but an empty body.
func EmptyBody() Fault { return Response(http.StatusOK, jsonType, "") }

// InvalidJSON sends 200 with a body that no JSON parser accepts.
func InvalidJSON() Fault {
	return Response(http.StatusOK, jsonType, `{"access_token": "abc", "expires_in": 3600,, }`)
}

// Oversized sends 200 with a JSON object of at least size bytes. It streams the
// object without a Content-Length.
func Oversized(size int64) Fault {
	return Fault{instead: func(*exchange) response {
		r := textResponse(http.StatusOK, jsonType, "")
		r.stream = func(w io.Writer) error { return writePadding(w, size) }
		return r
	}}
}

// GzipBomb sends the body of Oversized compressed to a few bytes, even if the
// client doesn't accept gzip.
func GzipBomb(size int64) Fault {
	return Fault{instead: func(*exchange) response {
		r := textResponse(http.StatusOK, jsonType, "").with("Content-Encoding", "gzip")
		r.stream = func(w io.Writer) error {
			compressor := gzip.NewWriter(w)
			return errors.Join(writePadding(compressor, size), compressor.Close())
		}
		return r
	}}
}

func writePadding(w io.Writer, size int64) error {
	chunk := strings.Repeat("0", 32<<10)
	if _, err := io.WriteString(w, `{"padding":"`); err != nil {
		return err
	}
	for size > 0 {
		n := min(size, int64(len(chunk)))
		if _, err := io.WriteString(w, chunk[:n]); err != nil {
			return err
		}
		size -= n
	}
	_, err := io.WriteString(w, `"}`)
	return err
}

// ContentType sends the normal response with another content type.
func ContentType(contentType string) Fault { return Fault{}.With("Content-Type", contentType) }

// Document changes the JSON object of the normal response, such as the token
// response, the discovery document or a page of entities. Use [json.RawMessage]
// to insert a number in any form.
func Document(change func(map[string]any)) Fault {
	return Fault{}.edit(func(_ *exchange, r *response) {
		if r.document != nil {
			change(r.document)
		}
	})
}

// Field sets one field in the JSON object of the normal response:
// Field("expires_in", "3600"), Field("token_type", "bearer").
func Field(name string, value any) Fault {
	return Document(func(document map[string]any) { document[name] = value })
}

// RawField is Field with the value as JSON text, which must be valid:
// RawField("expires_in", "1e400").
func RawField(name, value string) Fault { return Field(name, json.RawMessage(value)) }

// WithoutField removes one field from the JSON object of the normal response.
func WithoutField(name string) Fault {
	return Document(func(document map[string]any) { delete(document, name) })
}

// Latency waits on the real clock and then sends the normal response.
func Latency(d time.Duration) Fault {
	return waitFault(func(x *exchange) error { return x.pause(d) })
}

func waitFault(wait func(*exchange) error) Fault { return Fault{waits: []func(*exchange) error{wait}} }

// Hang sends nothing until the client goes or the server closes.
func Hang() Fault {
	return waitFault(func(x *exchange) error { return waitFor[struct{}](x, nil) })
}

// Blocked delays the normal response until a channel is closed. Use it to have
// many requests in progress at once.
func Blocked(until <-chan struct{}) Fault {
	return waitFault(func(x *exchange) error { return waitFor(x, until) })
}
