// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"compress/gzip"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// gzipBomb returns a small compressed body of so many MiB. Its members are equal, because compressing is slow under the
// race detector.
func gzipBomb(size int) erpnettest.Fault {
	var member bytes.Buffer
	compressor := gzip.NewWriter(&member)
	_, _ = compressor.Write(make([]byte, 1<<20)) // to memory
	_ = compressor.Close()
	return erpnettest.Response(200, "application/json", strings.Repeat(member.String(), size)).
		With("Content-Encoding", "gzip")
}

// at returns the outcomes of a fault that can strike anywhere: one for the identity service and one for the API.
func at(service, api erpnet.Kind) outcomes {
	return outcomes{
		token: service, check: service, api: service, discovery: service, checked: service, keys: service,
		read: api, probe: api, write: api, sites: passes,
	}
}

func everywhere(kind erpnet.Kind) outcomes { return at(kind, kind) }

// tokensFail returns these outcomes with a different one for the token endpoint.
func (o outcomes) tokensFail(kind erpnet.Kind) outcomes {
	return o.but(outcomes{token: kind, check: kind, api: kind})
}

// retried returns the outcomes of a fault that strikes once: only a probe and a write are not sent again.
func retried(kind erpnet.Kind) outcomes {
	return everywhere(passes).but(outcomes{probe: kind, write: kind})
}

// done returns these outcomes for a write that was carried out although its response doesn't say so.
func (o outcomes) done() outcomes { return o.but(outcomes{write: passes}) }

// lateRows returns faults in which no response comes in time.
func lateRows() []faultRow {
	slowly := erpnettest.SlowBody(100 * time.Millisecond)
	return []faultRow{
		{"never answered", erpnettest.Hang(), everywhere(erpnet.Timeout)},
		{"once not answered", erpnettest.Hang().Once(), retried(erpnet.Timeout)},
		{"an hour late", erpnettest.Latency(time.Hour), everywhere(erpnet.Timeout)},
		{"held back", erpnettest.Blocked(make(chan struct{})), everywhere(erpnet.Timeout)},
		{"slow body", slowly, everywhere(erpnet.Timeout).done()},
		{"slow body once", slowly.Once(), retried(erpnet.Timeout).done()},
	}
}

// connectionRows returns faults of the connection on the way to the provider.
func connectionRows() []faultRow {
	reset, closed, unanswered := erpnettest.Reset(), erpnettest.Disconnect(), erpnettest.ResponseLost()
	half, cut, none := erpnettest.Truncated(), erpnettest.ChunkedCut(), erpnettest.None()
	lost, tooLarge := everywhere(erpnet.ConnectionLost), everywhere(erpnet.OversizedResponse)
	retriedLost := retried(erpnet.ConnectionLost)
	switching := erpnettest.Response(101, "", "").With("Connection", "Upgrade").With("Upgrade", "tcp")
	return []faultRow{
		{"a little late", erpnettest.Latency(20 * time.Millisecond), everywhere(passes)},
		{"connection reset", reset, lost},
		{"connection reset once", reset.Once(), retriedLost},
		{"kept connection closed", closed, lost},
		{"kept connection closed once", closed.Once(), retriedLost},
		{"response lost", unanswered, lost.done()},
		{"response lost once", unanswered.Once(), retriedLost.done()},
		{"body truncated", half, lost.done()},
		{"body truncated once", half.Once(), retriedLost.done()},
		{"chunks cut", cut, lost.done()},
		{"chunks cut once", cut.Once(), retriedLost.done()},
		{"not gzip, though it says so", none.With("Content-Encoding", "gzip"), lost.done()},
		{
			"Brotli, though not asked for",
			none.With("Content-Encoding", "br"),
			everywhere(erpnet.UnreadableContent).done(),
		},
		{"header of a megabyte", none.With("X-Padding", strings.Repeat("x", 1<<20)), lost.done()},
		{"switching protocols", switching, at(erpnet.NotJSON, domainapi.NotDomainAPI)},
		{"oversized body", erpnettest.Oversized(2 << 20), tooLarge},
		{"body of 64 MiB", erpnettest.Oversized(64 << 20), tooLarge},
		{"gzip bomb", gzipBomb(64), tooLarge},
	}
}

