// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
)

// IsGateways reports whether a gateway in front of the service has sent the response, such as a firewall, a load
// balancer or a content delivery network: by a status that only they give, or since it refuses with a page or with
// nothing, while services refuse with a JSON object.
func (r *Response) IsGateways() bool {
	refusal := r.Status >= 400 && r.Status < 500 && r.Status != http.StatusTooManyRequests
	return r.isGatewayStatus() || r.Status == http.StatusRequestTimeout || r.Status == http.StatusTooEarly ||
		r.Status == http.StatusNetworkAuthenticationRequired || refusal && (r.IsHTML() || len(r.Content()) == 0)
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.{1,200}?)</title>`)

// gatewayPage says what tells a person which gateway has sent an HTML page: its title and the header Server.
func (c *Client) gatewayPage(r *Response) string {
	if !r.IsHTML() {
		return ""
	}
	var facts []string
	if title := pageTitle.FindSubmatch(r.Content()); title != nil {
		facts = append(facts, fmt.Sprintf("the title %q", c.Message(html.UnescapeString(string(title[1])))))
	}
	if server := r.Header.Get("Server"); server != "" {
		facts = append(facts, fmt.Sprintf("the header Server: %q", c.Message(server)))
	}
	if len(facts) == 0 {
		return ""
	}
	return "The page has " + strings.Join(facts, " and ") + "."
}
