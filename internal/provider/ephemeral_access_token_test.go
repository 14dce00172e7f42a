// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// rfc3339In expects a value to be a UTC time at this distance from now, give or take a minute.
func rfc3339In(t *testing.T, value any, distance time.Duration) {
	t.Helper()
	moment, err := time.Parse("2006-01-02T15:04:05Z", fmt.Sprint(value))
	if err != nil || (time.Until(moment)-distance).Abs() > time.Minute {
		t.Errorf("%v is not a time in %s", value, distance)
	}
}

func TestAccessTokenEphemeral(t *testing.T) {
	instance, env := startInstance(t)
	p := start(t, env, nil)
	r := p.open("access_token", arguments{"scopes": []string{"read"}}).succeeds(t)
	r.has(
		t,
		arguments{"token_type": "Bearer", "expires_in": "3600", "granted_scopes": []any{"read"}, "client_secret": nil},
	)
	rfc3339In(t, r.values["expires_at"], time.Hour)
	claims := p.call("decode_access_token", fmt.Sprint(r.values["access_token"])).succeeds(t)
	claims.has(t, arguments{
		"verified":    false,
		"algorithm":   "RS256",
		"type":        "at+jwt",
		"issuer":      instance.IdentityURL(),
		"client_id":   sampleURI,
		"system_user": "svc.integration",
	})
	p.open("access_token", nil).succeeds(t).has(t, arguments{"granted_scopes": []any{"read", "update"}})
}

func TestAccessTokenEphemeralUsesItsOwnCredentials(t *testing.T) {
	instance, env := startInstance(t)
	const secret = "another-secret-of-another-application"
	other := erpnettest.SampleApplication()
	other.ApplicationUri, other.ApplicationSecretHash = "another.app", erpnettest.SecretHash(secret)
	instance.AddApplication(other)
	p := start(t, env.with("ERPNET_CLIENT_SECRET", "not-the-right-one"), nil)
	r := p.open("access_token", arguments{"client_id": "another.app", "client_secret": secret}).succeeds(t)
	p.call("decode_access_token", fmt.Sprint(r.values["access_token"])).has(t, arguments{"client_id": "another.app"})
}

// Nothing of the provider's goes to an object's own instance: no secret, URL or issuer.
func TestAccessTokenEphemeralUsesItsOwnInstance(t *testing.T) {
	ours, env := startInstance(t)
	own, _ := startInstance(t)
	p := start(t, env, arguments{"identity_url": ours.IdentityURL(), "issuer": "https://erp.example.test/id"})
	p.open("access_token", arguments{
		"instance": own.URL, "client_id": sampleURI, "client_secret": erpnettest.SampleSecret,
	}).succeeds(t)
	if n := ours.Count(erpnettest.Any); n != 0 {
		t.Errorf("the provider's instance got %d requests", n)
	}
}

func TestAccessTokenEphemeralRefusesIncompleteCredentials(t *testing.T) {
	instance, env := startInstance(t)
	foreign, _ := startInstance(t)
	for name, values := range map[string]arguments{
		"foreign instance alone":      {"instance": foreign.URL},
		"instance and client_id":      {"instance": foreign.URL, "client_id": "another.app"},
		"instance and client_secret":  {"instance": foreign.URL, "client_secret": "hunter2-hunter2"},
		"client_id alone":             {"client_id": "another.app"},
		"client_secret alone":         {"client_secret": "hunter2-hunter2"},
		"instance that becomes known": {"instance": tftypes.UnknownValue},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, env, nil).open("access_token", values)
			r.fails(t, "An object's own client_id and client_secret go together")
			r.hides(t, "hunter2")
		})
	}
	if n := instance.Count(erpnettest.Any) + foreign.Count(erpnettest.Any); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestAccessTokenEphemeralRefusesBadArguments(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	own := arguments{"client_id": "a", "client_secret": secret}
	for name, test := range map[string]struct {
		values arguments
		want   string
	}{
		"no scope at all": {arguments{"scopes": []string{}}, "set must contain at least 1"},
		"two scopes in one": {
			arguments{"scopes": []string{"read update"}}, "give each scope as its own element",
		},
		"null among scopes":        {arguments{"scopes": []any{"read", nil}}, "null"},
		"empty scope":              {arguments{"scopes": []string{""}}, "it is empty"},
		"instance with a path":     {own.with(arguments{"instance": "https://demodb.my.erp.net/id"}), "it has a path"},
		"global authority":         {own.with(arguments{"instance": "id.erp.net"}), "global authority"},
		"empty client_id":          {own.with(arguments{"client_id": ""}), "it is empty"},
		"secret with a line break": {own.with(arguments{"client_secret": secret + "\n"}), "it ends with a line break"},
		"empty secret":             {own.with(arguments{"client_secret": ""}), "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, nil, nil).open("access_token", test.values)
			r.fails(t, test.want)
			r.hides(t, secret)
		})
	}
}

// A token ages while a laptop sleeps or someone thinks about a plan. An object that returns a token returns one with at
// least half of its lifetime left. Calls of the API keep their token, and with it their session.
func TestOldTokensAreNotHandedOut(t *testing.T) {
	instance, env := startInstance(t)
	now := time.Now()
	provider := newProvider(env)
	provider.now = func() time.Time { return now }
	instance.SetClock(provider.now)
	p := startProvider(t, provider, nil)
	customers := arguments{"entity_set": "Crm_Sales_Customers", "top": 1}
	begin := now
	for _, test := range []struct {
		after  time.Duration
		tokens int // requested in total
		calls  int // with the first token
	}{
		{after: 0, tokens: 1, calls: 1},
		{after: 20 * time.Minute, tokens: 1, calls: 2},
		{after: 40 * time.Minute, tokens: 2, calls: 3},
		{after: 90 * time.Minute, tokens: 3, calls: 3},
	} {
		now = begin.Add(test.after)
		p.read("domain_query", customers).succeeds(t)
		r := p.open("access_token", nil).succeeds(t)
		if left := must(time.Parse(time.RFC3339, fmt.Sprint(r.values["expires_at"]))).Sub(now); left < 29*time.Minute {
			t.Errorf("after %s a token is given that has %s left", test.after, left)
		}
		calls := map[string]int{}
		for _, request := range instance.Requests() {
			calls[request.Header.Get("Authorization")]++
		}
		tokens := instance.IssuedTokens()
		if len(tokens) != test.tokens || calls["Bearer "+tokens[0]] != test.calls {
			t.Errorf(
				"after %s: %d tokens, %d calls by the first one",
				test.after,
				len(tokens),
				calls["Bearer "+tokens[0]],
			)
		}
	}
}
