// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// headers allow the page to load resources from its own origin only. No other
// page may frame the page or read from it.
var headers = map[string]string{
	"Cache-Control": "no-store",
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy":              "same-origin",
	"X-Content-Type-Options":       "nosniff",
}

func guard(next http.Handler, hosts []string) http.Handler {
	// A page on another web site can send a form here, although it can't read
	// the response.
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		// Another web site can point its own host name at this machine. Its
		// pages could then read what is served under that name: DNS rebinding.
		if !isThisMachine(r.Host) && !isOneOf(hosts, r.Host) {
			const reason = "The status page accepts only the hosts localhost, 127.0.0.1 and [::1], and that of -url."
			http.Error(w, reason, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isOneOf(names []string, host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, host) })
}

// isThisMachine accepts a host with or without a port.
func isThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}
