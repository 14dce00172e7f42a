// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// providerData is what one provider configuration gives its objects.
type providerData struct {
	settings  settings
	tokens    *erpnet.TokenCache
	keys      *erpnet.KeyCache
	gates     *erpnet.Gates
	now       func() time.Time
	userAgent string

	once     sync.Once
	client   *erpnet.Client
	problems []*problem // of client
}

// configured returns the providerData that the framework hands to an object's
// Configure; nil before the provider is configured, as in validation.
func configured(data any, diags *diag.Diagnostics) *providerData {
	if data == nil {
		return nil
	}
	d, ok := data.(*providerData)
	if !ok {
		diags.AddError("Unexpected Provider Data", "This is a defect of the provider. Please report it.")
	}
	return d
}

// providerDataSource is what data sources embed that need the provider's
// configuration.
type providerDataSource struct{ data *providerData }

// Configure implements [datasource.DataSourceWithConfigure].
func (d *providerDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ownCredentials are those of an object itself, which go before the provider's.
type ownCredentials struct{ instance, clientID, clientSecret types.String }

func (own ownCredentials) isZero() bool {
	return own.instance.IsNull() && own.clientID.IsNull() && own.clientSecret.IsNull()
}

// accessToken gets the token that an object asks for, from the process's cache
// or the instance. It reports at most one error.
func (d *providerData) accessToken(ctx context.Context, own ownCredentials, scopes types.Set) (*erpnet.Token, diag.Diagnostics) {
	client, request, diags := d.prepare(own, scopes)
	if diags.HasError() {
		return nil, diags
	}
	token, err := d.tokens.Token(ctx, client, request)
	if err != nil {
		diags.Append(errorDiagnostic(err))
	}
	return token, diags
}

// prepare makes ready what a token request needs, or reports all that is wrong
// with it as one error.
func (d *providerData) prepare(own ownCredentials, scopes types.Set) (*erpnet.Client, erpnet.TokenRequest, diag.Diagnostics) {
	var diags diag.Diagnostics
	client, problems := d.httpClient()
	request, more := d.tokenRequest(own)
	if problems = append(problems, more...); len(problems) > 0 {
		diags.Append(problemDiagnostic(problems))
	}
	request.Scope = erpnet.JoinScopes(texts(scopes.Elements()))
	return client, request, diags
}

// tokenRequest says who asks which instance: the object's own credentials if it
// has any, else the provider's. An own instance never gets the provider's
// secret, nor is it looked for at one of the provider's URLs.
func (d *providerData) tokenRequest(own ownCredentials) (erpnet.TokenRequest, []*problem) {
	var request erpnet.TokenRequest
	var problems []*problem
	if own.instance.IsNull() {
		request.Instance, problems = d.instance(false)
	} else {
		request.Instance, problems = ownInstance(own.instance.ValueString())
	}
	credentials, more := d.credentials()
	if !own.isZero() {
		credentials, more = own.credentials()
	}
	request.Credentials = credentials
	return request, append(problems, more...)
}

func ownInstance(value string) (erpnet.Instance, []*problem) {
	instance, err := erpnet.ParseInstance(value)
	if err != nil {
		return instance, []*problem{{"Invalid instance", "The instance of this object cannot be used: " + err.Error() + "."}}
	}
	return instance, nil
}

func (own ownCredentials) credentials() (erpnet.Credentials, []*problem) {
	if own.clientID.IsNull() || own.clientSecret.IsNull() {
		return erpnet.Credentials{}, []*problem{incompleteCredentials}
	}
	var problems []*problem
	if err := erpnet.CheckClientID(own.clientID.ValueString()); err != nil {
		problems = append(problems, &problem{"Invalid client_id", "The client_id of this object cannot be used: " + err.Error() + "."})
	}
	if err := erpnet.CheckSecret(own.clientSecret.ValueString()); err != nil {
		problems = append(problems, &problem{"Invalid client_secret", "The client_secret of this object cannot be used: " + err.Error() + "."})
	}
	return erpnet.Credentials{ClientID: own.clientID.ValueString(), Secret: erpnet.NewSecret(own.clientSecret.ValueString())}, problems
}

// credentials are the provider's client credentials, for objects that give a
// token.
func (d *providerData) credentials() (erpnet.Credentials, []*problem) {
	if d.settings.usesReferenceToken() {
		return erpnet.Credentials{}, []*problem{{"Reference Token Not Usable Here", "This object requests an access token for client_id and client_secret. " +
			"The provider's reference_token is an opaque token already, which only the Domain API takes: set client_id and client_secret in its place, here by a provider of its own with an alias."}}
	}
	id, idProblem := d.settings.clientID.required(erpnet.CheckClientID)
	secret, secretProblem := d.settings.clientSecret.required(erpnet.CheckSecret)
	return erpnet.Credentials{ClientID: id, Secret: erpnet.NewSecret(secret)}, present(idProblem, secretProblem)
}

// domainAPI is the instance's Domain API in the name of the provider's
// credentials, of either kind. It reports at most one error.
func (d *providerData) domainAPI() (erpnet.DomainAPI, diag.Diagnostics) {
	var diags diag.Diagnostics
	client, problems := d.httpClient()
	instance, more := d.instance(true)
	problems = append(problems, more...)
	bearer := erpnet.Bearer{Tokens: d.tokens, Request: erpnet.TokenRequest{Instance: instance}}
	if d.settings.usesReferenceToken() {
		token, tokenProblem := d.settings.referenceToken.required(erpnet.CheckReferenceToken)
		bearer.Reference, more = erpnet.NewSecret(token), present(tokenProblem)
	} else {
		bearer.Request.Credentials, more = d.credentials()
	}
	if problems = append(problems, more...); len(problems) > 0 {
		diags.Append(problemDiagnostic(problems))
	}
	return erpnet.DomainAPI{Client: client, Root: instance.DomainAPIURL, Bearer: bearer, Gates: d.gates}, diags
}

// instance is the provider's instance, with what is needed of its URLs: a
// fault of the Domain API's is of no concern to who asks for a token.
func (d *providerData) instance(withDomainAPI bool) (erpnet.Instance, []*problem) {
	var instance erpnet.Instance
	_, instanceProblem := d.settings.instance.required(func(value string) (err error) {
		instance, err = erpnet.ParseInstance(value)
		return err
	})
	identityProblem := d.settings.identityURL.optional(func(value string) error {
		url, err := erpnet.ParseSiteURL(value)
		instance.IdentityURL = url
		return err
	})
	if !withDomainAPI {
		return instance, present(instanceProblem, identityProblem)
	}
	apiProblem := d.settings.domainAPIURL.optional(func(value string) error {
		url, err := erpnet.ParseSiteURL(value)
		instance.DomainAPIURL = url + "/"
		return err
	})
	return instance, present(instanceProblem, identityProblem, apiProblem)
}

// httpClient makes the configuration's one client when it is first needed.
func (d *providerData) httpClient() (*erpnet.Client, []*problem) {
	d.once.Do(func() {
		options := erpnet.Options{
			UserAgent: d.userAgent, RequestTimeout: erpnet.DefaultRequestTimeout, MaxRetries: erpnet.DefaultMaxRetries, Now: d.now,
			Log: func(ctx context.Context, event string, fields map[string]any) { tflog.Debug(ctx, event, fields) },
		}
		timeoutProblem := d.settings.requestTimeout.optional(func(value string) (err error) {
			options.RequestTimeout, err = parseTimeout(value)
			return err
		})
		retriesProblem := d.settings.maxRetries.optional(func(value string) (err error) {
			options.MaxRetries, err = parseRetries(value)
			return err
		})
		roots, rootsProblem := d.rootCAs()
		options.RootCAs = roots
		options.Secrets = []erpnet.Secret{erpnet.NewSecret(d.settings.clientSecret.value), erpnet.NewSecret(d.settings.referenceToken.value)}
		if d.problems = present(timeoutProblem, retriesProblem, rootsProblem); len(d.problems) == 0 {
			d.client = erpnet.NewClient(options)
		}
	})
	return d.client, d.problems
}

// rootCAs reads the private authorities; nil means the system's alone.
func (d *providerData) rootCAs() (pool *x509.CertPool, p *problem) {
	pem, file := d.settings.caCertificatePEM, d.settings.caCertificateFile
	switch {
	case !pem.missing && !file.missing && pem.fromEnv == file.fromEnv:
		return nil, &problem{"Conflicting CA Certificates", pem.source() + " and " + file.name + " are both set. Remove one of them."}
	case !file.missing && (pem.missing || pem.fromEnv):
		_, p = file.required(func(path string) error {
			text, err := os.ReadFile(path)
			if err != nil {
				return errors.New("the file cannot be read: " + reason(err))
			}
			pool, err = erpnet.RootCAs(text)
			return err
		})
	case !pem.missing:
		_, p = pem.required(func(text string) (err error) {
			pool, err = erpnet.RootCAs([]byte(text))
			return err
		})
	}
	return pool, p
}

// reason says why a file cannot be read without its path, which may be a
// certificate put into the wrong attribute.
func reason(err error) string {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return "unknown reason"
}

func parseTimeout(value string) (time.Duration, error) {
	timeout, err := time.ParseDuration(value)
	if seconds, plain := strconv.Atoi(value); plain == nil && seconds >= 0 && seconds <= 180 {
		timeout, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || timeout < time.Millisecond || timeout > erpnet.OperationLimit {
		return 0, errors.New("it is not a duration from 1ms to 3m; examples are 500ms, 30s and 1m30s")
	}
	return timeout, nil
}

func parseRetries(value string) (int, error) {
	retries, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || retries < 0 || retries > 10 {
		return 0, errors.New("it is not a whole number from 0 to 10")
	}
	return retries, nil
}
