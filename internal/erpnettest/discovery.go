// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "net/http"

const (
	discoveryPath = "/.well-known/openid-configuration"
	jwksPath      = discoveryPath + "/jwks"
)

// respondDiscovery returns only the fields of the documented example. Which
// others a real instance has is unknown (protocol 1.2). Like the example, it
// doesn't list the scope read.
func (s *Server) respondDiscovery(x *exchange) response {
	id := s.publicIdentityURL(x.settings)
	return jsonResponse(http.StatusOK, map[string]any{
		"issuer":                   s.issuer(x.settings),
		"jwks_uri":                 id + jwksPath,
		"authorization_endpoint":   id + "/connect/authorize",
		"token_endpoint":           id + tokenPath,
		"end_session_endpoint":     id + "/connect/endsession",
		"scopes_supported":         []string{"openid", "profile", "offline_access", "update"},
		"response_types_supported": []string{"code", "token", "id_token", "code id_token"},
		"grant_types_supported":    []string{"authorization_code", "client_credentials", "refresh_token"},
	})
}

func (s *Server) respondJWKS() response {
	return jsonResponse(http.StatusOK, map[string]any{"keys": s.publicKeys()})
}
