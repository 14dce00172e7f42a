// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"sync"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

	"golang.org/x/sync/singleflight"
)

// Service requests tokens, discovery documents, and keys from identity services, and caches tokens and keys in memory.
// It is safe for concurrent use.
type Service struct {
	Client *erpnet.Client

	mu       sync.Mutex
	tokens   map[tokenKey]tokens
	firsts   map[tokenKey]chan struct{} // by credentials, see askInTurn
	keySets  map[string]*keySet         // by jwks_uri
	requests singleflight.Group         // shared requests for tokens
	failures erpnet.NegativeCache       // by credentials, and by scope if that was refused
}

// NewService returns a service with empty caches.
func NewService(client *erpnet.Client) *Service {
	return &Service{
		Client:  client,
		tokens:  map[tokenKey]tokens{},
		firsts:  map[tokenKey]chan struct{}{},
		keySets: map[string]*keySet{},
	}
}
