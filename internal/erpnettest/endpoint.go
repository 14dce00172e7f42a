// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
)

// Endpoint is a part of the instance whose requests are counted together and
// that faults can target.
type Endpoint string

// The endpoints. A path belongs to its endpoint regardless of the method.
const (
	Token         Endpoint = "token"
	Discovery     Endpoint = "discovery"      // the OpenID Connect discovery document
	JWKS          Endpoint = "jwks"           // the public keys
	AutoDiscovery Endpoint = "auto-discovery" // under /sys and under /tools
	DomainAPI     Endpoint = "domain-api"     // everything below the OData root
	Version       Endpoint = "version"        // /tools/ver and /tools/server-info
	Other         Endpoint = "other"          // the landing page and every unknown path
	Any           Endpoint = "any"            // all endpoints
)

var endpoints = []Endpoint{Token, Discovery, JWKS, AutoDiscovery, DomainAPI, Version, Other, Any}

// endpointWords are the JSON names that are shorter than the constants.
var endpointWords = map[Endpoint]string{JWKS: "keys", DomainAPI: "api"}

// MarshalText returns the name of the endpoint in JSON.
func (e Endpoint) MarshalText() ([]byte, error) {
	if word, shorter := endpointWords[e]; shorter {
		return []byte(word), nil
	}
	return []byte(e), nil
}

// UnmarshalText reads a name that MarshalText returns. The error for any other
// text lists the valid names.
func (e *Endpoint) UnmarshalText(text []byte) error {
	var words []string
	for _, endpoint := range endpoints {
		word, _ := endpoint.MarshalText()
		if string(word) == string(text) {
			*e = endpoint
			return nil
		}
		words = append(words, string(word))
	}
	slices.Sort(words)
	return unknownWord(`"endpoint"`, string(text), words)
}
