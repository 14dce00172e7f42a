// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"compress/gzip"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The titles of the diagnostics that the rows name.
const (
	lost        = "Connection Lost"
	late        = "No Answer in Time"
	down        = "Instance Unavailable"
	failed      = "Server Error"
	tooLarge    = "Answer Too Large"
	limited     = "Too Many Requests"
	redirected  = "Unexpected Redirect"
	empty       = "Empty Answer"
	notIdentity = "Not an Identity Service"
	noService   = "No Identity Service Here"
	refused     = "Token Request Refused"
	badClient   = "Client Credentials Refused"
	badStatus   = "Unexpected HTTP Status"
	noToken     = "Answer Without Token"
	noKeys      = "No Signing Keys"
	notAPI      = "Not a Domain API"
	apiFailed   = "Domain API Failed" // also for a success after which there is no record
	apiRefused  = "Token Refused by the Domain API"
	apiDenied   = "Access Denied by the Domain API"
	apiLimited  = "Too Many Calls of the Domain API"
	notServed   = "No Domain API Here"
	gateway     = "Refused by a Gateway"
	undecided   = "Write Without Response"
	noLicence   = "No Licence Free"
)

// gzipBomb is a small compressed body of so many MiB. It is made of equal
// members, since the race detector makes compressing slow.
func gzipBomb(size int) erpnettest.Fault {
	var member bytes.Buffer
	compressor := gzip.NewWriter(&member)
	_, _ = compressor.Write(make([]byte, 1<<20)) // to memory
	_ = compressor.Close()
	return erpnettest.Answer(200, "application/json", strings.Repeat(member.String(), size)).With("Content-Encoding", "gzip")
}

// at is a row's cells for a fault that may strike anywhere.
func at(token, discovery, keys, read, probe, write string) cells {
	return cells{token: token, check: token, api: token, discovery: discovery, checked: discovery, keys: keys, read: read, rows: na, probe: probe, write: write, sites: ok}
}

