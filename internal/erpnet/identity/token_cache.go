// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// tokenKey tells the tokens of the cache apart. It holds no secret.
type tokenKey struct {
	identityURL, clientID, scope string
	secret                       [sha256.Size]byte
}

func (r TokenRequest) key() tokenKey {
	return tokenKey{r.Instance.IdentityURL, r.Credentials.ClientID, r.Scope, r.Credentials.digest()}
}

func (k tokenKey) String() string {
	return fmt.Sprintf("%q %q %q %x", k.identityURL, k.clientID, k.scope, k.secret)
}

// Key tells requests for different tokens apart. It holds no secret.
func (r TokenRequest) Key() string { return r.key().String() }

// Token returns the cached token, or requests a new one when the cached one has less than five minutes left, or less
// than half of its lifetime if that is shorter. There is one token for each set of instance, credentials and scopes:
// each different token may open its own session and take a licence (protocol section 5.2).
//
// Callers who wait for the same token share one request, which goes on when one of them is canceled. Failures are not
// cached. The error is that of [Service.RequestToken], of kind [erpnet.Canceled] when ctx ended first.
func (s *Service) Token(ctx context.Context, r TokenRequest) (*Token, error) {
	key := r.key()
	if token := s.cached(key, s.Client.Now()); token != nil {
		return token, nil
	}
	shared := s.requests.DoChan(key.String(), func() (any, error) {
		// The request before this one may have ended since the caller looked.
		if token := s.cached(key, s.Client.Now()); token != nil {
			return token, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
		defer cancel()
		token, err := s.RequestToken(ctx, r)
		if err == nil {
			s.store(key, token)
		}
		return token, err
	})
	select {
	case result := <-shared:
		return result.Val.(*Token), result.Err //nolint:forcetypeassert // the function above returns nothing else
	case <-ctx.Done():
		return nil, erpnet.CanceledError(r.Instance.TokenEndpoint(), r.Credentials.ClientID, ctx.Err())
	}
}

// Renew is [Service.Token] after an API has rejected the given token: it requests a new one, unless another caller has
// done so since.
func (s *Service) Renew(ctx context.Context, r TokenRequest, rejected *Token) (*Token, error) {
	key := r.key()
	s.mu.Lock()
	if s.tokens[key] == rejected {
		delete(s.tokens, key)
	}
	s.mu.Unlock()
	return s.Token(ctx, r)
}

func (s *Service) cached(key tokenKey, now time.Time) *Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token := s.tokens[key]; token != nil && now.Before(token.renewAt) {
		return token
	}
	return nil
}

func (s *Service) store(key tokenKey, token *Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[key] = token
}
