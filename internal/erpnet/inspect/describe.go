// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package inspect describes what an instance publishes about itself, and checks credentials.
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

// Description holds what an instance publishes about itself, redacted. The URLs are those that the server names, except
// for the URLs of Instance that the caller fixed.
type Description struct {
	Instance  erpnet.Instance    // with the URLs of its two sites
	Discovery identity.Discovery // empty if Elsewhere is set
	Version   string             // empty if not published
	WebSites  []erpnet.WebSite   // nil if not published
	Elsewhere string             // the identity service's URL on another origin, which was not requested; else empty
}

// Fixed says which URLs of an instance the user has set. Published URLs do not replace these.
type Fixed struct{ Identity, DomainAPI bool }

// Describe gets what an instance publishes about itself, without credentials: its discovery document, web sites, and
// version, concurrently. If the identity URL of the instance has no identity service that names this URL as its issuer,
// Describe tries the published URL, but only if it has the same origin as the instance. The error is an
// [*erpnet.Error]; it means that no identity service was found.
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
	wait.Go(func() { sites, _ = client.AutoDiscover(ctx, i) }) // an instance may publish no sites
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

// versionLimit bounds the request for the version, which is useful but not required.
const versionLimit = 5 * time.Second

// version returns the version that the instance publishes, such as 26.2.0.76, or "" if it publishes none (protocol
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
