// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"slices"
	"time"
)

// ClaimShape is one of the two documented sets of claims of an access token
// (protocol 2.4).
type ClaimShape int

const (
	// Current tokens list several audiences and carry iat and the system user's
	// type: sample B, 2025.
	Current ClaimShape = iota
	// Legacy tokens have the one audience "DomainApi" as a string, no iat and no
	// type: sample A, 2022.
	Legacy
)

// Settings are how the instance acts where the documentation is silent or
// contradicts itself (protocol 11 and 12).
type Settings struct {
	// ClaimShape of the tokens; Current by default.
	ClaimShape ClaimShape
	// TokenLifetime is how long a token is valid; one hour by default. The
	// expires_in of the response is the same, in whole seconds.
	TokenLifetime time.Duration

	// TokenErrorStatus is the HTTP status of an OAuth error; 400 by default. The
	// documentation names none; 401 and 403 are seen elsewhere (protocol 3.1).
	TokenErrorStatus int
	// OmitErrorDescription leaves error_description out, as IS4 does.
	OmitErrorDescription bool
	// MissingCredentialsError is the OAuth error for a request without client_id
	// or client_secret: "invalid_request" as documented by default. IS4 says
	// "invalid_client", and the table's "invalid_grant" fits as well.
	MissingCredentialsError string

	// GrantSubset grants what the application may have instead of refusing a
	// scope that it may not (protocol 11, item 1). Nothing left is still refused.
	GrantSubset bool
	// UpdateImpliesRead grants "read update" to a request for "update", as one
	// documented example does (protocol 2.3).
	UpdateImpliesRead bool
	// ServiceSuffix demands the client_id "<ApplicationUri>-service" of an
	// application that also signs users in, as old versions did (protocol 2.1).
	ServiceSuffix bool
	// IgnoreClientIDCase finds an application whatever the letter case of the
	// client_id. The token then carries the registered spelling. The same goes
	// for eq and in of $filter and for the unique index of ApplicationUri: it is
	// the database that would ignore the case.
	IgnoreClientIDCase bool

	// PublicURL is what the instance calls itself, without a trailing slash, where
	// that is not its URL: "http://erp.internal" behind a reverse proxy that ends
	// TLS. The issuer, the discovery document, next links and auto-discovery follow
	// it. Empty means URL.
	PublicURL string
	// Issuer is the issuer of tokens and of the discovery document, where it is
	// not the identity service under PublicURL.
	Issuer string

	// Database is the client_db claim and the DbName of auto-discovery.
	Database string
	// Version of the application server, such as "26.2.0.76".
	Version string

	// AutoDiscoveryPaths are where auto-discovery is served; by default both
	// documented paths (protocol 6).
	AutoDiscoveryPaths []string
	// AutoDiscoverySitesOnly leaves Host and DbName out, as older servers do.
	AutoDiscoverySitesOnly bool
	// WebSites replace the sites that auto-discovery lists; nil means where this
	// server really hosts them.
	WebSites []WebSite

	DomainAPISettings
	SessionSettings
}

func defaultSettings() Settings {
	return Settings{
		TokenLifetime:           time.Hour,
		TokenErrorStatus:        http.StatusBadRequest,
		MissingCredentialsError: invalidRequest,
		Database:                "DEMODB",
		Version:                 "26.2.0.76",
		AutoDiscoveryPaths:      []string{"/sys/auto-discovery", "/tools/auto-discovery"},
		DomainAPISettings:       defaultDomainAPISettings(),
		SessionSettings:         defaultSessionSettings(),
	}
}

// behaviour is how the instance acts now.
type behaviour struct {
	Settings
	clock   func() time.Time
	latency time.Duration
}

func (s *Server) behaviour() behaviour {
	s.currentMu.Lock()
	defer s.currentMu.Unlock()
	return s.current
}

func (s *Server) change(edit func(*behaviour)) {
	s.currentMu.Lock()
	defer s.currentMu.Unlock()
	edit(&s.current)
}

// Configure changes the settings for the requests that arrive from now on.
func (s *Server) Configure(change func(*Settings)) {
	s.change(func(b *behaviour) {
		b.AutoDiscoveryPaths = slices.Clone(b.AutoDiscoveryPaths)
		b.WebSites = slices.Clone(b.WebSites)
		b.UnknownAttributes = slices.Clone(b.UnknownAttributes)
		change(&b.Settings)
	})
}

// SetClaimShape sets the claims of the tokens issued from now on.
func (s *Server) SetClaimShape(shape ClaimShape) {
	s.Configure(func(settings *Settings) { settings.ClaimShape = shape })
}

// SetClock replaces time.Now for what the instance knows of time: the claims of
// its tokens, their expiry at the Domain API and the times in its history. TLS
// certificates and latency stay with the real clock.
func (s *Server) SetClock(now func() time.Time) {
	s.change(func(b *behaviour) { b.clock = now })
}

// SetLatency delays every response.
func (s *Server) SetLatency(d time.Duration) {
	s.change(func(b *behaviour) { b.latency = d })
}

func (s *Server) now() time.Time { return s.behaviour().clock() }
