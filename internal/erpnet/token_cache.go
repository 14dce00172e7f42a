// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// TokenCache gives concurrent callers one token for each set of instance,
// credentials and scopes: each different token may open a session of its own
// and take a licence (protocol section 5.2). It lives in memory only; sharing
// tokens between processes breaks the licence terms. The zero value is ready.
type TokenCache struct {
	mu      sync.Mutex
	tokens  map[tokenKey]*Token
	flights singleflight.Group
}

type tokenKey struct {
	identityURL, clientID, scope string
	secret                       [sha256.Size]byte
}

func (r TokenRequest) key() tokenKey {
	return tokenKey{r.Instance.IdentityURL, r.Credentials.ClientID, r.Scope, r.Credentials.digest()}
}

// String tells keys apart, as the name of a flight. It holds no secret.
func (k tokenKey) String() string {
	return fmt.Sprintf("%q %q %q %x", k.identityURL, k.clientID, k.scope, k.secret)
}

// Token returns the cached token, or requests a new one when the cached one has
// less than five minutes left, or less than half of its lifetime if that is
// shorter. Callers who wait for the same token share one request, which goes
// on when one of them is canceled. Failures are not cached. The error is that of
// [Client.RequestToken], of kind [Canceled] when ctx ended first.
func (c *TokenCache) Token(ctx context.Context, client *Client, r TokenRequest) (*Token, error) {
	key := r.key()
	if token := c.fresh(key, client.now()); token != nil {
		return token, nil
	}
	flight := c.flights.DoChan(key.String(), func() (any, error) {
		// The flight before this one may have landed since the caller looked.
		if token := c.fresh(key, client.now()); token != nil {
			return token, nil
		}
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), OperationLimit)
		defer cancel()
		token, err := client.RequestToken(shared, r)
		if err != nil {
			return nil, err
		}
		c.store(key, token)
		return token, nil
	})
	select {
	case landed := <-flight:
		if landed.Err != nil {
			return nil, landed.Err
		}
		return landed.Val.(*Token), nil //nolint:forcetypeassert // the function above returns nothing else
	case <-ctx.Done():
		e := r.fail(Canceled, "was canceled")
		e.cause = ctx.Err()
		return nil, e
	}
}

// Renew is Token after the given token has turned out to be of no use: it
// requests a new one, unless another caller has done so since.
func (c *TokenCache) Renew(ctx context.Context, client *Client, r TokenRequest, useless *Token) (*Token, error) {
	c.mu.Lock()
	if c.tokens[r.key()] == useless {
		delete(c.tokens, r.key())
	}
	c.mu.Unlock()
	return c.Token(ctx, client, r)
}

func (c *TokenCache) fresh(key tokenKey, now time.Time) *Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	if token := c.tokens[key]; token != nil && now.Before(token.renewAt) {
		return token
	}
	return nil
}

func (c *TokenCache) store(key tokenKey, token *Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil {
		c.tokens = map[tokenKey]*Token{}
	}
	c.tokens[key] = token
}
