// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Each claim is checked separately, and a missing claim is not accepted.
func TestEachClaimHasItsOwnFinding(t *testing.T) {
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	for name, test := range map[string]struct {
		claims members
		kind   string // header typ
		failed string // the failed check; empty for none
		want   erpnet.Kind
		text   string
	}{
		"as usual":         {},
		"legacy audience":  {claims: members{"aud": "DomainApi"}},
		"type in capitals": {kind: "application/AT+JWT"},
		"other type":       {kind: "JWT", failed: "type", want: WrongJWTType, text: `"JWT" instead of "at+jwt"`},
		"other issuer": {
			claims: members{"iss": "https://x.example"}, failed: "issuer", want: ForeignIssuer,
			text: `"https://x.example"`,
		},
		"no issuer": {claims: members{"iss": nil}, failed: "issuer", want: ForeignIssuer},
		"other audience": {
			claims: members{"aud": []string{"TableAPI"}}, failed: "audience", want: WrongAudience,
		},
		"no audience":       {claims: members{"aud": nil}, failed: "audience", want: WrongAudience},
		"valid in a minute": {claims: members{"nbf": at(time.Minute)}},
		"valid later": {
			claims: members{"nbf": at(time.Minute + time.Second)}, failed: "not_before", want: NotYetValid,
			text: "12:01:01",
		},
		"no beginning":         {claims: members{"nbf": nil}},
		"expired for a minute": {claims: members{"exp": at(-time.Minute)}},
		"expired for longer": {
			claims: members{"exp": at(-time.Minute - time.Second)}, failed: "expiry", want: ExpiredToken,
			text: "11:58:59",
		},
		"no expiry": {claims: members{"exp": nil}, failed: "expiry", want: InvalidLifetime},
		"other client": {
			claims: members{"client_id": "another"}, failed: "client_id", want: ForeignClient, text: `"another"`,
		},
		"no client": {claims: members{"client_id": nil}, failed: "client_id", want: ForeignClient},
		"secret of the request": {
			claims: members{"client_id": testSecret}, failed: "client_id", want: ForeignClient, text: "(redacted)",
		},
		"unsigned": {failed: "algorithm", want: WrongAlgorithm, text: `signed by "none"`},
	} {
		t.Run(name, func(t *testing.T) {
			header := members{"alg": "RS256", "typ": test.kind}
			if header["typ"] == "" {
				header["typ"] = "at+jwt"
			}
			if test.failed == "algorithm" {
				header["alg"] = "none"
			}
			payload := strings.Split(tokenWith(test.claims), ".")[1]
			text := strings.Split(unsigned(header.String(), ""), ".")[0] + "." + payload + ".c2ln"
			claims, err := DecodeClaims(text)
			wantError(t, err, "")
			service := NewService(erpnet.NewClient(erpnet.Options{Now: func() time.Time { return noon }}))
			service.Client.Protect(erpnet.NewSecret(testSecret))
			v := Verification{
				Service: service, Request: requestFor("read"),
				Token: &Token{AccessToken: erpnet.NewSecret(text), Claims: claims, obtained: noon},
			}
			signature, _ := v.Signature(context.Background())
			var failures []Finding
			for i, finding := range append(v.Claims(), signature...) {
				if i < len(ClaimChecks) && finding.Name != ClaimChecks[i] {
					t.Errorf("finding %d is %s", i, finding.Name)
				}
				if finding.Status == Failed {
					failures = append(failures, finding)
				}
			}
			if test.failed == "" {
				wantFailed(t, failures)
				return
			}
			wantFailed(t, failures, test.failed)
			wantKind(t, failures[0].Failure, test.want)
			if !strings.Contains(failures[0].Detail, test.text) {
				t.Errorf("lacks %q: %s", test.text, failures[0].Detail)
			}
		})
	}
}

