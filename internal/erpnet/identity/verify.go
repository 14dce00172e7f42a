// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// domainAPIAudience is spelled DomainApi in older tokens and DomainAPI in newer ones (protocol section 2.4).
const domainAPIAudience = "DomainApi"

// Published holds what could be read of what an identity service publishes about itself.
type Published struct {
	Document, Keys Finding    // the checks discovery and keys
	Discovery      *Discovery // nil if it could not be read
	keys           *keySet    // nil if the keys could not be read
}

// Published gets the discovery document and the keys that the document refers to.
func (s *Service) Published(ctx context.Context, i erpnet.Instance) Published {
	discovery, err := s.Discover(ctx, i)
	if err != nil {
		return Published{
			Document: Fail("discovery", erpnet.AsError(err)),
			Keys:     Skip("keys", "There is no discovery document that says where they are."),
		}
	}
	p := Published{Discovery: discovery, Document: Pass("discovery", "The identity service publishes its own name.")}
	if !i.IsIssuer(discovery.Issuer) {
		p.Document = Fail("discovery", &erpnet.Error{
			Kind: ForeignService, URL: i.DiscoveryURL(),
			Happened: fmt.Sprintf(
				"was answered with the issuer %q instead of %q",
				s.Client.Message(discovery.Issuer),
				i.ExpectedIssuer(),
			),
		})
	}
	named := erpnet.ResolveURL(i.DiscoveryURL(), discovery.JWKSURL)
	url := i.Reachable(named)
	failure := s.misplacedKeys(i, named, url)
	if failure == nil {
		p.keys = s.keySet(url)
		failure = p.keys.warm(ctx)
	}
	if failure != nil {
		if own := *failure; url != "" && url != named { // all callers that wait for the keys share the original
			own.Evidence = strings.TrimPrefix(own.Evidence+fmt.Sprintf(
				"\nThe discovery document names %q; its path is read on the identity service's own origin.",
				s.Client.Message(named),
			), "\n")
			failure = &own
		}
		p.Keys, p.keys = Fail("keys", failure), nil
		return p
	}
	p.Keys = Pass("keys", "The identity service publishes its keys.")
	return p
}

// misplacedKeys returns an error for a jwks_uri that is missing or that no request is sent to.
func (s *Service) misplacedKeys(i erpnet.Instance, named, url string) *erpnet.Error {
	happened := ""
	switch {
	case named == "":
		happened = "was answered with a discovery document whose member \"jwks_uri\" is missing or is not a string"
	case url == "":
		happened = fmt.Sprintf(
			"was answered with keys at %q, which is neither below the identity service's path nor on its origin, "+
				"and is not asked",
			s.Client.Message(named),
		)
	default:
		return nil
	}
	return &erpnet.Error{Kind: NoKeys, URL: i.DiscoveryURL(), Happened: happened}
}

// Verification checks each claim of a token separately, so it finds all failures at once.
type Verification struct {
	Service   *Service
	Request   TokenRequest
	Token     *Token // with claims
	Published Published
}

// ClaimChecks lists the names of the checks of [Verification.Claims], in the same order.
var ClaimChecks = [...]string{"type", "issuer", "audience", "not_before", "expiry", "client_id"}

// Claims checks what the token says about itself (RFC 9068 section 4).
func (v Verification) Claims() []Finding {
	return []Finding{v.jwtType(), v.issuer(), v.audience(), v.notBefore(), v.expiry(), v.clientID()}
}

func (v Verification) fail(name string, kind erpnet.Kind, happened string) Finding {
	return Fail(name, v.Request.fail(kind, "was answered with a token "+happened))
}

// show makes a claim safe to show.
func (v Verification) show(claim string) string { return v.Service.Client.Message(claim) }

func (v Verification) jwtType() Finding {
	if strings.TrimPrefix(strings.ToLower(v.Token.Claims.Type), "application/") != "at+jwt" {
		return v.fail(
			"type",
			WrongJWTType,
			fmt.Sprintf("of type %q instead of \"at+jwt\"", v.show(v.Token.Claims.Type)),
		)
	}
	return Pass("type", "The token is an access token (at+jwt).")
}

