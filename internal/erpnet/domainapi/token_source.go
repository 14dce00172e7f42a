// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// TokenSource provides the token for each call: one for client credentials, which can be renewed, or a reference token.
type TokenSource struct {
	Service        *identity.Service
	Request        identity.TokenRequest // the client credentials
	ReferenceToken erpnet.Secret         // used instead of Request if not empty
}

// token returns the current token, or a new one if the API has rejected the given token.
func (s TokenSource) token(ctx context.Context, rejected *identity.Token) (*identity.Token, error) {
	switch {
	case s.isReference():
		return &identity.Token{AccessToken: s.ReferenceToken}, nil
	case rejected != nil:
		return s.Service.Renew(ctx, s.Request, rejected)
	}
	return s.Service.Token(ctx, s.Request)
}

func (s TokenSource) isReference() bool { return s.ReferenceToken.Reveal() != "" }

// session returns a text that identifies a session, because each different token opens its own (protocol section 5.2).
// It holds no secret.
func (s TokenSource) session() string {
	if s.isReference() {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(s.ReferenceToken.Reveal())))
	}
	return s.Request.Key()
}
