// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	read "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// standInHTTP is hashicorp/http, by docs/data-sources/http.md of its version 3.
var standInHTTP = &standIn{
	source: "hashicorp/http", version: "3.6.2",
	data: []standInData{{
		schema: read.Schema{Attributes: map[string]read.Attribute{
			"url":             read.StringAttribute{Required: true},
			"request_headers": read.MapAttribute{Optional: true, ElementType: types.StringType},
			"response_body":   read.StringAttribute{Computed: true},
			"status_code":     read.Int64Attribute{Computed: true},
		}},
		standInObject: standInObject{name: "http", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			var headers map[string]string
			_ = own.GetAttribute(ctx, path.Root("request_headers"), &headers)
			body, status, err := fetch(ctx, argument(ctx, own, "url"), headers)
			return map[string]any{"response_body": body, "status_code": status}, err
		}},
	}},
}

// standInRestful is magodo/restful, by docs/index.md and
// docs/data-sources/resource.md.
var standInRestful = &standIn{
	source: "magodo/restful", version: "0.1.0",
	config: schema.Schema{Attributes: map[string]schema.Attribute{
		"base_url": schema.StringAttribute{Optional: true},
		"security": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"http": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
				"token": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
					"token":  schema.StringAttribute{Required: true, Sensitive: true},
					"scheme": schema.StringAttribute{Optional: true},
				}},
			}},
		}},
	}},
	data: []standInData{{
		schema: read.Schema{Attributes: map[string]read.Attribute{
			"id":    read.StringAttribute{Required: true},
			"query": read.MapAttribute{Optional: true, ElementType: types.ListType{ElemType: types.StringType}},
			"precheck": read.ListNestedAttribute{Optional: true, NestedObject: read.NestedAttributeObject{Attributes: map[string]read.Attribute{
				"mutex": read.StringAttribute{Optional: true},
			}}},
			"output": read.DynamicAttribute{Computed: true},
		}},
		standInObject: standInObject{name: "restful_resource", act: func(ctx context.Context, own, provider tfsdk.Config) (map[string]any, error) {
			var query url.Values
			_ = own.GetAttribute(ctx, path.Root("query"), &query)
			headers := map[string]string{"Authorization": "Bearer " + argument(ctx, provider, "security", "http", "token", "token")}
			body, status, err := fetch(ctx, argument(ctx, provider, "base_url")+argument(ctx, own, "id")+"?"+query.Encode(), headers)
			if err != nil || status != http.StatusOK {
				return nil, fmt.Errorf("HTTP status %d, %w", status, err)
			}
			var decoded any
			decoder := json.NewDecoder(strings.NewReader(body))
			decoder.UseNumber()
			err = decoder.Decode(&decoded)
			return map[string]any{"output": types.DynamicValue(dynamic(ctx, decoded))}, err
		}},
	}},
}

func fetch(ctx context.Context, address string, headers map[string]string) (body string, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return string(read), response.StatusCode, err
}
