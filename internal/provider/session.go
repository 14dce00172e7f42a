// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// session is what the objects of one provider configuration share: its settings, a limiter, and one service with a
// client, tokens and keys.
type session struct {
	settings  settings
	now       func() time.Time
	transport http.RoundTripper // replaces the network in tests
	userAgent string
	limiter   domainapi.Limiter

	interrupt   sync.Once
	interrupted chan struct{} // closed when the CLI stops the provider

	once     sync.Once
	identity *identity.Service
	problems []*problem // what prevents making the service
}

// configured returns the session that the framework passes to an object's Configure. It is nil before the provider is
// configured, as during validation.
func configured(data any, diags *diag.Diagnostics) *session {
	if data == nil {
		return nil
	}
	s, ok := data.(*session)
	if !ok {
		diags.AddError("Unexpected Provider Data", defect)
	}
	return s
}

// begin returns the context for one call from the CLI, and the function that ends it. When the CLI stops the provider,
// the framework cancels the calls in progress. A call that the CLI had already sent, but that arrives later, would
// continue for minutes, so begin cancels it too.
func (s *session) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	if s == nil {
		return context.WithCancel(ctx)
	}
	call, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			s.interrupt.Do(func() { close(s.interrupted) })
		}
	})
	go func() {
		select {
		case <-s.interrupted:
			cancel()
		case <-call.Done():
		}
	}()
	return call, func() {
		stop()
		cancel()
	}
}

// configuredDataSource is embedded in data sources that need the provider's configuration.
type configuredDataSource struct{ session *session }

func (d *configuredDataSource) Configure(
	_ context.Context,
	req datasource.ConfigureRequest,
	resp *datasource.ConfigureResponse,
) {
	d.session = configured(req.ProviderData, &resp.Diagnostics)
}

// ownCredentials are an object's own credentials, which take precedence over the provider's.
type ownCredentials struct{ instance, clientID, clientSecret types.String }

func (own ownCredentials) isZero() bool {
	return own.instance.IsNull() && own.clientID.IsNull() && own.clientSecret.IsNull()
}

// accessToken returns the token that an object requests, from the session's cache or from the instance. It reports at
// most one error.
func (s *session) accessToken(
	ctx context.Context,
	own ownCredentials,
	scopes types.Set,
) (*identity.Token, diag.Diagnostics) {
	service, request, diags := s.tokenRequest(own, scopes)
	if diags.HasError() {
		return nil, diags
	}
	token, err := service.TokenToGive(ctx, request)
	if err != nil {
		diags.Append(
			errorAt(err, map[erpnet.Kind]string{identity.InvalidScope: "scopes", identity.MissingScopes: "scopes"}),
		)
	}
	return token, diags
}

// tokenRequest returns the token request of an object: with the object's own credentials if it has any, otherwise with
// the provider's. An object's own instance never gets the provider's secret, and the provider's URLs don't apply to it.
// All problems become one error.
func (s *session) tokenRequest(
	own ownCredentials,
	scopes types.Set,
) (*identity.Service, identity.TokenRequest, diag.Diagnostics) {
	var diags diag.Diagnostics
	request := identity.TokenRequest{Scope: identity.JoinScopes(texts(scopes.Elements()))}
	service, problems := s.service()
	var more []*problem
	if own.instance.IsNull() {
		request.Instance, more = s.instance(false)
	} else {
		request.Instance, more = ownInstance(own.instance.ValueString())
	}
	problems = append(problems, more...)
	if own.isZero() {
		request.Credentials, more = s.credentials()
	} else {
		request.Credentials, more = own.credentials()
	}
	if problems = append(problems, more...); len(problems) > 0 {
		diags.Append(problemDiagnostic(problems))
	}
	return service, request, diags
}

func ownInstance(value string) (erpnet.Instance, []*problem) {
	instance, err := erpnet.ParseInstance(value)
	if err != nil {
		return instance, []*problem{{summary: "Invalid instance", detail: "The instance of this object cannot be " +
			"used: " + unusable(err)}}
	}
	return instance, nil
}