// The client reads what an identity service publishes from the service's own origin only, whatever name the service
// gives itself.
func TestPublishedByAnotherPlace(t *testing.T) {
	const keys = "/id/.well-known/openid-configuration/jwks"
	for name, test := range map[string]struct {
		fault    erpnettest.Fault // of the discovery document
		failed   []string
		want     erpnet.Kind // of the first failure
		text     string
		evidence string
	}{
		"relative keys": {fault: erpnettest.Field("jwks_uri", keys)},
		"no keys": {
			fault: erpnettest.WithoutField("jwks_uri"), failed: []string{"keys"}, want: NoKeys,
			text: `"jwks_uri" is missing`,
		},
		"number as keys": {
			fault: erpnettest.Field("jwks_uri", 5), failed: []string{"keys"}, want: NoKeys,
			text: `"jwks_uri" is missing or is not a string`,
		},
		"keys on an inner host": {fault: erpnettest.Field("jwks_uri", "http://inner:8080"+keys)},
		"keys beside the service": {
			fault: erpnettest.Field("jwks_uri", "/jwks"), failed: []string{"keys"}, want: erpnet.NotFound,
		},
		"keys elsewhere": {
			fault: erpnettest.Field("jwks_uri", "https://x.example/jwks"), failed: []string{"keys"}, want: NoKeys,
			text: `"https://x.example/jwks"`,
		},
		"keys elsewhere by a detour": {
			fault:  erpnettest.Field("jwks_uri", "https://x.example/id/../jwks"),
			failed: []string{"keys"}, want: NoKeys,
		},
		"keys elsewhere under the same path": {
			fault: erpnettest.Field("jwks_uri", "https://x.example/id/jwks"), failed: []string{"keys"},
			want: erpnet.NotFound, text: `/id/jwks `, evidence: `names "https://x.example/id/jwks"`,
		},
		"keys that fail": {
			fault: erpnettest.Field("jwks_uri", "/id/nothing"), failed: []string{"keys"}, want: erpnet.NotFound,
		},
		"another service": {
			fault: erpnettest.Field("issuer", "https://x.example/id"), failed: []string{"discovery", "issuer"},
			want: ForeignService, text: "x.example",
		},
		"no issuer": {
			fault: erpnettest.WithoutField("issuer"), failed: []string{"discovery"}, want: erpnet.NotJSON,
			text: `"issuer" is missing`,
		},
		"number as issuer": {
			fault: erpnettest.Field("issuer", 5), failed: []string{"discovery"}, want: erpnet.NotJSON,
			text: `"issuer" is missing or is not a string`,
		},
		"nothing": {fault: erpnettest.Status(404), failed: []string{"discovery"}, want: erpnet.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Inject(erpnettest.Discovery, test.fault)
			failures := l.verify(t)
			wantFailed(t, failures, test.failed...)
			if len(failures) > 0 {
				wantKind(t, failures[0].Failure, test.want)
				if failure := failures[0].Failure; !strings.Contains(failures[0].Detail, test.text) ||
					!strings.Contains(failure.Evidence, test.evidence) {
					t.Errorf("lacks %q or %q: %v\n%s", test.text, test.evidence, failure, failure.Evidence)
				}
			}
		})
	}
}

// A signature that cannot be checked is not told as a forged one.
func TestSignatureThatCannotBeCheckedIsNotForged(t *testing.T) {
	l := newLab(t)
	token, failed := l.service.RequestToken(context.Background(), l.request)
	wantError(t, failed, "")
	whole := token.AccessToken.Reveal()
	parts := strings.Split(whole, ".")
	critical := members{"alg": "RS256", "kid": token.Claims.KeyID, "typ": "at+jwt", "crit": []string{"exp"}, "exp": 1}
	for changed, want := range map[string]string{
		parts[0] + "." + parts[1] + ".a+b/": "not base64url",
		strings.Split(unsigned(critical.String(), ""), ".")[0] + "." + parts[1] + "." + parts[2]: "crit",
	} {
		token.AccessToken = erpnet.NewSecret(changed)
		failures := l.failures(token)
		wantFailed(t, failures, "signature")
		wantKind(t, failures[0].Failure, MalformedToken)
		wantError(t, failures[0].Failure, want)
	}
}

func TestSignatureIsVerified(t *testing.T) {
	for name, test := range map[string]struct {
		fault  erpnettest.Fault
		failed string
		want   erpnet.Kind
	}{
		"forged":         {fault: erpnettest.BadSignature(), failed: "signature", want: BadSignature},
		"by another key": {fault: erpnettest.ForeignKey(), failed: "signature", want: BadSignature},
		"key not known":  {fault: erpnettest.UnknownKey(), failed: "key", want: UnknownKey},
		"none":           {fault: erpnettest.Algorithm("none"), failed: "algorithm", want: WrongAlgorithm},
		"by HMAC":        {fault: erpnettest.Algorithm("HS256"), failed: "algorithm", want: WrongAlgorithm},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Inject(erpnettest.Token, test.fault)
			failures := l.verify(t)
			wantFailed(t, failures, test.failed)
			wantKind(t, failures[0].Failure, test.want)
		})
	}
}
