// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

// The OAuth errors of protocol 3.1.
const (
	invalidRequest       = "invalid_request"
	invalidClient        = "invalid_client"
	invalidScope         = "invalid_scope"
	unauthorizedClient   = "unauthorized_client"
	unsupportedGrantType = "unsupported_grant_type"
)

// oauthError is a refusal of the token endpoint, with the message that
// protocol 3.1 documents.
type oauthError struct {
	code        string
	description string
}

func (e *oauthError) answer(settings Settings) answer {
	if settings.OmitErrorDescription {
		return oauthAnswer(settings.TokenErrorStatus, e.code, "")
	}
	return oauthAnswer(settings.TokenErrorStatus, e.code, e.description)
}

func oauthAnswer(status int, code, description string) answer {
	document := map[string]any{"error": code}
	if description != "" {
		document["error_description"] = description
	}
	return noStore(jsonAnswer(status, document))
}

// noStore forbids caching, as RFC 6749 section 5.1 demands of the token endpoint.
func noStore(a answer) answer {
	a.header.Set("Cache-Control", "no-store")
	a.header.Set("Pragma", "no-cache")
	return a
}
