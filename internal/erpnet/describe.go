// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"sync"
)

// Facts are what an instance publishes about itself. The URLs are the server's
// words, but for those of Instance that the caller fixed.
type Facts struct {
	Instance  Instance  // with its two sites where they are
	Discovery Discovery // empty if Unread says why
	Version   string    // empty when none is published
	WebSites  []WebSite // nil when none are published
	Unread    string    // why the discovery document was not read, in a sentence
}

// Fixed says which URLs of an instance the user has set, so that what the
// instance publishes does not change them.
type Fixed struct{ Identity, DomainAPI bool }

// Describe gets what an instance publishes about itself, without credentials:
// its discovery document, web sites and version, side by side. Where
// no identity service of its own name answers at the instance's URL of it, one
// that is published elsewhere is looked at, on the same origin only. The
// error is an [*Error], and means that no identity service was found.
func (c *Client) Describe(ctx context.Context, i Instance, fixed Fixed) (*Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, OperationLimit)
	defer cancel()
	facts := &Facts{Instance: i}
	var discovery *Discovery
	var discoveryErr error
	var sites *AutoDiscovery
	var wait sync.WaitGroup
	wait.Go(func() { discovery, discoveryErr = c.Discover(ctx, i) })
	wait.Go(func() { sites, _ = c.AutoDiscover(ctx, i) }) // an instance may publish none
	wait.Go(func() { facts.Version = c.Version(ctx, i) })
	wait.Wait()

	own := discoveryErr == nil && sameSite(discovery.Issuer, i.IdentityURL)
	if sites != nil {
		facts.WebSites = sites.WebSites
		if url := sites.DomainAPIURL(); url != "" && !fixed.DomainAPI {
			facts.Instance.DomainAPIURL = url
		}
		if url := sites.IdentityURL(); url != "" && !own && !fixed.Identity && !sameSite(url, i.IdentityURL) {
			facts.Instance.IdentityURL = url
			if !sameOrigin(url, i.URL) {
				facts.Unread = "The instance says that its identity service is at " + cleanText(url) + ", on another host. It was not asked: set the provider's identity_url to it if you trust that place."
				return facts, nil
			}
			discovery, discoveryErr = c.Discover(ctx, facts.Instance)
		}
	}
	if discoveryErr != nil {
		return nil, discoveryErr
	}
	facts.Discovery = *discovery
	return facts, nil
}
