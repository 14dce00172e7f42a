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
		{name: "never answered", fault: erpnettest.Hang(), outcomes: everywhere(erpnet.Timeout)},
		{name: "once not answered", fault: erpnettest.Hang().Once(), outcomes: retried(erpnet.Timeout)},
		{name: "an hour late", fault: erpnettest.Latency(time.Hour), outcomes: everywhere(erpnet.Timeout)},
		{name: "held back", fault: erpnettest.Blocked(make(chan struct{})), outcomes: everywhere(erpnet.Timeout)},
		{name: "slow body", fault: slowly, outcomes: everywhere(erpnet.Timeout).done()},
		{name: "slow body once", fault: slowly.Once(), outcomes: retried(erpnet.Timeout).done()},
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
		{name: "a little late", fault: erpnettest.Latency(20 * time.Millisecond), outcomes: everywhere(passes)},
		{name: "connection reset", fault: reset, outcomes: lost},
		{name: "connection reset once", fault: reset.Once(), outcomes: retriedLost},
		{name: "kept connection closed", fault: closed, outcomes: lost},
		{name: "kept connection closed once", fault: closed.Once(), outcomes: retriedLost},
		{name: "response lost", fault: unanswered, outcomes: lost.done()},
		{name: "response lost once", fault: unanswered.Once(), outcomes: retriedLost.done()},
		{name: "body truncated", fault: half, outcomes: lost.done()},
		{name: "body truncated once", fault: half.Once(), outcomes: retriedLost.done()},
		{name: "chunks cut", fault: cut, outcomes: lost.done()},
		{name: "chunks cut once", fault: cut.Once(), outcomes: retriedLost.done()},
		{
			name:     "not gzip, though it says so",
			fault:    none.With("Content-Encoding", "gzip"),
			outcomes: everywhere(erpnet.UnreadableContent).done(),
		},
		{
			name:     "Brotli, though not asked for",
			fault:    none.With("Content-Encoding", "br"),
			outcomes: everywhere(erpnet.UnreadableContent).done(),
		},
		{
			name:     "header of a megabyte",
			fault:    none.With("X-Padding", strings.Repeat("x", 1<<20)),
			outcomes: tooLarge.done(),
		},
		{name: "switching protocols", fault: switching, outcomes: at(erpnet.NotJSON, domainapi.NotDomainAPI)},
		{name: "oversized body", fault: erpnettest.Oversized(2 << 20), outcomes: tooLarge},
		{name: "body of 64 MiB", fault: erpnettest.Oversized(64 << 20), outcomes: tooLarge},
		{name: "gzip bomb", fault: gzipBomb(64), outcomes: tooLarge},
	}
}