// gatewayRows returns statuses of gateways and of failing services.
func gatewayRows() []faultRow {
	status, html, replaced := erpnettest.Status, erpnettest.HTML, erpnettest.ResponseReplaced
	down, failed, gateway := everywhere(
		erpnet.Unavailable,
	), everywhere(
		erpnet.ServerFailed,
	), everywhere(
		erpnet.GatewayRefused,
	)
	limited := at(erpnet.RateLimited, domainapi.RateLimited)
	once, undecided := retried(erpnet.Unavailable), outcomes{write: trustedapp.Undecided}
	const endless = "99999999999999999999"
	return []faultRow{
		{"HTTP 400", status(400), gateway},
		{"HTTP 401", status(401), at(erpnet.GatewayRefused, domainapi.TokenRejected)},
		{"HTTP 403", status(403), gateway},
		{"HTTP 404", status(404), at(erpnet.NotFound, domainapi.NotServed)},
		{"HTTP 408", status(408), down},
		{"HTTP 408 once", status(408).Once(), once},
		{"HTTP 425 once", status(425).Once(), once},
		{"HTTP 429", status(429), limited},
		{"HTTP 429 once", status(429).Once(), everywhere(passes).but(outcomes{probe: domainapi.RateLimited})},
		{"HTTP 429 for ten minutes", status(429).With("Retry-After", "600").Once(), limited},
		{"HTTP 429 with endless Retry-After", status(429).With("Retry-After", endless), limited},
		{"HTTP 429 until the year 9999", status(429).With("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), limited},
		{"HTTP 500", status(500), failed},
		{"HTTP 501", status(501), failed},
		{"HTTP 502", status(502), down},
		{"HTTP 502 once", status(502).Once(), once},
		{"HTTP 503", status(503), down},
		{"HTTP 503 once", status(503).Once(), once},
		{"HTTP 503 with negative Retry-After once", status(503).With("Retry-After", "-1").Once(), once},
		{"HTTP 503 with endless Retry-After", status(503).With("Retry-After", endless), down.but(undecided)},
		{"HTTP 504", status(504), down},
		{"HTTP 504 once", status(504).Once(), once},
		{"HTTP 511", status(511), gateway},
		{"HTTP 521", status(521), down},
		{"HTTP 521 once", status(521).Once(), once},
		{"HTTP 530 once", html(530).Once(), once},

		{"web page, HTTP 400", html(400), gateway},
		{"web page, HTTP 401", html(401), gateway},
		{"web page, HTTP 403", html(403), gateway},
		{"web page, HTTP 404", html(404), at(erpnet.NotFound, domainapi.NotServed)},
		{"web page, HTTP 500", html(500), failed},
		{"web page, HTTP 503", html(503), down},
		{"response replaced by a page, HTTP 403", replaced(403), gateway.done()},
		{"response replaced by a page, HTTP 500", replaced(500), failed.done()},
		{"response replaced by a page, HTTP 502", replaced(502), down.done()},
		{"response replaced by a page, HTTP 504 once", replaced(504).Once(), once.done()},
		{"response replaced by a page, HTTP 520", replaced(520), down.done()},
	}
}

// contentRows returns responses whose content doesn't come from an ERP.net instance, or is a refusal.
func contentRows() []faultRow {
	const json, problem = "application/json", "application/problem+json"
	answer, redirect, html := erpnettest.Response, erpnettest.Redirect, erpnettest.HTML
	elsewhere := "https://elsewhere.example/here?next=1"
	empty := at(erpnet.EmptyResponse, domainapi.NotDomainAPI).but(outcomes{write: domainapi.Failed})
	notJSON := at(erpnet.NotJSON, domainapi.NotDomainAPI).but(outcomes{write: domainapi.Failed})
	refused := at(erpnet.UnexpectedStatus, domainapi.Failed).tokensFail(identity.RequestRefused)
	redirected := at(erpnet.Redirected, domainapi.NotDomainAPI)
	login := at(erpnet.Redirected, domainapi.TokenRejected)
	licence := at(erpnet.ServerFailed, domainapi.NoLicence)
	const users = "The maximum number of simultaneously connected users to this server is exceeded."
	return []faultRow{
		{"HTTP 204", erpnettest.Status(204), empty},
		{"HTTP 418", answer(418, "text/plain", "short and stout"), at(erpnet.NotJSON, domainapi.NotDomainAPI)},
		{"redirect 301", redirect(301, elsewhere), redirected},
		{"redirect 302", redirect(302, elsewhere), redirected},
		{"redirect 303", redirect(303, elsewhere), redirected},
		{"redirect 307", redirect(307, elsewhere), redirected},
		{"redirect 308", redirect(308, elsewhere), redirected},
		{"redirect to the next path", redirect(307, "/elsewhere"), redirected},
		{"redirect to nowhere", redirect(307, ""), redirected},
		{"redirect to no URL", redirect(302, "://%zz"), redirected},
		{"redirect to the login page", redirect(302, "/id/Account/Login?ReturnUrl=x"), login},

		{"web page", html(200), notJSON},
		{"empty body", erpnettest.EmptyBody(), empty},
		{"invalid JSON", erpnettest.InvalidJSON(), notJSON},
		{"JSON array", answer(200, json, `[]`), notJSON},
		{"JSON null", answer(200, json, `null`), notJSON},
		{"JSON text", answer(200, json, `"{}"`), notJSON},
		{"JSON nested too deeply", answer(200, json, `{"value":`+strings.Repeat("[", 100_000)), notJSON},
		{
			"empty object", answer(200, json, `{}`),
			notJSON.tokensFail(identity.NoToken).but(outcomes{keys: identity.NoKeys}),
		},
		{"content type of text", erpnettest.ContentType("text/plain"), everywhere(passes)},
		{"content type of a web page", erpnettest.ContentType("text/html"), everywhere(passes)},
		{"no content type", erpnettest.ContentType(""), everywhere(passes)},
		{"content type of nonsense", erpnettest.ContentType("json/;;charset=\"x"), everywhere(passes)},

		{
			"OAuth error", erpnettest.OAuthError(401, "invalid_client", "No."),
			at(erpnet.UnexpectedStatus, domainapi.TokenRejected).tokensFail(identity.InvalidClient),
		},
		{
			"OAuth error with HTTP 200", erpnettest.OAuthError(200, "invalid_client", "No."),
			notJSON.tokensFail(identity.InvalidClient).but(outcomes{keys: identity.NoKeys}),
		},
		{"unknown OAuth error", erpnettest.OAuthError(400, "Out Of Coffee!", ""), refused},
		{
			"error of a Domain API",
			erpnettest.DomainError(500, 2129, "System.Exception", "No."),
			at(erpnet.ServerFailed, domainapi.Failed),
		},
		{
			"refusal of a Domain API", erpnettest.DomainError(403, 14, "System.Exception", "No."),
			at(erpnet.UnexpectedStatus, domainapi.Forbidden).tokensFail(identity.RequestRefused),
		},
		{
			"problem details",
			answer(400, problem, `{"title":"Not that.","detail":"No.","errors":{"x":["Bad."]}}`),
			refused,
		},
		{
			"error with a language",
			answer(400, json, `{"error":{"message":{"lang":"en","value":"Not that."}}}`),
			refused,
		},
		{
			"no licence free", erpnettest.LicenceExhausted().With("Retry-After", "1"),
			at(erpnet.Unavailable, domainapi.NoLicence),
		},
		{"no licence free, by its text alone", erpnettest.DomainError(500, 0, "System.Exception", users), licence},
	}
}
