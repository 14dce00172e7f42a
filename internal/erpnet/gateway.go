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
// balancer, or a content delivery network. The sign is a status that only gateways send, or a refusal without a JSON
// object. The services themselves refuse with one.
func (r *Response) IsGateways() bool {
	refusal := r.Status >= 400 && r.Status < 500 && r.Status != http.StatusTooManyRequests
	return r.isGatewayStatus() || r.Status == http.StatusRequestTimeout || r.Status == http.StatusTooEarly ||
		r.Status == http.StatusNetworkAuthenticationRequired || refusal && !r.isObject()
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.{1,200}?)</title>`)

// Sender returns a sentence that helps to identify what sent a response: the title of a page, what a refusal says if
// that is not its message, and the Server header.
func (c *Client) Sender(r *Response) string {
	var facts []string
	what, content := "response", r.Content()
	if r.IsHTML() {
		what = "page"
		if title := pageTitle.FindSubmatch(content); title != nil {
			facts = append(facts, fmt.Sprintf("the title %q", c.Message(html.UnescapeString(string(title[1])))))
		}
	} else if r.Status >= 400 && len(content) > 0 && ServerMessage(content) == "" {
		facts = append(facts, fmt.Sprintf("the content %#q", c.Message(string(content))))
	}
	if server := r.Header.Get("Server"); server != "" {
		facts = append(facts, fmt.Sprintf("the header Server: %q", c.Message(server)))
	}
	if len(facts) == 0 {
		return ""
	}
	return "The " + what + " has " + strings.Join(facts, " and ") + "."
}
