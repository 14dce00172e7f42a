// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// settings are the provider's attributes, completed from the environment. The configuration takes precedence over the
// environment, which provides the values of null attributes. An unknown or empty value is a problem, and never a reason
// to fall back to the environment, which may name another identity.
type settings struct {
	instance, clientID, clientSecret    setting
	referenceToken                      setting
	identityURL, domainAPIURL, issuer   setting
	caCertificatePEM, caCertificateFile setting
	requestTimeout, maxRetries          setting
}

// setting is the value of one attribute, or the problem with it. A problem is kept until an object needs the value.
type setting struct {
	name    string // of the attribute
	env     string // of the environment variable
	value   string
	fromEnv bool
	problem *problem // nil if there is a value
	missing bool     // the problem is that it is not set
}

func resolveSettings(m providerModel, lookupEnv func(string) (string, bool)) settings {
	// As is customary, an empty environment variable counts as unset, except for the instance and the client
	// credentials.
	resolve := func(name, env string, configured attr.Value, identity bool) setting {
		s := setting{name: name, env: env}
		switch {
		case configured.IsUnknown():
			s.problem = unknownProblem(s)
			return s
		case configured.IsNull():
			if s.value, s.fromEnv = lookupEnv(env); !s.fromEnv || s.value == "" && !identity {
				s.fromEnv = false
				s.missing, s.problem = true, missingProblem(s)
				return s
			}
		default:
			s.value = textOf(configured)
		}
		if s.value == "" {
			s.problem = emptyProblem(s)
		}
		return s
	}
	s := settings{
		instance:          resolve("instance", "ERPNET_INSTANCE", m.Instance, true),
		clientID:          resolve("client_id", "ERPNET_CLIENT_ID", m.ClientID, true),
		clientSecret:      resolve("client_secret", "ERPNET_CLIENT_SECRET", m.ClientSecret, true),
		referenceToken:    resolve("reference_token", "ERPNET_REFERENCE_TOKEN", m.ReferenceToken, false),
		identityURL:       resolve("identity_url", "ERPNET_IDENTITY_URL", m.IdentityURL, false),
		domainAPIURL:      resolve("domain_api_url", "ERPNET_DOMAIN_API_URL", m.DomainAPIURL, false),
		issuer:            resolve("issuer", "ERPNET_ISSUER", m.Issuer, false),
		caCertificatePEM:  resolve("ca_certificate_pem", "ERPNET_CA_CERTIFICATE_PEM", m.CACertificatePEM, false),
		caCertificateFile: resolve("ca_certificate_file", "ERPNET_CA_CERTIFICATE_FILE", m.CACertFile, false),
		requestTimeout:    resolve("request_timeout", "ERPNET_REQUEST_TIMEOUT", m.RequestTimeout, false),
		maxRetries:        resolve("max_retries", "ERPNET_MAX_RETRIES", m.MaxRetries, false),
	}
	s.chooseCredentials()
	return s
}

// chooseCredentials selects one of the two kinds of credentials. If the configuration sets one kind, the other kind in
// the environment is ignored. If both kinds are set in one place, the conflict becomes the problem of each setting. An
// empty variable names no identity, and is a separate problem for the objects that need its value.
func (s *settings) chooseCredentials() {
	client := []*setting{&s.clientID, &s.clientSecret}
	reference := []*setting{&s.referenceToken}
	switch {
	case configuredAny(client) && configuredAny(reference),
		!configuredAny(client) && !configuredAny(reference) && givenAny(client) && s.referenceToken.value != "":
		conflict := conflictProblem(configuredAny(client))
		for _, one := range append(client, reference...) {
			one.missing, one.problem = false, conflict
		}
	case configuredAny(client):
		ignoreEnvironment(reference)
	case configuredAny(reference):
		ignoreEnvironment(client)
	}
}

// usesReferenceToken reports whether a reference token, or a problem with one, replaces the client credentials.
func (s settings) usesReferenceToken() bool {
	return !s.referenceToken.missing && s.clientID.missing && s.clientSecret.missing
}

func configuredAny(kind []*setting) bool {
	return slices.ContainsFunc(kind, func(s *setting) bool { return !s.missing && !s.fromEnv })
}

func givenAny(kind []*setting) bool {
	return slices.ContainsFunc(kind, func(s *setting) bool { return !s.missing })
}

func ignoreEnvironment(kind []*setting) {
	for _, s := range kind {
		if s.fromEnv {
			*s = setting{name: s.name, env: s.env, missing: true, problem: missingProblem(*s)}
		}
	}
}

func conflictProblem(inConfiguration bool) *problem {
	place := "the environment"
	if inConfiguration {
		place = "the provider's configuration"
	}
	return &problem{
		summary: "Conflicting Credentials",
		detail: "Two identities are set in " + place + ". Remove one of them: " +
			"client_id and client_secret (ERPNET_CLIENT_ID, ERPNET_CLIENT_SECRET), or reference_token " +
			"(ERPNET_REFERENCE_TOKEN).",
	}
}

func textOf(value attr.Value) string {
	switch v := value.(type) {
	case types.String:
		return v.ValueString()
	case types.Int64:
		return strconv.FormatInt(v.ValueInt64(), 10)
	}
	return ""
}

// source says where the value comes from.
func (s setting) source() string {
	if s.fromEnv {
		return "The environment variable " + s.env
	}
	return "The provider's " + s.name
}

// required returns the checked value, or the problem with it.
func (s setting) required(check func(string) error) (string, *problem) {
	if s.problem != nil {
		return "", s.problem
	}
	if err := check(s.value); err != nil {
		return "", invalidProblem(s, err)
	}
	return s.value, nil
}

// optional passes the value to take if it is set, and returns the problem with it, if any.
func (s setting) optional(take func(string) error) *problem {
	if s.missing {
		return nil
	}
	_, problem := s.required(take)
	return problem
}

func missingProblem(s setting) *problem {
	return &problem{
		summary: "Missing " + s.name,
		detail: "This object needs the provider's " + s.name + ". Set " + s.name + " in the provider block, or " +
			"the environment variable " + s.env + ".",
		missing: &s,
	}
}

func emptyProblem(s setting) *problem {
	return &problem{summary: "Empty " + s.name, detail: s.source() + " is set, but empty. Set a value, or " +
		"remove it. The provider never replaces an empty " + s.name + " silently."}
}

func invalidProblem(s setting, err error) *problem {
	why := unusable(err)
	if s.fromEnv && !errors.Is(err, erpnet.ErrInstancePath) {
		why = trustedapp.Sentence(err) // there are no functions in the environment
	}
	return &problem{summary: "Invalid " + s.name, detail: s.source() + " cannot be used: " + why}
}

func unknownProblem(s setting) *problem {
	help := []string{
		"The provider's " + s.name + " depends on a value that is known only after apply. One of these helps:",
		"  - apply the source of the value first, with -target",
		"  - give a data source depends_on the resource that the value comes from, so that it waits for apply",
		"  - set " + s.name + " to a value that is known when the plan is made, or leave it out and set " + s.env,
	}
	if slices.Contains([]string{"instance", "client_id", "client_secret"}, s.name) {
		help = append(
			help,
			"  - give the ephemeral resource erpnet_access_token its own instance, client_id and client_secret, which "+
				"wait for unknown values",
			"The environment is not used instead of an unknown value: it may name another identity.",
		)
	}
	return &problem{unknown: true, summary: "Unknown " + s.name, detail: strings.Join(help, "\n")}
}
