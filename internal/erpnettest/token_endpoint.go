// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const tokenPath = "/connect/token"

// The OAuth errors of protocol 3.1.
const (
	invalidRequest       = "invalid_request"
	invalidClient        = "invalid_client"
	invalidScope         = "invalid_scope"
	unauthorizedClient   = "unauthorized_client"
	unsupportedGrantType = "unsupported_grant_type"
)

// Limits of IS4 in characters; those of ERP.net may differ (protocol 2.1). A
// longer value is refused like a wrong one.
const (
	maxClientIDLength = 100
	maxSecretLength   = 100
	maxScopeLength    = 300
)

// serviceSuffix is what old versions append to the ApplicationUri of an
// application that is both interactive and a service.
const serviceSuffix = "-service"

// protocolScopes are for signing users in. The client credentials grant never
// includes them (protocol 2.3).
var protocolScopes = []string{"openid", "profile", "offline_access"}

// grant is what the token endpoint grants.
type grant struct {
	clientID string
	user     User
	scopes   []string
}

// oauthError is a refusal by the token endpoint, with the message documented in
// protocol 3.1.
type oauthError struct {
	code        string
	description string
	reason      string // never sent to the client; empty if the description is complete
}

// respondToken handles POST {id}/connect/token (protocol 2.1, 2.2).
func (s *Server) respondToken(x *exchange) response {
	given, refusal := s.grant(x)
	if refusal != nil {
		if x.settings.OmitErrorDescription {
			refusal.description = ""
		}
		return oauthResponse(x.settings.TokenErrorStatus, refusal.code, refusal.description).because(refusal.reason)
	}
	x.granted = given.scopes
	return noStore(jsonResponse(http.StatusOK, map[string]any{
		"access_token": s.newToken(x, given),
		"expires_in":   int64(x.settings.TokenLifetime.Seconds()),
		"token_type":   "Bearer",
		"scope":        strings.Join(given.scopes, " "),
	}))
}

func oauthResponse(status int, code, description string) response {
	document := map[string]any{"error": code}
	if description != "" {
		document["error_description"] = description
	}
	return noStore(jsonResponse(status, document))
}

// noStore forbids caching, as RFC 6749 section 5.1 requires for token
// responses.
func noStore(r response) response {
	return r.with("Cache-Control", "no-store").with("Pragma", "no-cache")
}

// grant checks a request in the order of IS4: the form, the client, the grant
// type, what the client may do, and the scopes.
func (s *Server) grant(x *exchange) (grant, *oauthError) {
	form, refusal := readTokenForm(x.request)
	if refusal != nil {
		return grant{}, refusal
	}
	app, user, refusal := s.authenticate(x.settings, form)
	if refusal != nil {
		return grant{}, refusal
	}
	if grantType := form.Get("grant_type"); grantType != "client_credentials" {
		// IS4 returns the same error if grant_type is missing.
		return grant{}, &oauthError{code: unsupportedGrantType, description: "Unsupported grant type: " + grantType}
	}
	clientID := app.ApplicationUri
	hasSuffix := x.settings.ServiceSuffix && app.isHybrid()
	if hasSuffix {
		clientID += serviceSuffix // assumption: the token has the client_id with the suffix
	}
	// Assumption: the plain client_id of a hybrid application is the
	// interactive client.
	interactive := hasSuffix && !strings.HasSuffix(form.Get("client_id"), serviceSuffix)
	if reason := whyNotAuthorized(app, user, interactive); reason != "" {
		return grant{}, &oauthError{unauthorizedClient, "The client is not authorized to use this grant type", reason}
	}
	scopes, refusal := grantedScopes(x.settings, app, form.Get("scope"))
	return grant{clientID, *user, scopes}, refusal
}

// whyNotAuthorized returns the reason why an application can't get service
// tokens, or an empty string if it can. Assumption: an inactive user counts as
// none.
func whyNotAuthorized(app *TrustedApplication, user *User, interactive bool) string {
	switch {
	case !app.SystemUserAllowed:
		return "SystemUserAllowed of the application is false."
	case app.SystemUser == "":
		return "The application has no SystemUser."
	case user == nil:
		return "There is no user with the Login of SystemUser."
	case !user.Active:
		return "The SystemUser is not active."
	case interactive:
		return "The client_id is that of the interactive half: a service adds " + serviceSuffix + "."
	}
	return ""
}

