// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// domainAPIAudience is spelled DomainApi in older tokens and DomainAPI in newer
// ones (protocol section 2.4).
const domainAPIAudience = "DomainApi"

// verification looks at every claim of a token by itself, so that all of its
// failures are found at once.
type verification struct {
	request   TokenRequest
	token     *Token
	discovery *Discovery // nil if there is none
	now       time.Time
}

// claims checks what the token says of itself (RFC 9068 section 4).
func (v verification) claims() []CheckResult {
	return []CheckResult{
		v.jwtType(), v.issuer(), v.audience(), v.notBefore(), v.expiry(), v.clientID(),
	}
}

func (v verification) fail(name string, kind Kind, happened string) CheckResult {
	return failedCheck(name, v.request.fail(kind, "was answered with a token "+happened))
}

func (v verification) jwtType() CheckResult {
	if strings.TrimPrefix(strings.ToLower(v.token.Claims.Type), "application/") != "at+jwt" {
		return v.fail("type", WrongJWTType, fmt.Sprintf("of type %q instead of \"at+jwt\"", v.request.show(v.token.Claims.Type)))
	}
	return passed("type", "The token is an access token (at+jwt).")
}

func (v verification) issuer() CheckResult {
	issuer := v.token.Claims.Issuer
	switch {
	case !sameSite(issuer, v.request.Instance.IdentityURL):
		return v.fail("issuer", ForeignIssuer, fmt.Sprintf("of issuer %q instead of %q", v.request.show(issuer), v.request.Instance.IdentityURL))
	case v.discovery != nil && !sameSite(issuer, v.discovery.Issuer):
		return v.fail("issuer", ForeignIssuer, fmt.Sprintf("of issuer %q, while the discovery document names %q", v.request.show(issuer), v.request.show(v.discovery.Issuer)))
	}
	return passed("issuer", "The token is of this instance's identity service.")
}

func (v verification) audience() CheckResult {
	audience := v.token.Claims.Audience
	if !slices.ContainsFunc(audience, func(api string) bool { return strings.EqualFold(api, domainAPIAudience) }) {
		return v.fail("audience", WrongAudience, "for the audience "+quotedList(v.request.showAll(audience))+", which does not hold the Domain API")
	}
	return passed("audience", "The token is for the Domain API.")
}

func (v verification) notBefore() CheckResult {
	begin := v.token.Claims.NotBefore
	switch {
	case begin.IsZero():
		return skipped("not_before", "The token names no beginning.")
	case v.now.Add(ClockTolerance).Before(begin):
		failed := v.fail("not_before", NotYetValid, "that is not valid before "+rfc3339(begin))
		failed.Failure.Hint = v.token.clocks()
		return failed
	}
	return passed("not_before", "The token is valid already.")
}

func (v verification) expiry() CheckResult {
	end := v.token.Claims.ExpiresAt
	switch {
	case end.IsZero():
		return v.fail("expiry", InvalidLifetime, "that names no expiry")
	case v.now.After(end.Add(ClockTolerance)):
		failed := v.fail("expiry", ExpiredToken, "that expired at "+rfc3339(end))
		failed.Failure.Hint = v.token.clocks()
		return failed
	}
	return passed("expiry", "The token expires at "+rfc3339(end)+".")
}

func (v verification) clientID() CheckResult {
	id := v.token.Claims.ClientID
	if !sameClient(id, v.request.Credentials.ClientID) {
		return v.fail("client_id", ForeignClient, fmt.Sprintf("of client_id %q", v.request.show(id)))
	}
	return passed("client_id", "The token is of the configured client_id.")
}

// signature checks algorithm, key and signature. stale reports that the token
// came before keys that do not hold its own any more: a new token may pass.
func (v verification) signature(ctx context.Context, client *Client, keys *keySet) (results []CheckResult, stale bool) {
	if v.token.Claims.Algorithm != string(jose.RS256) {
		return []CheckResult{
			v.fail("algorithm", WrongAlgorithm, fmt.Sprintf("signed by %q instead of \"RS256\"", v.request.show(v.token.Claims.Algorithm))),
			skipped("key", "The algorithm is not RS256."), skipped("signature", "The algorithm is not RS256."),
		}, false
	}
	results = []CheckResult{passed("algorithm", "The token is signed by RS256.")}
	if keys == nil {
		return append(results, skipped("key", "The keys of the identity service are not known."), skipped("signature", "The keys of the identity service are not known.")), false
	}
	signed, err := jose.ParseSignedCompact(v.token.AccessToken.Reveal(), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return append(results, skipped("key", "The token cannot be read as a signed JWT."), v.fail("signature", BadSignature, "that cannot be read as a signed JWT")), false
	}
	found := keys.verify(ctx, client, signed, v.token.Claims.KeyID)
	stale = v.token.obtained.Before(found.keysFrom)
	switch {
	case found.genuine:
		return append(results, passed("key", "The token's key is published by the identity service."), passed("signature", "The signature is genuine.")), false
	case found.failure != nil: // whether the key is published now is not known
		return append(results, failedCheck("key", found.failure), skipped("signature", "The keys could not be fetched again.")), false
	case !found.known:
		failed := v.fail("key", UnknownKey, fmt.Sprintf("signed by the key %q, which is not published", v.request.show(v.token.Claims.KeyID)))
		return append(results, failed, skipped("signature", "The key is not known.")), stale
	}
	return append(results, passed("key", "The token's key is published by the identity service."), v.fail("signature", BadSignature, "whose signature is not that of the published key")), stale
}
