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
	// Current tokens list several audiences and have iat and the type of the
	// system user: sample B, 2025.
	Current ClaimShape = iota
	// Legacy tokens have the single audience "DomainApi" as a string, but no
	// iat and no type: sample A, 2022.
	Legacy
)

// Settings control how the instance behaves where the documentation is silent
// or contradicts itself (protocol 11 and 12).
type Settings struct {
	// ClaimShape is the shape of the tokens; Current by default.
	ClaimShape ClaimShape
	// TokenLifetime is how long a token is valid; one hour by default. The
	// expires_in of the response has the same value, in whole seconds.
	TokenLifetime time.Duration

	// TokenErrorStatus is the HTTP status of an OAuth error; 400 by default.
	// The documentation doesn't specify it; elsewhere 401 and 403 occur
	// (protocol 3.1).
	TokenErrorStatus int
	// OmitErrorDescription omits error_description, as IS4 does.
	OmitErrorDescription bool
	// MissingCredentialsError is the OAuth error for a request without
	// client_id or client_secret. The default is "invalid_request", as
	// documented. IS4 returns "invalid_client", and "invalid_grant" in the
	// table fits as well.
	MissingCredentialsError string

	// GrantSubset grants the scopes that the application may have instead of
	// refusing a request that includes others (protocol 11, item 1). A request
	// with no permitted scope is still refused.
	GrantSubset bool
	// UpdateImpliesRead grants "read update" if the request asks for "update",
	// as in one documented example (protocol 2.3).
	UpdateImpliesRead bool
	// ServiceSuffix requires the client_id "<ApplicationUri>-service" from an
	// application that also signs users in, as old versions did (protocol 2.1).
	ServiceSuffix bool
	// IgnoreClientIDCase finds an application regardless of the case of the
	// client_id. The token has the registered spelling. The setting also
	// applies to eq and in of $filter, and to the unique index of
	// ApplicationUri, because it is the database that would ignore the case.
	IgnoreClientIDCase bool

	// PublicURL is the URL that the instance uses for itself, without a
	// trailing slash, if it differs from URL: for example,
	// "http://erp.internal" behind a reverse proxy that terminates TLS. The
	// issuer, the discovery document, next links and auto-discovery use it.
	// Empty means URL.
	PublicURL string
	// Issuer is the issuer of tokens and in the discovery document. Empty means
	// the identity service under PublicURL.
	Issuer string

	// Database is the client_db claim and the DbName of auto-discovery.
	Database string
	// Version is that of the application server, such as "26.2.0.76".
	Version string

	// AutoDiscoveryPaths are the paths that serve auto-discovery; by default
	// both documented paths (protocol 6).
	AutoDiscoveryPaths []string
	// AutoDiscoverySitesOnly omits Host and DbName, as older servers do.
	AutoDiscoverySitesOnly bool
	// WebSites are the sites that auto-discovery lists; nil means the actual
	// sites of this server.
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

// behaviour is how the instance behaves at the moment.
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

// Configure changes the settings for requests that arrive afterward.
func (s *Server) Configure(change func(*Settings)) {
	s.change(func(b *behaviour) {
		b.AutoDiscoveryPaths = slices.Clone(b.AutoDiscoveryPaths)
		b.WebSites = slices.Clone(b.WebSites)
		b.UnknownAttributes = slices.Clone(b.UnknownAttributes)
		change(&b.Settings)
	})
}

// SetClaimShape sets the claims of tokens issued afterward.
func (s *Server) SetClaimShape(shape ClaimShape) {
	s.Configure(func(settings *Settings) { settings.ClaimShape = shape })
}

// SetClock replaces time.Now for the instance: for the claims of its tokens,
// their expiry at the Domain API and the times in its history. TLS certificates
// and latency still use the real clock.
func (s *Server) SetClock(now func() time.Time) {
	s.change(func(b *behaviour) { b.clock = now })
}

// SetLatency delays every response.
func (s *Server) SetLatency(d time.Duration) {
	s.change(func(b *behaviour) { b.latency = d })
}

func (s *Server) now() time.Time { return s.behaviour().clock() }