func readTokenForm(r Request) (url.Values, *oauthError) {
	contentType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	query, queryErr := url.ParseQuery(r.RawQuery)
	form, formErr := url.ParseQuery(string(r.Body))
	var problem string
	switch {
	case r.Method != http.MethodPost:
		problem = "The token endpoint takes POST only"
	case contentType != "application/x-www-form-urlencoded":
		problem = "The token endpoint takes a form only"
	// A secret in a URL ends up in the logs of every proxy. No instance should
	// accept it there, and this one says so.
	case queryErr != nil || query.Has("client_secret"):
		problem = "client_secret must be in the body"
	case formErr != nil:
		problem = "The body is not a form"
	default:
		for name, values := range form {
			if len(values) > 1 {
				problem = "Repeated parameter: " + name // RFC 6749 section 3.2
			}
		}
	}
	if problem != "" {
		return nil, &oauthError{code: invalidRequest, description: problem}
	}
	return form, nil
}

// authenticate finds the application and its system user, and checks the
// secret. It reads the credentials only from the form: HTTP Basic isn't
// documented for this endpoint.
func (s *Server) authenticate(settings Settings, form url.Values) (*TrustedApplication, *User, *oauthError) {
	clientID, secret := form.Get("client_id"), form.Get("client_secret")
	for _, name := range []string{"client_id", "client_secret"} {
		if form.Get(name) == "" {
			return nil, nil, &oauthError{code: settings.MissingCredentialsError, description: "Missing " + name}
		}
	}
	app, user := s.registry.client(clientID, settings.IgnoreClientIDCase)
	if uri, cut := strings.CutSuffix(clientID, serviceSuffix); app == nil && cut && settings.ServiceSuffix {
		if app, user = s.registry.client(uri, settings.IgnoreClientIDCase); app != nil && !app.isHybrid() {
			app = nil
		}
	}
	if reason := whyNotAuthentic(app, clientID, secret); reason != "" {
		// One message for all causes, so an attacker learns nothing.
		return nil, nil, &oauthError{invalidClient, "Invalid client_id or client_secret", reason}
	}
	return app, user, nil
}

// whyNotAuthentic returns the reason why the credentials are invalid, or an
// empty string if they are valid.
func whyNotAuthentic(app *TrustedApplication, clientID, secret string) string {
	switch {
	case app == nil:
		return "No trusted application has this ApplicationUri."
	case !app.IsEnabled:
		return "IsEnabled of the application is false."
	case app.ClientType != "Confidential": // Public applications have no secret to send, and None has no authentication
		return "ClientType of the application is " + app.ClientType + ", not Confidential."
	case len(clientID) > maxClientIDLength:
		return fmt.Sprintf("The client_id is longer than %d characters.", maxClientIDLength)
	case len(secret) > maxSecretLength:
		return fmt.Sprintf("The client_secret is longer than %d characters.", maxSecretLength)
	case app.ApplicationSecretHash == "":
		return "The application has no ApplicationSecretHash."
	case !app.acceptsSecret(secret):
		return "The hash of the client_secret is not the ApplicationSecretHash."
	}
	return ""
}

// grantedScopes returns the scopes in sorted order, as IS4 and every documented
// sample do.
func grantedScopes(settings Settings, app *TrustedApplication, requested string) ([]string, *oauthError) {
	if len(requested) > maxScopeLength {
		return nil, &oauthError{code: invalidScope, description: "Invalid scope: too long"}
	}
	allowed := slices.DeleteFunc(app.scopes(), func(scope string) bool {
		return slices.Contains(protocolScopes, scope)
	})
	asked := strings.Fields(requested)
	if len(asked) == 0 {
		asked = slices.Clone(allowed)
	}
	if settings.UpdateImpliesRead && slices.Contains(asked, "update") && slices.Contains(allowed, "read") {
		asked = append(asked, "read")
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)

	var granted, refused []string
	for _, scope := range asked {
		if slices.Contains(allowed, scope) {
			granted = append(granted, scope)
		} else {
			refused = append(refused, scope)
		}
	}
	if len(granted) == 0 || len(refused) > 0 && !settings.GrantSubset {
		description := strings.TrimSpace("Invalid scope: " + strings.Join(refused, " "))
		reason := "Scope of the application is " + strconv.Quote(app.Scope) + "."
		return nil, &oauthError{invalidScope, description, reason}
	}
	return granted, nil
}
