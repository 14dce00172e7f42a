// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// referenceTokenPrefix starts every reference token. Then come 64 hexadecimal
// digits (protocol 8).
const referenceTokenPrefix = "enrt_"

// ReferenceToken describes a reference token to issue (protocol 4.6 and 8).
type ReferenceToken struct {
	// Application is the ApplicationUri of the trusted application.
	Application string
	// User is the Login of the user who issues it. If it is empty, the token
	// belongs to the application and acts as its system user.
	User string
	// Scopes are the token's scopes; nil means those of the application.
	Scopes []string
	// Expires is when the token expires; zero means never.
	Expires time.Time
}

type referenceToken struct {
	value         string
	applicationID string
	user          string // Login
	scopes        []string
	expires       time.Time
	revoked       bool
}

// AddReferenceToken issues a reference token, as a person does in the user
// interface, and returns its value. It returns an error if the instance
// wouldn't offer one: the application has ReferenceTokens "None", the user is
// missing or inactive, or the application lacks a scope. The documentation
// contradicts itself on whether an application's own token needs
// "AdministratorsOnly" (protocol 11, item 11). Here, any policy except "None"
// is enough.
func (s *Server) AddReferenceToken(token ReferenceToken) (string, error) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	app := s.registry.application(token.Application, false)
	if app == nil {
		return "", fmt.Errorf("there is no trusted application %q", token.Application)
	}
	issued := referenceToken{
		value:         referenceTokenPrefix + hex.EncodeToString(randomBytes(32)),
		applicationID: app.Id,
		user:          token.User,
		scopes:        slices.Clone(token.Scopes),
		expires:       token.Expires,
	}
	if issued.user == "" {
		issued.user = app.SystemUser
	}
	if token.Scopes == nil {
		issued.scopes = app.scopes()
	}
	if !s.registry.allows(issued) {
		const format = "%s is disabled, has ReferenceTokens %q, or the user %q is not active"
		return "", fmt.Errorf(format, app.ApplicationUri, app.ReferenceTokens, issued.user)
	}
	for _, scope := range issued.scopes {
		if !slices.Contains(app.scopes(), scope) {
			return "", fmt.Errorf("%s does not have the scope %q", app.ApplicationUri, scope)
		}
	}
	s.registry.tokens = append(s.registry.tokens, issued)
	return issued.value, nil
}

// RevokeReferenceToken revokes a reference token with immediate effect
// (protocol 8).
func (s *Server) RevokeReferenceToken(value string) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	if token := s.registry.token(value); token != nil {
		token.revoked = true
	}
}

func (r *registry) token(value string) *referenceToken {
	return firstOf(r.tokens, func(token referenceToken) bool { return token.value == value })
}

// ReferenceTokenValues returns every reference token that was issued, including
// revoked ones, oldest first. A leak test searches for these in addition to
// IssuedTokens.
func (s *Server) ReferenceTokenValues() []string {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	var values []string
	for _, token := range s.registry.tokens {
		values = append(values, token.value)
	}
	return values
}

// allows reports whether a token is valid, apart from its expiry. Assumption:
// whatever prevents issuing a token also invalidates existing ones, because the
// server looks up each of them.
func (r *registry) allows(token referenceToken) bool {
	app, user := r.applicationWithID(token.applicationID), r.user(token.user)
	return !token.revoked && user != nil && user.Active && app != nil && app.IsEnabled &&
		app.ReferenceTokens != "None" && app.ReferenceTokens != ""
}

// referenceTokenCaller returns the caller with a reference token, and whether
// the token is valid now.
func (r *registry) referenceTokenCaller(value string, now time.Time) (caller, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	token := r.token(value)
	if token == nil || !r.allows(*token) {
		return caller{token: value}, false
	}
	who := caller{value, r.applicationWithID(token.applicationID).ApplicationUri, token.scopes}
	return who, token.expires.IsZero() || now.Before(token.expires)
}
