// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// TrustedApplication is a record of Systems_Security_TrustedApplications with
// the attributes of protocol 4, named as in the entity. An empty string or a
// zero time stands for null. Start from [NewApplication], which has the
// entity's defaults, or from [SampleApplication], which is ready to use.
type TrustedApplication struct {
	Name           string // display only
	ApplicationUri string // the client_id
	IsEnabled      bool
	ClientType     string // "Confidential", "Public" or "None"

	ApplicationSecretHash string // see SecretHash
	Scope                 string // space-delimited, case-sensitive

	SystemUserAllowed  bool   // may use the client credentials grant
	SystemUser         string // Login of the user it acts as
	SystemUserLoginUrl string // reserved

	ImpersonateAsInternalUserAllowed  bool
	ImpersonateAsCommunityUserAllowed bool
	ImpersonateLoginUrl               string // comma-separated redirect URIs
	ImpersonateLogoutUrl              string // comma-separated

	BasicAuthenticationAllowed bool
	ReferenceTokens            string // "None", "AuthenticatedUsers" or "AdministratorsOnly"

	Notes              string
	ExternalId         string
	ExternalSystem     string
	AdditionalDataJson string // a JSON object

	Id                         string // GUID; filled in if empty
	ObjectVersion              int32  // filled in if zero
	CreationTimeUtc            time.Time
	AggregateLastUpdateTimeUtc time.Time
}

// SampleSecret is the client secret of SampleApplication. It is public.
const SampleSecret = "erpnet-mock-sample-secret-2c9e41d7a05b"

// NewApplication returns a record with the entity's defaults: enabled and
// confidential, but without the secret, scope and system user that a service
// needs. As on a real instance, you can save such a record, but it gets no
// token.
func NewApplication(applicationURI string) TrustedApplication {
	return TrustedApplication{
		Name:            applicationURI,
		ApplicationUri:  applicationURI,
		IsEnabled:       true,
		ClientType:      "Confidential",
		ReferenceTokens: "None",
	}
}

// SampleApplication returns the service application of the documentation's
// examples, with SampleSecret. Every new server has it registered.
func SampleApplication() TrustedApplication {
	app := NewApplication("my.trusted.app/service")
	app.Name = "My Service Application"
	app.ApplicationSecretHash = SecretHash(SampleSecret)
	app.Scope = "read update"
	app.SystemUserAllowed = true
	app.SystemUser = "svc.integration"
	return app
}

// SecretHash returns the ApplicationSecretHash of a secret: the unsalted
// SHA-256 of its UTF-8 bytes in padded standard base64 (protocol 4.1).
func SecretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// AddApplication adds a trusted application or replaces the one with the same
// ApplicationUri. A replacement looks like a change by someone else: the record
// keeps its Id and CreationTimeUtc unless app sets them, and its ObjectVersion
// goes up.
func (s *Server) AddApplication(app TrustedApplication) {
	now := s.now().UTC()
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	s.registry.known = nil
	if known := s.registry.application(app.ApplicationUri, false); known != nil {
		app.Id = cmp.Or(app.Id, known.Id)
		app.ObjectVersion = max(app.ObjectVersion, nextVersion(known.ObjectVersion))
		app.CreationTimeUtc = cmp.Or(app.CreationTimeUtc, known.CreationTimeUtc)
		app.AggregateLastUpdateTimeUtc = now
		*known = app
		return
	}
	app.Id = cmp.Or(app.Id, guid(trustedApplications+":"+app.ApplicationUri))
	app.ObjectVersion = max(app.ObjectVersion, 1)
	app.CreationTimeUtc = cmp.Or(app.CreationTimeUtc, now)
	app.AggregateLastUpdateTimeUtc = cmp.Or(app.AggregateLastUpdateTimeUtc, now)
	s.registry.applications = append(s.registry.applications, app)
}

// ChangeApplication changes a trusted application, as someone else would, and
// reports whether one with that ApplicationUri exists. The change raises its
// ObjectVersion.
func (s *Server) ChangeApplication(applicationURI string, change func(*TrustedApplication)) bool {
	now := s.now().UTC()
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	s.registry.known = nil
	app := s.registry.application(applicationURI, false)
	if app == nil {
		return false
	}
	version := app.ObjectVersion
	change(app)
	app.ObjectVersion = max(app.ObjectVersion, nextVersion(version))
	app.AggregateLastUpdateTimeUtc = now
	return true
}

// RemoveApplication deletes the trusted application with that ApplicationUri.
func (s *Server) RemoveApplication(applicationURI string) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	s.registry.known = nil
	s.registry.applications = slices.DeleteFunc(s.registry.applications, func(app TrustedApplication) bool {
		return app.ApplicationUri == applicationURI
	})
}

// Applications returns the trusted applications, sorted by ApplicationUri.
func (s *Server) Applications() []TrustedApplication {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	sorted := slices.Clone(s.registry.applications)
	slices.SortStableFunc(sorted, func(a, b TrustedApplication) int {
		return cmp.Compare(a.ApplicationUri, b.ApplicationUri)
	})
	return sorted
}

func (app TrustedApplication) acceptsSecret(secret string) bool {
	return app.ApplicationSecretHash != "" &&
		subtle.ConstantTimeCompare([]byte(app.ApplicationSecretHash), []byte(SecretHash(secret))) == 1
}

// isHybrid reports whether the application signs users in as well as being a
// service.
func (app TrustedApplication) isHybrid() bool {
	return app.SystemUserAllowed && (app.ImpersonateLoginUrl != "" || app.ImpersonateLogoutUrl != "")
}

func (app TrustedApplication) scopes() []string { return strings.Fields(app.Scope) }
