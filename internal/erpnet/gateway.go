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

// IsGateways reports whether the response comes from a gateway in front of the service, such as a firewall, a load
// balancer, or a content delivery network. The sign is a status that only gateways send, or a refusal with an HTML page
// or without content. The services themselves refuse with a JSON object.
func (r *Response) IsGateways() bool {
	refusal := r.Status >= 400 && r.Status < 500 && r.Status != http.StatusTooManyRequests
	return r.isGatewayStatus() || r.Status == http.StatusRequestTimeout || r.Status == http.StatusTooEarly ||
		r.Status == http.StatusNetworkAuthenticationRequired || refusal && (r.IsHTML() || len(r.Content()) == 0)
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.{1,200}?)</title>`)

// gatewayPage returns a sentence that helps to identify the gateway that sent an HTML page: its title and its Server
// header.
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
