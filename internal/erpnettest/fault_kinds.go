// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
)

// parameters lists the parameters of faults and describes their values.
var parameters = map[string]string{
	"status":      "an HTTP status from 200 to 599",
	"retry_after": "the header Retry-After, in seconds or as a date",
	"error":       `an OAuth error such as "invalid_client"`,
	"message":     "a text",
	"code":        "a number of the Domain API such as 2129",
	"delay":       `a duration such as "500ms" or "2s"`,
	"lifetime":    `a duration such as "60s"`,
	"location":    "a URL or a path",
	"url":         `the root of a URL, such as "http://erp.internal"`,
	"scopes":      `an array of scopes, such as ["read"]`,
	"name":        "the name of a field or claim",
	"value":       "any JSON",
}

// faultKind describes one of the values of "what".
type faultKind struct {
	does     string // the description for people
	ofTokens bool   // only for the token endpoint
	status   int    // the default of "status"
	takes    []string
	needs    []string
	make     func(FaultSpec) Fault
}

// FaultKinds returns the valid values of "what", sorted.
func FaultKinds() []string { return slices.Sorted(maps.Keys(faultKinds)) }

// DescribeFault returns what a fault of FaultKinds does, which parameters it
// takes, and whether it is only for the token endpoint.
func DescribeFault(what string) (does string, takes []string, onlyToken bool) {
	kind := faultKinds[what]
	return kind.does, slices.Clone(kind.takes), kind.ofTokens
}