func (v Verification) issuer() Finding {
	issuer, discovery := v.Token.Claims.Issuer, v.Published.Discovery
	switch {
	case !v.Request.Instance.IsIssuer(issuer):
		return v.fail("issuer", ForeignIssuer,
			fmt.Sprintf("of issuer %q instead of %q", v.show(issuer), v.Request.Instance.ExpectedIssuer()))
	case discovery != nil && !erpnet.SameSite(issuer, discovery.Issuer):
		return v.fail(
			"issuer",
			ForeignIssuer,
			fmt.Sprintf(
				"of issuer %q, while the discovery document names %q",
				v.show(issuer),
				v.show(discovery.Issuer),
			),
		)
	}
	return Pass("issuer", "The token is of this instance's identity service.")
}

func (v Verification) audience() Finding {
	audience := v.Token.Claims.Audience
	if !slices.ContainsFunc(audience, func(api string) bool { return strings.EqualFold(api, domainAPIAudience) }) {
		shown := quotedList(v.Service.Client.Messages(audience))
		return v.fail("audience", WrongAudience, "for the audience "+shown+", which does not hold the Domain API")
	}
	return Pass("audience", "The token is for the Domain API.")
}

func (v Verification) notBefore() Finding {
	begin := v.Token.Claims.NotBefore
	switch {
	case begin.IsZero():
		return Skip("not_before", "The token names no beginning.")
	case v.Service.Client.Now().Add(ClockTolerance).Before(begin):
		failed := v.fail("not_before", NotYetValid, "that is not valid before "+rfc3339(begin))
		failed.Failure.Evidence = v.Token.clocks()
		return failed
	}
	return Pass("not_before", "The token is valid already.")
}

func (v Verification) expiry() Finding {
	end := v.Token.Claims.ExpiresAt
	switch {
	case end.IsZero():
		return v.fail("expiry", InvalidLifetime, "that names no expiry")
	case v.Service.Client.Now().After(end.Add(ClockTolerance)):
		failed := v.fail("expiry", ExpiredToken, "that expired at "+rfc3339(end))
		failed.Failure.Evidence = v.Token.clocks()
		return failed
	}
	return Pass("expiry", "The token expires at "+rfc3339(end)+".")
}

func (v Verification) clientID() Finding {
	id := v.Token.Claims.ClientID
	if !sameClient(id, v.Request.Credentials.ClientID) {
		return v.fail("client_id", ForeignClient, fmt.Sprintf("of client_id %q", v.show(id)))
	}
	return Pass("client_id", "The token is of the configured client_id.")
}

// Signature checks the algorithm, the key, and the signature. The result stale reports that the token arrived before
// the current keys were fetched, and that they no longer include its key. A new token may pass.
func (v Verification) Signature(ctx context.Context) (findings []Finding, stale bool) {
	if v.Token.Claims.Algorithm != string(jose.RS256) {
		const reason = "The algorithm is not RS256."
		happened := fmt.Sprintf("signed by %q instead of \"RS256\"", v.show(v.Token.Claims.Algorithm))
		return []Finding{
			v.fail("algorithm", WrongAlgorithm, happened),
			Skip("key", reason),
			Skip("signature", reason),
		}, false
	}
	findings = []Finding{Pass("algorithm", "The token is signed by RS256.")}
	if v.Published.keys == nil {
		const reason = "The keys of the identity service are not known."
		return append(findings, Skip("key", reason), Skip("signature", reason)), false
	}
	signed, err := jose.ParseSignedCompact(v.Token.AccessToken.Reveal(), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return append(findings, Skip("key", "The token cannot be read as a signed JWT."),
			v.fail("signature", MalformedToken, "that cannot be read as a signed JWT, such as one whose signature is "+
				"not base64url")), false
	}
	found := v.Published.keys.verify(ctx, signed, v.Token.Claims.KeyID)
	stale = v.Token.obtained.Before(found.keysFrom)
	published := Pass("key", "The token's key is published by the identity service.")
	switch {
	case found.genuine:
		return append(findings, published, Pass("signature", "The signature is genuine.")), false
	case found.failure != nil: // it is unknown whether the key is published now
		return append(findings, Fail("key", found.failure), Skip("signature", "The keys could not be fetched "+
			"again.")), false
	case !found.known:
		happened := fmt.Sprintf("signed by the key %q, which is not published", v.show(v.Token.Claims.KeyID))
		return append(findings, v.fail("key", UnknownKey, happened), Skip("signature", "The key is not known.")), stale
	}
	if found.odd {
		return append(findings, published, v.fail("signature", MalformedToken, "whose header has critical parameters "+
			"(crit, RFC 7515 section 4.1.11), which are not known here")), stale
	}
	return append(findings, published, v.fail("signature", BadSignature, "whose signature is not that of the "+
		"published key")), stale
}
