// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync/atomic"
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

// tokens are those of one key: the one that calls are made with, and one that was given away later, when half of the
// first one's life was over.
type tokens struct{ called, given *Token }

// usable is the token that may be used now; nil if there is none.
func (t tokens) usable(now time.Time, use use) *Token {
	for _, token := range [...]*Token{t.called, t.given} {
		if token != nil && now.Before(token.end(use)) {
			return token
		}
	}
	return nil
}

// use is what a token is for.
type use int

const (
	toCall use = iota // an API, which keeps its session as long as its token
	toGive            // to somebody who does not renew it
)

// end is when a token is not handed out any more.
func (t *Token) end(use use) time.Time {
	if use == toGive {
		return t.halfAt
	}
	return t.renewAt
}

// Token returns the cached token, or requests a new one when the cached one has less than five minutes left, or less
// than half of its lifetime if that is shorter. There is one token for each set of instance, credentials and scopes:
// each different token may open its own session and take a licence (protocol section 5.2).
//
// Callers who wait for the same token share one request, which goes on when one of them is canceled. A refusal that the
// same request would meet again is remembered for ten seconds. The error is that of [Service.RequestToken], of kind
// [erpnet.Canceled] when ctx ended first, and marked as repeated for all callers but the first.
func (s *Service) Token(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.token(ctx, r, toCall, false)
}

// TokenToGive is [Service.Token] for somebody who cannot renew the token: at least half of its life is left.
func (s *Service) TokenToGive(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.token(ctx, r, toGive, false)
}

// TokenAnew is [Service.Token], asking even if the request was refused a moment ago.
func (s *Service) TokenAnew(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.token(ctx, r, toCall, true)
}

// outcome is what callers who share a request get.
type outcome struct {
	token *Token
	err   error
	told  atomic.Bool // the error was given to somebody
}

func (s *Service) token(ctx context.Context, r TokenRequest, use use, askAgain bool) (*Token, error) {
	key := r.key()
	if token := s.cached(key, use); token != nil {
		return token, nil
	}
	if !askAgain {
		if failed := s.refused(r); failed != nil {
			return nil, failed
		}
	}
	for {
		o, err := s.share(ctx, r, askAgain)
		switch {
		case err != nil:
			return nil, err
		case askAgain && o.remembered():
			continue // another caller's request was none
		case o.err != nil && o.told.Swap(true):
			return o.token, erpnet.AsError(o.err).Again()
		}
		return o.token, o.err
	}
}

// remembered reports whether the outcome is a failure that was remembered, so that no request was made.
func (o *outcome) remembered() bool { return o.err != nil && erpnet.AsError(o.err).Repeated }

// share requests a token, or waits for the one that another caller is requesting.
func (s *Service) share(ctx context.Context, r TokenRequest, askAgain bool) (*outcome, error) {
	key := r.key()
	shared := s.requests.DoChan(key.String(), func() (any, error) {
		// The request before this one may have ended since the caller looked.
		if token := s.cached(key, toGive); token != nil {
			return &outcome{token: token}, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
		defer cancel()
		token, err := s.requestToken(ctx, r, askAgain)
		if err == nil {
			s.store(key, token)
		} else if !askAgain {
			s.rememberRefusal(r, erpnet.AsError(err))
		}
		return &outcome{token: token, err: err}, nil
	})
	select {
	case result := <-shared:
		return result.Val.(*outcome), nil //nolint:forcetypeassert // the function above returns nothing else
	case <-ctx.Done():
		return nil, erpnet.CanceledError(r.Instance.TokenEndpoint(), r.Credentials.ClientID, ctx.Err())
	}
}

// Renew is [Service.Token] after an API has rejected the given token: it requests a new one, unless another caller has
// done so since.
func (s *Service) Renew(ctx context.Context, r TokenRequest, rejected *Token) (*Token, error) {
	key := r.key()
	s.mu.Lock()
	t := s.tokens[key]
	if t.called == rejected {
		t.called = nil
	}
	if t.given == rejected {
		t.given = nil
	}
	s.tokens[key] = t
	s.mu.Unlock()
	return s.Token(ctx, r)
}

func (s *Service) cached(key tokenKey, use use) *Token {
	now := s.Client.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[key].usable(now, use)
}

// store keeps a new token, beside the one that calls are made with as long as that is usable.
func (s *Service) store(key tokenKey, token *Token) {
	now := s.Client.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[key]
	if t.called != nil && now.Before(t.called.renewAt) {
		t.given = token
	} else {
		t.called = token
	}
	s.tokens[key] = t
}

// rememberRefusal remembers what the same request would meet again: by credentials, and by scope where that was
// refused.
func (s *Service) rememberRefusal(r TokenRequest, failed *erpnet.Error) {
	switch failed.Kind {
	case InvalidScope:
		s.refusals.Remember(r.Key(), failed, s.Client.Now())
	case InvalidClient, UnauthorizedClient, InvalidGrant, UnsupportedGrantType, InvalidRequest, RequestRefused,
		erpnet.RateLimited:
		r.Scope = anyScope
		s.refusals.Remember(r.Key(), failed, s.Client.Now())
	}
}

// anyScope stands for each scope where the credentials were refused. No scope has a space in it.
const anyScope = "any scope"

// refused is the remembered refusal of a request; nil if there is none.
func (s *Service) refused(r TokenRequest) *erpnet.Error {
	for _, scope := range []string{r.Scope, anyScope} {
		r.Scope = scope
		if failed := s.refusals.Recall(r.Key(), s.Client.Now()); failed != nil {
			return failed
		}
	}
	return nil
}
