// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
)

// Endpoint is a part of the instance, for counting and for faults.
type Endpoint string

// The endpoints. A path belongs to its endpoint whatever the method.
const (
	Token         Endpoint = "token"
	Discovery     Endpoint = "discovery"      // the OpenID Connect discovery document
	JWKS          Endpoint = "jwks"           // the public keys
	AutoDiscovery Endpoint = "auto-discovery" // under /sys and under /tools
	DomainAPI     Endpoint = "domain-api"     // everything below the OData root
	Version       Endpoint = "version"        // /tools/ver and /tools/server-info
	Other         Endpoint = "other"          // the landing page and what is not there
	Any           Endpoint = "any"            // all of them
)

var endpoints = []Endpoint{Token, Discovery, JWKS, AutoDiscovery, DomainAPI, Version, Other, Any}

// endpointWords are what JSON has for an endpoint, where that is shorter.
var endpointWords = map[Endpoint]string{JWKS: "keys", DomainAPI: "api"}

// MarshalText gives the word that JSON has for the endpoint.
func (e Endpoint) MarshalText() ([]byte, error) {
	if word, shorter := endpointWords[e]; shorter {
		return []byte(word), nil
	}
	return []byte(e), nil
}

// UnmarshalText takes the word of MarshalText. The error names all of them.
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
