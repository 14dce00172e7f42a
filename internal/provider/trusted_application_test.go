// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

func TestAttributesLeftOutHaveTheDefaultsOfTheRecord(t *testing.T) {
	confidential := trustedapp.Record{
		ClientType:      trustedapp.Confidential,
		IsEnabled:       true,
		ReferenceTokens: trustedapp.ReferenceTokensNone,
	}
	if got := (&trustedApplicationModel{}).toRecord(); !reflect.DeepEqual(got, confidential) {
		t.Errorf("got %+v, want %+v", got, confidential)
	}
	service := confidential
	service.SystemUser, service.SystemUserAllowed, service.Scope = "svc", true, []string{"read", "update"}
	scopes := types.SetValueMust(types.StringType, []attr.Value{types.StringValue("update"), types.StringValue("read")})
	if got := (&trustedApplicationModel{
		SystemUser: types.StringValue("svc"),
		Scopes:     scopes,
	}).toRecord(); !reflect.DeepEqual(
		got,
		service,
	) {
		t.Errorf("got %+v, want %+v", got, service)
	}
}

// An unknown value breaks no rule.
func TestUnknownAttributesAreNotJudged(t *testing.T) {
	text := types.StringType
	works := trustedApplicationModel{
		Name: types.StringValue("n"), ApplicationURI: types.StringValue("u"), SecretHash: types.StringValue(hashOfDEMO),
		RedirectURIs: types.ListNull(text), LogoutURIs: types.ListNull(text), Scopes: types.SetNull(text),
	}
	for name, test := range map[string]struct {
		change func(*trustedApplicationModel)
		errors int
	}{
		"nothing unknown":         {func(*trustedApplicationModel) {}, 0},
		"name":                    {func(m *trustedApplicationModel) { m.Name = types.StringUnknown() }, 0},
		"application URI":         {func(m *trustedApplicationModel) { m.ApplicationURI = types.StringUnknown() }, 0},
		"client type with a hash": {func(m *trustedApplicationModel) { m.ClientType = types.StringUnknown() }, 0},
		"client type without a hash": {func(m *trustedApplicationModel) {
			m.ClientType, m.SecretHash = types.StringUnknown(), types.StringNull()
		}, 0},
		"client type with a bad hash": {func(m *trustedApplicationModel) {
			m.ClientType, m.SecretHash = types.StringUnknown(), types.StringValue("x")
		}, 1},
		"hash of Confidential": {func(m *trustedApplicationModel) { m.SecretHash = types.StringUnknown() }, 0},
		"hash of Public": {func(m *trustedApplicationModel) {
			m.ClientType, m.SecretHash = types.StringValue("Public"), types.StringUnknown()
		}, 0},
		"system user": {func(m *trustedApplicationModel) {
			m.SystemUserAllowed, m.SystemUser = types.BoolValue(true), types.StringUnknown()
		}, 0},
		"grant":            {func(m *trustedApplicationModel) { m.SystemUserAllowed = types.BoolUnknown() }, 0},
		"reference tokens": {func(m *trustedApplicationModel) { m.ReferenceTokens = types.StringUnknown() }, 0},
		"sign-in":          {func(m *trustedApplicationModel) { m.ImpersonateInternal = types.BoolUnknown() }, 0},
		"redirect URIs": {func(m *trustedApplicationModel) {
			m.ImpersonateInternal, m.RedirectURIs = types.BoolValue(true), types.ListUnknown(text)
		}, 0},
		"one redirect URI": {
			change: func(m *trustedApplicationModel) {
				m.ImpersonateInternal, m.RedirectURIs = types.BoolValue(true), types.ListValueMust(text, []attr.Value{types.StringUnknown()})
			},
			errors: 0,
		},
		"scopes": {func(m *trustedApplicationModel) { m.Scopes = types.SetUnknown(text) }, 0},
		"one scope": {func(m *trustedApplicationModel) {
			m.Scopes = types.SetValueMust(text, []attr.Value{types.StringUnknown()})
		}, 0},
		"a null scope": {func(m *trustedApplicationModel) {
			m.Scopes = types.SetValueMust(text, []attr.Value{types.StringNull()})
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			model := works
			test.change(&model)
			record := model.toRecord()
			diags := model.refuse(t.Context(), append(record.Violations(), record.MissingSecret()...))
			diags.Append(model.advise(t.Context(), record.Advice(), nil)...)
			if len(diags) != test.errors {
				t.Errorf("%d diagnostics, want %d: %v", len(diags), test.errors, diags)
			}
		})
	}
}

// Every rule is about attributes that exist in Terraform.
func TestEveryViolationNamesAnAttribute(t *testing.T) {
	broken := trustedapp.Record{
		ClientType:            "x",
		ReferenceTokens:       "x",
		ApplicationSecretHash: "x",
		Scope:                 []string{"update"},
		SystemUser:            "admin",
		ImpersonateLoginURL:   []string{"x"},
		ImpersonateLogoutURL:  []string{"x"},
	}
	noUser := trustedapp.Record{SystemUserAllowed: true}
	for _, v := range append(append(broken.Violations(), broken.Advice()...), noUser.Violations()...) {
		if attribute := (&trustedApplicationModel{}).attribute(v.Attribute); attribute.name == "" ||
			attribute.value == nil {
			t.Errorf("%s has no attribute", v.Attribute)
		}
	}
}