var faultKinds = map[string]faultKind{
	// Responses of the instance
	"status": {
		does:  "an HTTP status with an empty body",
		takes: []string{"status", "retry_after"}, needs: []string{"status"},
		make: func(f FaultSpec) Fault { return Status(f.Status) },
	},
	"oauth-error": {
		does: "an OAuth error", status: http.StatusBadRequest,
		takes: []string{"error", "message", "status", "retry_after"},
		make:  func(f FaultSpec) Fault { return OAuthError(f.Status, cmp.Or(f.Error, invalidClient), f.Message) },
	},
	"domain-error": {
		does: "an error of the Domain API", status: http.StatusInternalServerError,
		takes: []string{"message", "code", "status", "retry_after"},
		make: func(f FaultSpec) Fault {
			return DomainError(f.Status, f.Code, serverException, cmp.Or(f.Message, "Something is broken."))
		},
	},
	"no-licence": {
		does: "all licences are in use: 503 with Retry-After 60", takes: []string{"retry_after"},
		make: func(FaultSpec) Fault { return LicenceExhausted() },
	},
	"no-licence-text": plainKind("the same by its text alone, with status 500", LicenceText),
	"problem": {
		does: "problem details (RFC 9457)", status: http.StatusBadRequest,
		takes: []string{"message", "status", "retry_after"},
		make: func(f FaultSpec) Fault {
			return Problem(f.Status, statusText(f.Status), cmp.Or(f.Message, "Something is broken."))
		},
	},
	"odata-error": {
		does:   "an error whose message is an object with a language",
		status: http.StatusInternalServerError, takes: []string{"message", "status", "retry_after"},
		make: func(f FaultSpec) Fault { return ODataMessage(f.Status, cmp.Or(f.Message, "Something is broken.")) },
	},
	"empty-body":   plainKind("200 and no JSON", EmptyBody),
	"invalid-json": plainKind("200 and broken JSON", InvalidJSON),
	"field": {
		does:  "another value in the JSON of the response",
		takes: []string{"name", "value"}, needs: []string{"name", "value"},
		make: func(f FaultSpec) Fault { return RawField(f.Name, string(f.Value)) },
	},
	"without-field": {
		does: "a field missing in the JSON of the response", takes: []string{"name"}, needs: []string{"name"},
		make: func(f FaultSpec) Fault { return WithoutField(f.Name) },
	},
	"hidden-records": {
		does:   "empty entity sets; one record, by its key, gets the status, or is found with 200",
		status: http.StatusForbidden, takes: []string{"status"},
		make: func(f FaultSpec) Fault { return HiddenRecords(f.Status) },
	},
	"none": plainKind("nothing: the requests go well", None),

	// Gateways
	"html": {
		does: "a web page instead of the response", status: http.StatusBadGateway,
		takes: []string{"status", "retry_after"},
		make:  func(f FaultSpec) Fault { return HTML(f.Status) },
	},
	"redirect": {
		does: "a redirect", status: http.StatusFound, takes: []string{"location", "status"},
		make: func(f FaultSpec) Fault { return Redirect(f.Status, cmp.Or(f.Location, "https://elsewhere.example/")) },
	},
	"login-redirect": plainKind("a redirect to the login page, which means that the token was not taken",
		LoginRedirect),
	"foreign-links": {
		does: "URLs of another server; by default http://, as behind a reverse proxy", takes: []string{"url"},
		make: func(f FaultSpec) Fault { return ForeignLinks(f.URL) },
	},
	"response-replaced": {
		does:   "the work is done, then comes a web page instead of the response",
		status: http.StatusBadGateway, takes: []string{"status", "retry_after"},
		make: func(f FaultSpec) Fault { return ResponseReplaced(f.Status) },
	},

	// Time and connections
	"latency": {
		does: "a delay before the right response", takes: []string{"delay"}, needs: []string{"delay"},
		make: func(f FaultSpec) Fault { return Latency(duration(f.Delay)) },
	},
	"slow-body": {
		does: "a delay before each byte of the right response", takes: []string{"delay"}, needs: []string{"delay"},
		make: func(f FaultSpec) Fault { return SlowBody(duration(f.Delay)) },
	},
	"hang":          plainKind("no response until the client leaves", Hang),
	"reset":         plainKind("a TCP reset without a response", Reset),
	"disconnect":    plainKind("a closed connection", Disconnect),
	"cut":           plainKind("half of the right response", Truncated),
	"response-lost": plainKind("the work is done, then a TCP reset", ResponseLost),

	// Access tokens
	"expired":       tokenKind("a token that has expired", Expired),
	"not-yet-valid": tokenKind("a token of the future", NotYetValid),
	"lifetime": {
		does: "a token that is valid for so long", ofTokens: true,
		takes: []string{"lifetime"}, needs: []string{"lifetime"},
		make: func(f FaultSpec) Fault { return Lifetime(duration(f.Lifetime)) },
	},
	"extreme-dates":   tokenKind("a token of the years 1 to 9999", ExtremeDates),
	"wrong-issuer":    tokenKind("a token of another instance", WrongIssuer),
	"wrong-audience":  tokenKind("a token for another API", WrongAudience),
	"wrong-client":    tokenKind("a token of another application", WrongClient),
	"bad-signature":   tokenKind("a spoilt signature", BadSignature),
	"foreign-key":     tokenKind("a foreign key under the instance's key ID", ForeignKey),
	"unknown-key":     tokenKind("a key that is not published", UnknownKey),
	"no-key-id":       tokenKind("a token without kid", func() Fault { return KeyID("") }),
	"opaque":          tokenKind("a reference token instead of a JWT", Opaque),
	"duplicate-claim": claimKind("a claim once more", DuplicateClaim),
	"claim":           claimKind("another value of a claim", Claim),
	"without-claim": {
		does: "a token without a claim", ofTokens: true, takes: []string{"name"}, needs: []string{"name"},
		make: func(f FaultSpec) Fault { return WithoutClaim(f.Name) },
	},
	"scopes": {
		does: "other scopes than asked for", ofTokens: true, takes: []string{"scopes"}, needs: []string{"scopes"},
		make: func(f FaultSpec) Fault { return GrantedScopes(f.Scopes...) },
	},
}

func plainKind(does string, made func() Fault) faultKind {
	return faultKind{does: does, make: func(FaultSpec) Fault { return made() }}
}

func tokenKind(does string, made func() Fault) faultKind {
	kind := plainKind(does, made)
	kind.ofTokens = true
	return kind
}

func claimKind(does string, made func(name string, value any) Fault) faultKind {
	both := []string{"name", "value"}
	return faultKind{
		does: does, ofTokens: true, takes: both, needs: both,
		make: func(f FaultSpec) Fault { return made(f.Name, f.Value) },
	}
}