// faultRows are the faults that strike at any endpoint. Those with Times meet
// one retry, and the others none.
func faultRows() []faultRow {
	const json = "application/json"
	hang, slowly := erpnettest.Hang(), erpnettest.SlowBody(100*time.Millisecond)
	reset, closed, unanswered := erpnettest.Reset(), erpnettest.Disconnect(), erpnettest.AnswerLost()
	half, cut := erpnettest.Truncated(), erpnettest.ChunkedCut()
	status, answer, redirect := erpnettest.Status, erpnettest.Answer, erpnettest.Redirect
	elsewhere := "https://elsewhere.example/here?next=1"
	return []faultRow{
		//                                                                          token        discovery    keys         API read    API probe   API write
		{"never answered", hang, at(late, late, late, late, late, late), impatient},
		{"once not answered", hang.Once(), at(ok, ok, ok, ok, late, late), impatient},
		{"an hour late", erpnettest.Latency(time.Hour), at(late, late, late, late, late, late), impatient},
		{"held back", erpnettest.Blocked(make(chan struct{})), at(late, late, late, late, late, late), impatient},
		{"slow body", slowly, at(late, late, late, late, late, ok), impatient},
		{"slow body once", slowly.Once(), at(ok, ok, ok, ok, late, ok), impatient},
		{"a little late", erpnettest.Latency(20 * time.Millisecond), at(ok, ok, ok, ok, ok, ok), patient},

		{"connection reset", reset, at(lost, lost, lost, lost, lost, lost), patient},
		{"connection reset once", reset.Once(), at(ok, ok, ok, ok, lost, lost), patient},
		{"kept connection closed", closed, at(lost, lost, lost, lost, lost, lost), patient},
		{"kept connection closed once", closed.Once(), at(ok, ok, ok, ok, lost, lost), patient},
		{"answer lost", unanswered, at(lost, lost, lost, lost, lost, ok), patient},
		{"answer lost once", unanswered.Once(), at(ok, ok, ok, ok, lost, ok), patient},
		{"body truncated", half, at(lost, lost, lost, lost, lost, ok), patient},
		{"body truncated once", half.Once(), at(ok, ok, ok, ok, lost, ok), patient},
		{"chunks cut", cut, at(lost, lost, lost, lost, lost, ok), patient},
		{"chunks cut once", cut.Once(), at(ok, ok, ok, ok, lost, ok), patient},
		{"not gzip, though it says so", erpnettest.None().With("Content-Encoding", "gzip"), at(lost, lost, lost, lost, lost, ok), patient},
		{"header of a megabyte", erpnettest.None().With("X-Padding", strings.Repeat("x", 1<<20)), at(lost, lost, lost, lost, lost, ok), patient},

		{"oversized body", erpnettest.Oversized(2 << 20), at(tooLarge, tooLarge, tooLarge, tooLarge, tooLarge, tooLarge), patient},
		{"body of 64 MiB", erpnettest.Oversized(64 << 20), at(tooLarge, tooLarge, tooLarge, tooLarge, tooLarge, tooLarge), patient},
		{"gzip bomb", gzipBomb(64), at(tooLarge, tooLarge, tooLarge, tooLarge, tooLarge, tooLarge), patient},

		{"HTTP 500", status(500), at(failed, failed, failed, failed, failed, failed), patient},
		{"HTTP 501", status(501), at(failed, failed, failed, failed, failed, failed), patient},
		{"HTTP 502", status(502), at(down, down, down, down, down, down), patient},
		{"HTTP 502 once", status(502).Once(), at(ok, ok, ok, ok, down, down), patient},
		{"HTTP 503", status(503), at(down, down, down, down, down, down), patient},
		{"HTTP 503 once", status(503).Once(), at(ok, ok, ok, ok, down, down), patient},
		{"HTTP 504", status(504), at(down, down, down, down, down, down), patient},
		{"HTTP 504 once", status(504).Once(), at(ok, ok, ok, ok, down, down), patient},
		{"HTTP 503 with negative Retry-After once", status(503).With("Retry-After", "-1").Once(), at(ok, ok, ok, ok, down, down), patient},
		{"HTTP 503 with endless Retry-After", status(503).With("Retry-After", "99999999999999999999"), at(down, down, down, down, down, undecided), patient},
		{"HTTP 429", status(429), at(limited, limited, limited, apiLimited, apiLimited, apiLimited), patient},
		{"HTTP 429 once", status(429).Once(), at(ok, ok, ok, ok, apiLimited, ok), patient},
		{"HTTP 429 with endless Retry-After", status(429).With("Retry-After", "99999999999999999999"), at(limited, limited, limited, apiLimited, apiLimited, apiLimited), patient},
		{"HTTP 429 until the year 9999", status(429).With("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), at(limited, limited, limited, apiLimited, apiLimited, apiLimited), patient},
		{"HTTP 204", status(204), at(empty, empty, empty, notAPI, notAPI, apiFailed), patient},
		{"HTTP 400", status(400), at(gateway, gateway, gateway, gateway, gateway, gateway), patient},
		{"HTTP 401", status(401), at(gateway, gateway, gateway, apiRefused, apiRefused, apiRefused), patient},
		{"HTTP 403", status(403), at(gateway, gateway, gateway, gateway, gateway, gateway), patient},
		{"HTTP 404", status(404), at(noService, noService, noService, notServed, notServed, notServed), patient},
		{"HTTP 418", answer(418, "text/plain", "short and stout"), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, notAPI), patient},
		{"answer replaced by a page, HTTP 502", erpnettest.AnswerReplaced(502), at(down, down, down, down, down, ok), patient},
		{"answer replaced by a page, HTTP 504 once", erpnettest.AnswerReplaced(504).Once(), at(ok, ok, ok, ok, down, ok), patient},

		{"redirect 301", redirect(301, elsewhere), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect 302", redirect(302, elsewhere), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect 303", redirect(303, elsewhere), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect 307", redirect(307, elsewhere), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect 308", redirect(308, elsewhere), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect to the next path", redirect(307, "/elsewhere"), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect to nowhere", redirect(307, ""), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},
		{"redirect to no URL", redirect(302, "://%zz"), at(redirected, redirected, redirected, notAPI, notAPI, notAPI), patient},

		{"web page", erpnettest.HTML(200), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed), patient},
		{"web page, HTTP 403", erpnettest.HTML(403), at(gateway, gateway, gateway, gateway, gateway, gateway), patient},
		{"web page, HTTP 503", erpnettest.HTML(503), at(down, down, down, down, down, down), patient},
		{"empty body", erpnettest.EmptyBody(), at(empty, empty, empty, notAPI, notAPI, apiFailed), patient},
		{"invalid JSON", erpnettest.InvalidJSON(), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed), patient},
		{"JSON array", answer(200, json, `[]`), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed), patient},
		{"JSON null", answer(200, json, `null`), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed), patient},
		{"JSON text", answer(200, json, `"{}"`), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed), patient},
		{"JSON nested too deeply", answer(200, json, `{"value":`+strings.Repeat("[", 100_000)), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed), patient},
		{"empty object", answer(200, json, `{}`), at(noToken, notIdentity, noKeys, notAPI, notAPI, apiFailed), patient},
		{"content type of text", erpnettest.ContentType("text/plain"), at(ok, ok, ok, ok, ok, ok), patient},
		{"content type of a web page", erpnettest.ContentType("text/html"), at(ok, ok, ok, ok, ok, ok), patient},
		{"no content type", erpnettest.ContentType(""), at(ok, ok, ok, ok, ok, ok), patient},
		{"content type of nonsense", erpnettest.ContentType("json/;;charset=\"x"), at(ok, ok, ok, ok, ok, ok), patient},

		{"OAuth error", erpnettest.OAuthError(401, "invalid_client", "No."), at(badClient, badStatus, badStatus, apiRefused, apiRefused, apiRefused), patient},
		{"OAuth error with HTTP 200", erpnettest.OAuthError(200, "invalid_client", "No."), at(badClient, notIdentity, noKeys, notAPI, notAPI, apiFailed), patient},
		{"unknown OAuth error", erpnettest.OAuthError(400, "Out Of Coffee!", ""), at(refused, badStatus, badStatus, apiFailed, apiFailed, apiFailed), patient},
		{"error of a Domain API", erpnettest.DomainError(500, 2129, "System.Exception", "No."), at(failed, failed, failed, apiFailed, apiFailed, apiFailed), patient},
		{"refusal of a Domain API", erpnettest.DomainError(403, 14, "System.Exception", "No."), at(refused, badStatus, badStatus, apiDenied, apiDenied, apiDenied), patient},
		{"no licence free", erpnettest.LicenceExhausted().With("Retry-After", "1"), at(down, down, down, noLicence, noLicence, noLicence), patient},
	}
}