func (own ownCredentials) credentials() (identity.Credentials, []*problem) {
	if own.clientID.IsNull() || own.clientSecret.IsNull() {
		return identity.Credentials{}, []*problem{incompleteCredentials}
	}
	var problems []*problem
	if err := identity.CheckClientID(own.clientID.ValueString()); err != nil {
		problems = append(problems, &problem{summary: "Invalid client_id", detail: "The client_id of this object " +
			"cannot be used: " + unusable(err)})
	}
	if err := erpnet.CheckSecret(own.clientSecret.ValueString()); err != nil {
		problems = append(problems, &problem{summary: "Invalid client_secret", detail: "The client_secret of this " +
			"object cannot be used: " + unusable(err)})
	}
	return identity.Credentials{
		ClientID: own.clientID.ValueString(),
		Secret:   erpnet.NewSecret(own.clientSecret.ValueString()),
	}, problems
}

// credentials returns the provider's client credentials, for objects that request a token with them.
func (s *session) credentials() (identity.Credentials, []*problem) {
	if s.settings.usesReferenceToken() {
		return identity.Credentials{}, []*problem{
			{
				summary: "Reference Token Not Usable Here",
				detail: "This object requests an access token for client_id and client_secret. " +
					"The provider has a reference_token, which only the Domain API takes. Give this object a " +
					"provider with an alias that has client_id and client_secret.",
			},
		}
	}
	id, idProblem := s.settings.clientID.required(identity.CheckClientID)
	secret, secretProblem := s.settings.clientSecret.required(erpnet.CheckSecret)
	return identity.Credentials{ClientID: id, Secret: erpnet.NewSecret(secret)}, present(idProblem, secretProblem)
}

// domainAPI returns the instance's Domain API with the provider's credentials, of either kind. It reports at most one
// error.
func (s *session) domainAPI() (domainapi.API, diag.Diagnostics) {
	var diags diag.Diagnostics
	service, problems := s.service()
	instance, more := s.instance(true)
	problems = append(problems, more...)
	tokens := domainapi.TokenSource{Service: service, Request: identity.TokenRequest{Instance: instance}}
	if s.settings.usesReferenceToken() {
		token, tokenProblem := s.settings.referenceToken.required(identity.CheckReferenceToken)
		tokens.ReferenceToken, more = erpnet.NewSecret(token), present(tokenProblem)
	} else {
		tokens.Request.Credentials, more = s.credentials()
	}
	if problems = append(problems, more...); len(problems) > 0 {
		diags.Append(problemDiagnostic(problems))
	}
	return domainapi.API{Root: instance.DomainAPIURL, Tokens: tokens, Limiter: &s.limiter}, diags
}

// instance returns the provider's instance with the URLs that the caller needs: a problem with the Domain API's URL
// doesn't matter to an object that requests a token.
func (s *session) instance(withDomainAPI bool) (erpnet.Instance, []*problem) {
	var instance erpnet.Instance
	_, instanceProblem := s.settings.instance.required(func(value string) (err error) {
		instance, err = erpnet.ParseInstance(value)
		return err
	})
	identityProblem := s.settings.identityURL.optional(func(value string) error {
		url, err := erpnet.ParseSiteURL(value)
		instance.IdentityURL = url
		return err
	})
	issuerProblem := s.settings.issuer.optional(func(value string) error {
		instance.Issuer = value
		return erpnet.CheckIssuer(value)
	})
	if !withDomainAPI {
		return instance, present(instanceProblem, identityProblem, issuerProblem)
	}
	apiProblem := s.settings.domainAPIURL.optional(func(value string) error {
		url, err := erpnet.ParseSiteURL(value)
		instance.DomainAPIURL = url + "/"
		return err
	})
	return instance, present(instanceProblem, identityProblem, issuerProblem, apiProblem)
}
