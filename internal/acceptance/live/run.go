// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/inspect"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// subject is what a run is about: an instance, an application of it, and what is asked and made there.
type subject struct {
	Instance     string    `json:"instance"`
	IdentityURL  string    `json:"identity_url,omitempty"`
	DomainAPIURL string    `json:"domain_api_url,omitempty"`
	Issuer       string    `json:"issuer,omitempty"`
	ClientID     string    `json:"client_id"`
	ClientSecret string    `json:"client_secret"`
	EntitySet    string    `json:"entity_set"`
	Application  string    `json:"application,omitempty"` // ApplicationUri of the record to make; empty to write nothing
	Secrets      [2]string `json:"secrets"`               // of that record, before and after the rotation
}

// outcome is what became of one step. It names no one.
type outcome struct {
	Step    string `json:"step"`
	Outcome string `json:"outcome"` // passed, skipped or failed
	What    string `json:"what"`    // a number, or the kind and status of the failure

	err error // for the eyes of who runs it
}

// passed and failed are outcomes; a check has a third one.
const (
	passed = string(identity.Passed)
	failed = string(identity.Failed)
)

// run is one run.
type run struct {
	subject
	instance erpnet.Instance
	api      domainapi.API
	outcomes []outcome
}

// newRun has every request go by the transport, at the time of a clock.
func newRun(s subject, transport http.RoundTripper, now func() time.Time) (*run, error) {
	instance, err := erpnet.ParseInstance(s.Instance)
	if err != nil {
		return nil, errors.New("ERPNET_INSTANCE cannot be used: " + err.Error())
	}
	for _, site := range []struct {
		value, suffix string
		into          *string
	}{{s.IdentityURL, "", &instance.IdentityURL}, {s.DomainAPIURL, "/", &instance.DomainAPIURL}} {
		if site.value == "" {
			continue
		}
		url, err := erpnet.ParseSiteURL(site.value)
		if err != nil {
			return nil, errors.New("the URL of a site cannot be used: " + err.Error())
		}
		*site.into = url + site.suffix
	}
	instance.Issuer = s.Issuer
	client := erpnet.NewClient(erpnet.Options{
		UserAgent: "terraform-provider-erpnet/live", MaxRetries: 1, Now: now, Transport: transport,
	})
	secret := erpnet.NewSecret(s.ClientSecret)
	client.Protect(secret)
	request := identity.TokenRequest{
		Instance: instance, Credentials: identity.Credentials{ClientID: s.ClientID, Secret: secret},
	}
	return &run{subject: s, instance: instance, api: domainapi.API{
		Root: instance.DomainAPIURL, Limiter: &domainapi.Limiter{},
		Tokens: domainapi.TokenSource{Service: identity.NewService(client), Request: request},
	}}, nil
}

// all makes every step, one after the other, whatever became of the one before.
func (r *run) all(ctx context.Context) []outcome {
	r.describe(ctx)
	r.check(ctx)
	r.token(ctx)
	r.query(ctx)
	if r.Application != "" {
		r.write(ctx)
	}
	return r.outcomes
}

// note keeps what became of a step.
func (r *run) note(step, what string, err error) bool {
	one := outcome{Step: step, Outcome: passed, What: what}
	if err != nil {
		one.Outcome, one.What, one.err = failed, failure(err), err
	}
	r.outcomes = append(r.outcomes, one)
	return err == nil
}

// failure names a failure by its kind and status.
func failure(err error) string {
	known := erpnet.AsError(err)
	switch {
	case known == nil:
		return "unknown"
	case known.Status == 0:
		return string(known.Kind)
	}
	return string(known.Kind) + ", HTTP status " + strconv.Itoa(known.Status)
}

// describe reads what the instance publishes.
func (r *run) describe(ctx context.Context) {
	found, err := inspect.Describe(ctx, r.api.Tokens.Service, r.instance, inspect.Fixed{})
	what := ""
	if err == nil {
		what = "version " + found.Version + ", " + strconv.Itoa(len(found.WebSites)) + " web sites"
	}
	r.note("instance", what, err)
}

// check verifies the credentials and the token that they give.
func (r *run) check(ctx context.Context) {
	report := inspect.Check(ctx, inspect.CheckRequest{API: r.api})
	for _, finding := range report.Findings {
		one := outcome{Step: "check " + finding.Name, Outcome: string(finding.Status)}
		if finding.Failure != nil {
			one.What, one.err = failure(finding.Failure), finding.Failure
		}
		r.outcomes = append(r.outcomes, one)
	}
}

// token asks for a token as the objects that give one do.
func (r *run) token(ctx context.Context) {
	token, err := r.api.Tokens.Service.TokenToGive(ctx, r.api.Tokens.Request)
	what := ""
	if err == nil {
		what = strconv.Itoa(len(token.GrantedScopes)) + " scopes, for " + strconv.FormatInt(token.ExpiresIn, 10) + " seconds"
	}
	r.note("token", what, err)
}

// query reads one Id of the entity set.
func (r *run) query(ctx context.Context) {
	page, err := r.api.Query(ctx, domainapi.Query{EntitySet: r.EntitySet, Select: "Id", Top: 1})
	what := ""
	if err == nil {
		what = strconv.Itoa(len(page.Rows)) + " rows"
	}
	r.note("query", what, err)
}

// What the record says of itself, in case somebody finds it.
const (
	recordName  = "Test of terraform-provider-erpnet"
	recordNotes = "Made by make test-live, which deletes it. It is disabled and may be deleted by hand."
)

// write makes a disabled record, rotates its secret and deletes it. Whatever fails, the record is looked for at the end.
func (r *run) write(ctx context.Context) {
	store := trustedapp.Store{API: r.api}
	wanted := trustedapp.Record{
		Name: recordName, ApplicationURI: r.Application, ClientType: trustedapp.Confidential,
		ApplicationSecretHash: erpnet.SecretHash(r.Secrets[0]), ReferenceTokens: trustedapp.ReferenceTokensNone,
		Notes: recordNotes,
	}
	made, err := store.Create(ctx, wanted)
	if r.note("create", "", err) {
		wanted.ApplicationSecretHash = erpnet.SecretHash(r.Secrets[1])
		rotated, err := store.Update(ctx, *made, wanted, true)
		what := "the hash can be read"
		if err == nil && rotated.ApplicationSecretHash == "" {
			what = "the hash is hidden"
		}
		r.note("rotate", what, err)
	}
	ctx = context.WithoutCancel(ctx)
	left, err := store.Find(ctx, r.Application)
	if err == nil && left != nil {
		err = store.Delete(ctx, left.ID)
	}
	what := "there was one"
	if left == nil {
		what = "there was none"
	}
	r.note("destroy", what, err)
}
