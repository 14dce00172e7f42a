// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const tokenPath = "/connect/token"

// Limits of IS4 in characters; ERP.net may have others (protocol 2.1). A longer
// value is refused like a wrong one.
const (
	maxClientIDLength = 100
	maxSecretLength   = 100
	maxScopeLength    = 300
)

// protocolScopes are for signing users in; the client-credentials grant never
// has them (protocol 2.3).
var protocolScopes = []string{"openid", "profile", "offline_access"}

// grant is what the token endpoint has decided to give.
type grant struct {
	clientID string
	user     User
	scopes   []string
}

// answerToken is POST {id}/connect/token (protocol 2.1, 2.2).
func (s *Server) answerToken(x *exchange) answer {
	given, refusal := s.grant(x)
	if refusal != nil {
		return refusal.answer(x.settings)
	}
	return noStore(jsonAnswer(http.StatusOK, map[string]any{
		"access_token": s.newToken(x, given),
		"expires_in":   int64(x.settings.TokenLifetime.Seconds()),
		"token_type":   "Bearer",
		"scope":        strings.Join(given.scopes, " "),
	}))
}

// grant checks in the order of IS4: the request, the client, the grant type,
// what the client may do, the scope.
func (s *Server) grant(x *exchange) (grant, *oauthError) {
	form, refusal := readTokenForm(x.request)
	if refusal != nil {
		return grant{}, refusal
	}
	app, refusal := s.authenticate(x.settings, form)
	if refusal != nil {
		return grant{}, refusal
	}
	if grantType := form.Get("grant_type"); grantType != "client_credentials" {
		// IS4 gives the same error for a missing one.
		return grant{}, &oauthError{unsupportedGrantType, "Unsupported grant type: " + grantType}
	}
	user, refusal := s.systemUser(x.settings, app, form.Get("client_id"))
	if refusal != nil {
		return grant{}, refusal
	}
	scopes, refusal := grantedScopes(x.settings, app, form.Get("scope"))
	if refusal != nil {
		return grant{}, refusal
	}
	clientID := app.ApplicationUri
	if x.settings.ServiceSuffix && app.isHybrid() {
		clientID += serviceSuffix // assumption: the client of that name is the token's client
	}
	return grant{clientID: clientID, user: user, scopes: scopes}, nil
}

func readTokenForm(r Request) (url.Values, *oauthError) {
	refuse := func(why string) (url.Values, *oauthError) {
		return nil, &oauthError{invalidRequest, why}
	}
	if r.Method != http.MethodPost {
		return refuse("The token endpoint takes POST only")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return refuse("The token endpoint takes a form only")
	}
	// A secret in a URL ends in the logs of every proxy: no instance should take
	// it from there, and this one says so.
	if query, err := url.ParseQuery(r.RawQuery); err != nil || query.Has("client_secret") {
		return refuse("client_secret must be in the body")
	}
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return refuse("The body is not a form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return refuse("Repeated parameter: " + name) // RFC 6749 section 3.2
		}
	}
	return form, nil
}

// serviceSuffix is what old versions put behind the ApplicationUri of an
// application that is both interactive and a service.
const serviceSuffix = "-service"

// authenticate finds the application and checks its secret, which is accepted
// from the form only: HTTP Basic is not documented for this endpoint.
func (s *Server) authenticate(settings Settings, form url.Values) (TrustedApplication, *oauthError) {
	clientID, secret := form.Get("client_id"), form.Get("client_secret")
	switch {
	case clientID == "":
		return TrustedApplication{}, &oauthError{settings.MissingCredentialsError, "Missing client_id"}
	case secret == "":
		return TrustedApplication{}, &oauthError{settings.MissingCredentialsError, "Missing client_secret"}
	}
	app, found := s.registry.find(clientID, settings.IgnoreClientIDCase)
	if !found && settings.ServiceSuffix {
		if uri, cut := strings.CutSuffix(clientID, serviceSuffix); cut {
			app, found = s.registry.find(uri, settings.IgnoreClientIDCase)
			found = found && app.isHybrid()
		}
	}
	known := found && app.IsEnabled &&
		len(clientID) <= maxClientIDLength && len(secret) <= maxSecretLength &&
		app.ClientType == "Confidential" && // a Public application has no secret to send, None no authentication
		app.acceptsSecret(secret)
	if !known {
		// One message for all causes: a guesser learns nothing.
		return TrustedApplication{}, &oauthError{invalidClient, "Invalid client_id or client_secret"}
	}
	return app, nil
}

// systemUser is whom the application acts as, if it may be a service at all.
func (s *Server) systemUser(settings Settings, app TrustedApplication, clientID string) (User, *oauthError) {
	user, found := s.registry.findUser(app.SystemUser)
	// Assumption: the plain client_id of a hybrid application is its interactive half.
	interactive := settings.ServiceSuffix && app.isHybrid() && !strings.HasSuffix(clientID, serviceSuffix)
	// Assumption: an inactive user counts as none.
	if !app.SystemUserAllowed || !found || !user.Active || interactive {
		return User{}, &oauthError{unauthorizedClient, "The client is not authorized to use this grant type"}
	}
	return user, nil
}

// grantedScopes are sorted, as IS4 sorts them and every documented sample shows.
func grantedScopes(settings Settings, app TrustedApplication, requested string) ([]string, *oauthError) {
	if len(requested) > maxScopeLength {
		return nil, &oauthError{invalidScope, "Invalid scope: too long"}
	}
	allowed := slices.DeleteFunc(app.scopes(), func(scope string) bool { return slices.Contains(protocolScopes, scope) })
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
		return nil, &oauthError{invalidScope, strings.TrimSpace("Invalid scope: " + strings.Join(refused, " "))}
	}
	return granted, nil
}
