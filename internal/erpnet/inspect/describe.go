// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package inspect says what can be learned about an instance, and about credentials.
package inspect

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Description is what an instance publishes about itself, redacted. The URLs are what the server says, except those of
// Instance that the caller fixed.
type Description struct {
	Instance  erpnet.Instance    // with its two sites where they are
	Discovery identity.Discovery // empty if Elsewhere is not
	Version   string             // empty when none is published
	WebSites  []erpnet.WebSite   // nil when none are published
	Elsewhere string             // the identity service's URL on another host, which was not asked; else empty
}

// Fixed says which URLs of an instance the user has set, so that what the instance publishes does not change them.
type Fixed struct{ Identity, DomainAPI bool }

// Describe gets what an instance publishes about itself, without credentials: its discovery document, web sites and
// version, side by side. Where no identity service of its own name responds at the instance's URL of it, one that is
// published elsewhere is asked, on the same origin only. The error is an [*erpnet.Error], and means that no identity
// service was found.
func Describe(ctx context.Context, service *identity.Service, i erpnet.Instance, fixed Fixed) (*Description, error) {
	ctx, cancel := context.WithTimeout(ctx, erpnet.OperationLimit)
	defer cancel()
	client := service.Client
	d := &Description{Instance: i}
	var discovery *identity.Discovery
	var discoveryErr error
	var sites *erpnet.AutoDiscovery
	var wait sync.WaitGroup
	wait.Go(func() { discovery, discoveryErr = service.Discover(ctx, i) })
	wait.Go(func() { sites, _ = client.AutoDiscover(ctx, i) }) // an instance may publish none
	wait.Go(func() { d.Version = version(ctx, client, i) })
	wait.Wait()

	own := discoveryErr == nil && erpnet.SameSite(discovery.Issuer, i.IdentityURL)
	if sites != nil {
		d.WebSites = redactSites(client, sites.WebSites)
		if url := sites.DomainAPIURL(); url != "" && !fixed.DomainAPI {
			d.Instance.DomainAPIURL = client.Name(url)
		}
		if url := sites.IdentityURL(); url != "" && !own && !fixed.Identity && !erpnet.SameSite(url, i.IdentityURL) {
			d.Instance.IdentityURL = client.Name(url)
			if !erpnet.SameOrigin(url, i.URL) {
				d.Elsewhere = client.Message(url)
				return d, nil
			}
			elsewhere := i
			elsewhere.IdentityURL = url
			discovery, discoveryErr = service.Discover(ctx, elsewhere)
		}
	}
	if discoveryErr != nil {
		return nil, discoveryErr
	}
	d.Discovery = identity.Discovery{
		Issuer:              client.Name(discovery.Issuer),
		TokenEndpoint:       client.Name(discovery.TokenEndpoint),
		JWKSURL:             client.Name(discovery.JWKSURL),
		ScopesSupported:     client.Names(discovery.ScopesSupported),
		GrantTypesSupported: client.Names(discovery.GrantTypesSupported),
	}
	return d, nil
}

func redactSites(client *erpnet.Client, sites []erpnet.WebSite) []erpnet.WebSite {
	for i := range sites {
		for _, text := range []*string{&sites[i].Type, &sites[i].Status, &sites[i].URL, &sites[i].ODataServiceRoot} {
			*text = client.Name(*text)
		}
	}
	return sites
}

// versionLimit bounds the request for the version, which is welcome but not needed.
const versionLimit = 5 * time.Second

// version gets the version that the instance publishes, such as 26.2.0.76, and "" when it publishes none (protocol
// section 6).
func version(ctx context.Context, client *erpnet.Client, i erpnet.Instance) string {
	request := erpnet.Request{Method: http.MethodGet, URL: i.URL + "/tools/ver"}
	response, failed := client.Send(ctx, request, erpnet.Policy{Retry: erpnet.RetryNever, Whole: versionLimit})
	if failed != nil || response.Status != http.StatusOK {
		return ""
	}
	for part := range bytes.SplitSeq(response.Content(), []byte(".")) {
		if _, err := strconv.ParseUint(string(part), 10, 32); err != nil {
			return ""
		}
	}
	return client.Name(string(response.Content()))
}
