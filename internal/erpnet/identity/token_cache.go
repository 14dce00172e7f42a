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

// tokenKey identifies a token in the cache. It holds no secret.
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

// Key returns a text that differs for requests for different tokens. It holds no secret.
func (r TokenRequest) Key() string { return r.key().String() }

// tokens holds the tokens of one key: the one used for API calls, and one that was requested to give away after half of
// the first one's lifetime had passed.
type tokens struct{ called, given *Token }

// usable returns a token that may be used now, or nil if there is none.
func (t tokens) usable(now time.Time, use use) *Token {
	for _, token := range [...]*Token{t.called, t.given} {
		if token != nil && now.Before(token.end(use)) {
			return token
		}
	}
	return nil
}

// use is the purpose of a token.
type use int

const (
	toCall use = iota // to call an API, which keeps its session as long as its token
	toGive            // to give to a consumer that does not renew it
)

// end returns the time from which a token is no longer handed out.
func (t *Token) end(use use) time.Time {
	if use == toGive {
		return t.halfAt
	}
	return t.renewAt
}

// Token returns the cached token. It requests a new one if the cached one has less than five minutes left, or less than
// half of its lifetime if that is shorter. There is one token for each combination of instance, credentials, and
// scopes, because each different token may open its own session and take a licence (protocol section 5.2).
//
// Callers that wait for the same token share one request. The request continues if one of them is canceled. The first
// request with new credentials goes alone, and a failure is remembered for ten seconds, so that many callers with a
// wrong secret send one request. The error is that of [Service.RequestToken], with the kind [erpnet.Canceled] if ctx
// ended first. It is marked as repeated for all callers but the first.
func (s *Service) Token(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.token(ctx, r, toCall, false)
}

// TokenToGive is like [Service.Token] but for a consumer that cannot renew the token: at least half of its lifetime is
// left.
func (s *Service) TokenToGive(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.token(ctx, r, toGive, false)
}

// TokenAnew is like [Service.Token], but it sends the request even if it was refused a moment ago.
func (s *Service) TokenAnew(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.token(ctx, r, toCall, true)
}

// outcome is the result that callers of a shared request get.
type outcome struct {
	token *Token
	err   error
	told  atomic.Bool // the error was returned to a caller
}

func (s *Service) token(ctx context.Context, r TokenRequest, use use, askAgain bool) (*Token, error) {
	key := r.key()
	if token := s.cached(key, use); token != nil {
		return token, nil
	}
	if !askAgain {
		if failed := s.recall(r); failed != nil {
			return nil, failed
		}
	}
	for {
		o, err := s.share(ctx, r, askAgain)
		switch {
		case err != nil:
			return nil, err
		case askAgain && o.remembered():
			continue // the other caller got a remembered failure, so no request was sent
		case o.err != nil && o.told.Swap(true):
			return o.token, erpnet.AsError(o.err).Again()
		}
		return o.token, o.err
	}
}

// remembered reports whether the outcome is a remembered failure, so no request was sent.
func (o *outcome) remembered() bool { return o.err != nil && erpnet.AsError(o.err).Repeated }

// share requests a token, or waits for the one that another caller is requesting.
func (s *Service) share(ctx context.Context, r TokenRequest, askAgain bool) (*outcome, error) {
	key := r.key()
	shared := s.requests.DoChan(key.String(), func() (any, error) {
		// An earlier request may have finished since the caller checked the cache.
		if token := s.cached(key, toGive); token != nil {
			return &outcome{token: token}, nil
		}
		if askAgain {
			return s.ask(ctx, r, askAgain), nil
		}
		return s.askInTurn(ctx, r), nil
	})
	select {
	case result := <-shared:
		return result.Val.(*outcome), nil //nolint:forcetypeassert // the function above returns nothing else
	case <-ctx.Done():
		return nil, erpnet.CanceledError(r.Instance.TokenEndpoint(), r.Credentials.ClientID, ctx.Err())
	}
}

// ask requests a token, whoever stops waiting for it, and caches it.
func (s *Service) ask(ctx context.Context, r TokenRequest, askAgain bool) *outcome {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
	defer cancel()
	token, err := s.requestToken(ctx, r, askAgain)
	if err == nil {
		s.store(r.key(), token)
	}
	return &outcome{token: token, err: err}
}

// askInTurn requests a token unless a failure is remembered. The first request with some credentials goes alone,
// whatever its scope: if it fails because of the credentials or the server, the others would fail too. After a failure,
// the next request is the first one again.
func (s *Service) askInTurn(ctx context.Context, r TokenRequest) *outcome {
	key := r.anyScope().key()
	s.mu.Lock()
	first, found := s.firsts[key]
	if !found {
		first = make(chan struct{})
		s.firsts[key] = first
	}
	s.mu.Unlock()
	if found {
		<-first // ends within the time limit of a request
	}
	o := &outcome{}
	if failed := s.recall(r); failed != nil {
		o.err = failed
	} else if o = s.ask(ctx, r, false); o.err != nil {
		s.remember(r, erpnet.AsError(o.err))
	}
	if !found {
		s.mu.Lock()
		if o.err != nil {
			delete(s.firsts, key)
		}
		s.mu.Unlock()
		close(first)
	}
	return o
}

// Renew is like [Service.Token] for a caller whose token an API has rejected: it requests a new one, unless another
// caller already has.
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

// store caches a new token. It keeps the token that is used for API calls as long as that one is usable.
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

// remember remembers a failure for the credentials, or for the credentials and the scope if it is about the
// scope. It does not extend a failure that is remembered already.
func (s *Service) remember(r TokenRequest, failed *erpnet.Error) {
	if failed.Repeated {
		return
	}
	switch failed.Kind {
	case InvalidScope, MissingScopes, erpnet.Excessive:
	default:
		r = r.anyScope()
	}
	s.failures.Remember(r.Key(), failed, s.Client.Now())
}

// anyScope returns the request with what stands for every scope, if a failure is not about the scope. No request has a
// space as its scope.
func (r TokenRequest) anyScope() TokenRequest {
	r.Scope = " "
	return r
}

// recall returns the remembered failure of a request, or nil if there is none.
func (s *Service) recall(r TokenRequest) *erpnet.Error {
	for _, key := range []string{r.Key(), r.anyScope().Key()} {
		if failed := s.failures.Recall(key, s.Client.Now()); failed != nil {
			return failed
		}
	}
	return nil
}
