// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// What an ephemeral token gives another provider, here the echo provider, is a
// token that the Domain API takes.
func TestDomainAPITakesTheTokenOfAnotherProvider(t *testing.T) {
	server, env := startInstance(t)
	run(t, env, resource.TestStep{
		Config:            echo(`ephemeral "erpnet_access_token" "this" {}`, `ephemeral.erpnet_access_token.this.access_token`),
		ConfigStateChecks: []statecheck.StateCheck{opensTheDomainAPI{server}},
	})
}

// opensTheDomainAPI is a check that the text in the state of echo.this opens the
// Domain API.
type opensTheDomainAPI struct{ server *erpnettest.Server }

func (c opensTheDomainAPI) CheckState(ctx context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	for _, found := range req.State.Values.RootModule.Resources {
		if found.Address != "echo.this" {
			continue
		}
		token, err := tfjsonpath.Traverse(found.AttributeValues, tfjsonpath.New("data"))
		if err == nil {
			err = c.readCustomers(ctx, fmt.Sprint(token))
		}
		resp.Error = err
		return
	}
	resp.Error = fmt.Errorf("there is no echo.this")
}

func (c opensTheDomainAPI) readCustomers(ctx context.Context, token string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.DomainAPIURL()+"Crm_Sales_Customers?$top=3", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := c.server.Client().Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var page struct {
		Value []struct{ Number string }
	}
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("the Domain API answers with HTTP status %d, %w", response.StatusCode, err)
	}
	if len(page.Value) != 3 || page.Value[0].Number == "" {
		return fmt.Errorf("the Domain API answers with %d rows", len(page.Value))
	}
	return nil
}
