// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"fmt"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Discovery holds what an identity service publishes about itself (OpenID Connect Discovery 1.0 section 3; protocol
// section 1.2), unchanged. No secret or token is sent to these URLs.
type Discovery struct {
	Issuer              string   `json:"issuer"`
	TokenEndpoint       string   `json:"token_endpoint"`
	JWKSURL             string   `json:"jwks_uri"`
	ScopesSupported     []string `json:"scopes_supported"`
	GrantTypesSupported []string `json:"grant_types_supported"`
}

// Discover gets the discovery document, without credentials. The error is an [*erpnet.Error].
func (s *Service) Discover(ctx context.Context, i erpnet.Instance) (*Discovery, error) {
	discovery := &Discovery{}
	if failed := s.Client.GetJSON(ctx, i.DiscoveryURL(), discovery, erpnet.Policy{}); failed != nil {
		return nil, failed
	}
	if discovery.Issuer == "" {
		return nil, &erpnet.Error{Kind: erpnet.NotJSON, URL: i.DiscoveryURL(), Happened: "was answered with a JSON " +
			"object that names no issuer"}
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
