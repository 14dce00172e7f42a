// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"io"
	"net/http"
	"testing"
)

func TestUserAgentIsSent(t *testing.T) {
	const agent = "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-erpnet/test"
	r := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != agent || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("headers are %q", r.Header)
		}
		_, _ = io.WriteString(w, `{}`)
	})
	err := ask(NewClient(Options{UserAgent: agent}), r)
	expectKind(t, err, "")
}
