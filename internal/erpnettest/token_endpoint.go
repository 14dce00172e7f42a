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

// Limits of IS4 in characters; ERP.net may have others (protocol 2.1). A longer
// value is refused like a wrong one.
const (
	maxClientIDLength = 100
	maxSecretLength   = 100
	maxScopeLength    = 300
)

// serviceSuffix is what old versions put behind the ApplicationUri of an
// application that is both interactive and a service.
const serviceSuffix = "-service"

// protocolScopes are for signing users in; the client credentials grant never
// has them (protocol 2.3).
var protocolScopes = []string{"openid", "profile", "offline_access"}

// grant is what the token endpoint has decided to give.
type grant struct {
	clientID string
	user     User
	scopes   []string
}

// oauthError is a refusal of the token endpoint, with the message that
// protocol 3.1 documents.
type oauthError struct {
	code        string
	description string
	reason      string // which a client never gets; empty where the description says all
}

// respondToken is POST {id}/connect/token (protocol 2.1, 2.2).
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

// noStore forbids caching, as RFC 6749 section 5.1 demands of the token endpoint.
func noStore(r response) response {
	return r.with("Cache-Control", "no-store").with("Pragma", "no-cache")
}

// grant checks in the order of IS4: the request, the client, the grant type,
// what the client may do, the scope.
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
		// IS4 gives the same error for a missing one.
		return grant{}, &oauthError{code: unsupportedGrantType, description: "Unsupported grant type: " + grantType}
	}
	clientID := app.ApplicationUri
	hasSuffix := x.settings.ServiceSuffix && app.isHybrid()
	if hasSuffix {
		clientID += serviceSuffix // assumption: the client of that name is the token's client
	}
	// Assumption: the plain client_id of a hybrid application is its interactive half.
	interactive := hasSuffix && !strings.HasSuffix(form.Get("client_id"), serviceSuffix)
	if reason := whyNotAuthorized(app, user, interactive); reason != "" {
		return grant{}, &oauthError{unauthorizedClient, "The client is not authorized to use this grant type", reason}
	}
	scopes, refusal := grantedScopes(x.settings, app, form.Get("scope"))
	return grant{clientID, *user, scopes}, refusal
}

// whyNotAuthorized is empty for an application that may have service tokens.
// Assumption: an inactive user counts as none.
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
	// A secret in a URL ends in the logs of every proxy: no instance should take
	// it from there, and this one says so.
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

// authenticate finds the application and its system user, and checks the secret.
// The form is the only place for it: HTTP Basic is not documented for this
// endpoint.
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
		// One message for all causes: a guesser learns nothing.
		return nil, nil, &oauthError{invalidClient, "Invalid client_id or client_secret", reason}
	}
	return app, user, nil
}

// whyNotAuthentic is empty for an application that has proven itself.
func whyNotAuthentic(app *TrustedApplication, clientID, secret string) string {
	switch {
	case app == nil:
		return "No trusted application has this ApplicationUri."
	case !app.IsEnabled:
		return "IsEnabled of the application is false."
	case app.ClientType != "Confidential": // a Public application has no secret to send, None no authentication
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

// grantedScopes are sorted, as IS4 sorts them and every documented sample shows.
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
