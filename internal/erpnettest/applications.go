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
// the attributes of protocol 4, named as the entity names them. An empty string
// or a zero time stands for null. Start from [NewApplication], which has the
// defaults of the entity, or from [SampleApplication], which works.
type TrustedApplication struct {
	Name           string // display only
	ApplicationUri string // the client_id
	IsEnabled      bool
	ClientType     string // "Confidential", "Public" or "None"

	ApplicationSecretHash string // see SecretHash
	Scope                 string // space-delimited, case-sensitive

	SystemUserAllowed  bool   // may use the client-credentials grant
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

	Id                         string // GUID; empty is filled in
	ObjectVersion              int32  // zero is filled in
	CreationTimeUtc            time.Time
	AggregateLastUpdateTimeUtc time.Time
	Authorizations             []Authorization
}

// Authorization is a grant to one user, from the child collection
// Authorizations. Interactive sign-in uses it; the client-credentials grant
// does not.
type Authorization struct {
	GrantTimeUtc  time.Time
	IsRevoked     bool
	ValidFromUtc  time.Time
	ValidUntilUtc time.Time
	Notes         string
	ContextUser   string // Login
	GrantingUser  string // Login
}

// SampleSecret is the client secret of SampleApplication. It is public.
const SampleSecret = "erpnet-mock-sample-secret-2c9e41d7a05b"

// NewApplication returns a record with the defaults of the entity: enabled,
// confidential, and without the secret, scope and system user that a service
// needs. Such a record can be saved and gets no token, as in real life.
func NewApplication(applicationURI string) TrustedApplication {
	return TrustedApplication{
		Name:            applicationURI,
		ApplicationUri:  applicationURI,
		IsEnabled:       true,
		ClientType:      "Confidential",
		ReferenceTokens: "None",
	}
}

// SampleApplication is the service application of the documentation's examples,
// with SampleSecret: what a new server has registered.
func SampleApplication() TrustedApplication {
	app := NewApplication("my.trusted.app/service")
	app.Name = "My Service Application"
	app.ApplicationSecretHash = SecretHash(SampleSecret)
	app.Scope = "read update"
	app.SystemUserAllowed = true
	app.SystemUser = "svc.integration"
	return app
}

// SecretHash is the ApplicationSecretHash of a secret: the padded standard
// base64 of the SHA-256 of its UTF-8 bytes, unsalted (protocol 4.1).
func SecretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// AddApplication adds a trusted application, or replaces the one with the same
// ApplicationUri.
func (s *Server) AddApplication(app TrustedApplication) {
	if app.Id == "" {
		app.Id = guid("Systems_Security_TrustedApplications:" + app.ApplicationUri)
	}
	if app.ObjectVersion == 0 {
		app.ObjectVersion = 1
	}
	if app.CreationTimeUtc.IsZero() {
		app.CreationTimeUtc = s.now().UTC()
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	if s.registry.applications == nil {
		s.registry.applications = map[string]TrustedApplication{}
	}
	s.registry.applications[app.ApplicationUri] = app
}

// RemoveApplication deletes the trusted application with that ApplicationUri.
func (s *Server) RemoveApplication(applicationURI string) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	delete(s.registry.applications, applicationURI)
}

// Applications returns the trusted applications, ordered by ApplicationUri.
func (s *Server) Applications() []TrustedApplication {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	var apps []TrustedApplication
	for _, app := range s.registry.applications {
		apps = append(apps, app)
	}
	slices.SortFunc(apps, func(a, b TrustedApplication) int { return cmp.Compare(a.ApplicationUri, b.ApplicationUri) })
	return apps
}

func (r *registry) application(applicationURI string, ignoreCase bool) (TrustedApplication, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	app, found := r.applications[applicationURI]
	if found || !ignoreCase {
		return app, found
	}
	for uri, app := range r.applications {
		if strings.EqualFold(uri, applicationURI) {
			return app, true
		}
	}
	return TrustedApplication{}, false
}

func (app TrustedApplication) acceptsSecret(secret string) bool {
	return app.ApplicationSecretHash != "" &&
		subtle.ConstantTimeCompare([]byte(app.ApplicationSecretHash), []byte(SecretHash(secret))) == 1
}

// isHybrid tells whether the application signs users in besides being a service.
func (app TrustedApplication) isHybrid() bool {
	return app.SystemUserAllowed && (app.ImpersonateLoginUrl != "" || app.ImpersonateLogoutUrl != "")
}

func (app TrustedApplication) scopes() []string { return strings.Fields(app.Scope) }
