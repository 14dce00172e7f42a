// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Discovery holds what an identity service publishes about itself (OpenID Connect Discovery 1.0 section 3; protocol
// section 1.2), unchanged. No secret or token is sent to these URLs.
type Discovery struct {
	Issuer              string   `json:"issuer"`
	TokenEndpoint       string   `json:"token_endpoint"`
	JWKSURL             string   `json:"jwks_uri"`
	ScopesSupported     wordList `json:"scopes_supported"`
	GrantTypesSupported wordList `json:"grant_types_supported"`
}

// wordList is a list that only informs: a JSON array of strings, or one space-delimited string. It stays empty if the
// member is anything else.
type wordList []string

func (l *wordList) UnmarshalJSON(text []byte) error {
	var words oneOrMany
	if json.Unmarshal(text, &words) == nil {
		*l = strings.Fields(strings.Join(words, " "))
	}
	return nil
}

// Discover gets the discovery document, without credentials. The error is an [*erpnet.Error].
func (s *Service) Discover(ctx context.Context, i erpnet.Instance) (*Discovery, error) {
	discovery := &Discovery{}
	if failed := s.Client.GetJSON(ctx, i.DiscoveryURL(), discovery, erpnet.Policy{}); failed != nil {
		return nil, failed
	}
	if discovery.Issuer == "" {
		return nil, &erpnet.Error{Kind: erpnet.NotJSON, URL: i.DiscoveryURL(), Happened: "was answered with a JSON " +
			"object whose member \"issuer\" is missing or is not a string"}
	}
	if len(discovery.ScopesSupported) > erpnet.MaxScopes || len(discovery.GrantTypesSupported) > erpnet.MaxScopes {
		return nil, &erpnet.Error{
			Kind:     erpnet.Excessive,
			URL:      i.DiscoveryURL(),
			Happened: fmt.Sprintf("was answered with more than %d scopes or grant types", erpnet.MaxScopes),
		}
	}
	return discovery, nil
}