// gatewayRows returns statuses of gateways and of failing services.
func gatewayRows() []faultRow {
	status, html, replaced := erpnettest.Status, erpnettest.HTML, erpnettest.ResponseReplaced
	down, failed, gateway := everywhere(erpnet.Unavailable), everywhere(erpnet.ServerFailed), everywhere(
		erpnet.GatewayRefused,
	)
	limited := at(erpnet.RateLimited, domainapi.RateLimited)
	once, undecided := retried(erpnet.Unavailable), outcomes{write: trustedapp.Undecided}
	const endless = "99999999999999999999"
	return []faultRow{
		{name: "HTTP 400", fault: status(400), outcomes: gateway},
		{name: "HTTP 401", fault: status(401), outcomes: at(erpnet.GatewayRefused, domainapi.TokenRejected)},
		{name: "HTTP 403", fault: status(403), outcomes: gateway},
		{name: "HTTP 404", fault: status(404), outcomes: at(erpnet.NotFound, domainapi.NotServed)},
		{name: "HTTP 408", fault: status(408), outcomes: down},
		{name: "HTTP 408 once", fault: status(408).Once(), outcomes: once},
		{name: "HTTP 425 once", fault: status(425).Once(), outcomes: once},
		{name: "HTTP 429", fault: status(429), outcomes: limited},
		{
			name:     "HTTP 429 once",
			fault:    status(429).Once(),
			outcomes: everywhere(passes).but(outcomes{probe: domainapi.RateLimited}),
		},
		{name: "HTTP 429 for ten minutes", fault: status(429).With("Retry-After", "600").Once(), outcomes: limited},
		{
			name:     "HTTP 429 with endless Retry-After",
			fault:    status(429).With("Retry-After", endless),
			outcomes: limited,
		},
		{
			name:     "HTTP 429 until the year 9999",
			fault:    status(429).With("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),
			outcomes: limited,
		},
		{name: "HTTP 500", fault: status(500), outcomes: failed},
		{name: "HTTP 501", fault: status(501), outcomes: failed},
		{name: "HTTP 502", fault: status(502), outcomes: down},
		{name: "HTTP 502 once", fault: status(502).Once(), outcomes: once},
		{name: "HTTP 503", fault: status(503), outcomes: down},
		{name: "HTTP 503 once", fault: status(503).Once(), outcomes: once},
		{
			name:     "HTTP 503 with negative Retry-After once",
			fault:    status(503).With("Retry-After", "-1").Once(),
			outcomes: once,
		},
		{
			name:     "HTTP 503 with endless Retry-After",
			fault:    status(503).With("Retry-After", endless),
			outcomes: down.but(undecided),
		},
		{name: "HTTP 504", fault: status(504), outcomes: down},
		{name: "HTTP 504 once", fault: status(504).Once(), outcomes: once},
		{name: "HTTP 511", fault: status(511), outcomes: gateway},
		{name: "HTTP 521", fault: status(521), outcomes: down},
		{name: "HTTP 521 once", fault: status(521).Once(), outcomes: once},
		{name: "HTTP 530 once", fault: html(530).Once(), outcomes: once},

		{name: "web page, HTTP 400", fault: html(400), outcomes: gateway},
		{name: "web page, HTTP 401", fault: html(401), outcomes: gateway},
		{name: "web page, HTTP 403", fault: html(403), outcomes: gateway},
		{name: "web page, HTTP 404", fault: html(404), outcomes: at(erpnet.NotFound, domainapi.NotServed)},
		{name: "web page, HTTP 500", fault: html(500), outcomes: failed},
		{name: "web page, HTTP 503", fault: html(503), outcomes: down},
		{name: "response replaced by a page, HTTP 403", fault: replaced(403), outcomes: gateway.done()},
		{name: "response replaced by a page, HTTP 500", fault: replaced(500), outcomes: failed.done()},
		{name: "response replaced by a page, HTTP 502", fault: replaced(502), outcomes: down.done()},
		{name: "response replaced by a page, HTTP 504 once", fault: replaced(504).Once(), outcomes: once.done()},
		{name: "response replaced by a page, HTTP 520", fault: replaced(520), outcomes: down.done()},
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
		{name: "HTTP 204", fault: erpnettest.Status(204), outcomes: empty},
		{
			name:     "HTTP 418",
			fault:    answer(418, "text/plain", "short and stout"),
			outcomes: everywhere(erpnet.GatewayRefused),
		},
		{name: "redirect 301", fault: redirect(301, elsewhere), outcomes: redirected},
		{name: "redirect 302", fault: redirect(302, elsewhere), outcomes: redirected},
		{name: "redirect 303", fault: redirect(303, elsewhere), outcomes: redirected},
		{name: "redirect 307", fault: redirect(307, elsewhere), outcomes: redirected},
		{name: "redirect 308", fault: redirect(308, elsewhere), outcomes: redirected},
		{name: "redirect to the next path", fault: redirect(307, "/elsewhere"), outcomes: redirected},
		{name: "redirect to nowhere", fault: redirect(307, ""), outcomes: redirected},
		{name: "redirect to no URL", fault: redirect(302, "://%zz"), outcomes: redirected},
		{name: "redirect to the login page", fault: redirect(302, "/id/Account/Login?ReturnUrl=x"), outcomes: login},

		{name: "web page", fault: html(200), outcomes: at(erpnet.NotJSON, domainapi.NotDomainAPI)},
		{name: "empty body", fault: erpnettest.EmptyBody(), outcomes: empty},
		{name: "invalid JSON", fault: erpnettest.InvalidJSON(), outcomes: notJSON},
		{name: "JSON array", fault: answer(200, json, `[]`), outcomes: notJSON},
		{name: "JSON null", fault: answer(200, json, `null`), outcomes: notJSON},
		{name: "JSON text", fault: answer(200, json, `"{}"`), outcomes: notJSON},
		{
			name:     "JSON nested too deeply",
			fault:    answer(200, json, `{"value":`+strings.Repeat("[", 100_000)),
			outcomes: notJSON,
		},
		{
			name:     "empty object",
			fault:    answer(200, json, `{}`),
			outcomes: notJSON.tokensFail(identity.NoToken).but(outcomes{keys: identity.NoKeys}),
		},
		{name: "content type of text", fault: erpnettest.ContentType("text/plain"), outcomes: everywhere(passes)},
		{name: "content type of a web page", fault: erpnettest.ContentType("text/html"), outcomes: everywhere(passes)},
		{name: "no content type", fault: erpnettest.ContentType(""), outcomes: everywhere(passes)},
		{
			name:     "content type of nonsense",
			fault:    erpnettest.ContentType("json/;;charset=\"x"),
			outcomes: everywhere(passes),
		},

		{
			name:     "OAuth error",
			fault:    erpnettest.OAuthError(401, "invalid_client", "No."),
			outcomes: at(erpnet.UnexpectedStatus, domainapi.TokenRejected).tokensFail(identity.InvalidClient),
		},
		{
			name:     "OAuth error with HTTP 200",
			fault:    erpnettest.OAuthError(200, "invalid_client", "No."),
			outcomes: notJSON.tokensFail(identity.InvalidClient).but(outcomes{keys: identity.NoKeys}),
		},
		{name: "unknown OAuth error", fault: erpnettest.OAuthError(400, "Out Of Coffee!", ""), outcomes: refused},
		{
			name:     "error of a Domain API",
			fault:    erpnettest.DomainError(500, 2129, "System.Exception", "No."),
			outcomes: at(erpnet.ServerFailed, domainapi.Failed),
		},
		{
			name:     "refusal of a Domain API",
			fault:    erpnettest.DomainError(403, 14, "System.Exception", "No."),
			outcomes: at(erpnet.UnexpectedStatus, domainapi.Forbidden).tokensFail(identity.RequestRefused),
		},
		{
			name:     "problem details",
			fault:    answer(400, problem, `{"title":"Not that.","detail":"No.","errors":{"x":["Bad."]}}`),
			outcomes: refused,
		},
		{
			name:     "error with a language",
			fault:    answer(400, json, `{"error":{"message":{"lang":"en","value":"Not that."}}}`),
			outcomes: refused,
		},
		{
			name:     "no licence free",
			fault:    erpnettest.LicenceExhausted().With("Retry-After", "1"),
			outcomes: at(erpnet.Unavailable, domainapi.NoLicence),
		},
		{
			name:     "no licence free, by its text alone",
			fault:    erpnettest.DomainError(500, 0, "System.Exception", users),
			outcomes: licence,
		},
	}
}
