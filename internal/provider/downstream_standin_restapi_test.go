// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	read "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// standInRestapi is Mastercard/restapi, by docs/index.md and docs/data-sources/object.md: an object is searched for,
// and then read by its ID.
var standInRestapi = &standIn{
	source: "Mastercard/restapi", version: "1.20.0",
	config: schema.Schema{Attributes: map[string]schema.Attribute{
		"uri":          schema.StringAttribute{Required: true},
		"headers":      schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"id_attribute": schema.StringAttribute{Optional: true},
	}},
	data: []standInData{{
		schema: read.Schema{Attributes: map[string]read.Attribute{
			"path":              read.StringAttribute{Required: true},
			"search_path":       read.StringAttribute{Optional: true},
			"query_string":      read.StringAttribute{Optional: true},
			"read_query_string": read.StringAttribute{Optional: true},
			"results_key":       read.StringAttribute{Optional: true},
			"search_key":        read.StringAttribute{Required: true},
			"search_value":      read.StringAttribute{Required: true},
			"id":                read.StringAttribute{Computed: true},
			"api_data":          read.MapAttribute{Computed: true, ElementType: types.StringType},
		}},
		standInObject: standInObject{name: "restapi_object", act: findRestapiObject},
	}},
}

func findRestapiObject(ctx context.Context, own, provider tfsdk.Config) (map[string]any, error) {
	var response map[string]json.RawMessage
	var found []map[string]any
	err := getRestapi(ctx, provider, argument(ctx, own, "search_path")+"?"+argument(ctx, own, "query_string"), &response)
	if err == nil {
		err = json.Unmarshal(response[argument(ctx, own, "results_key")], &found)
	}
	if err != nil {
		return nil, err
	}
	for _, object := range found {
		if object[argument(ctx, own, "search_key")] != argument(ctx, own, "search_value") {
			continue
		}
		id := fmt.Sprint(object[argument(ctx, provider, "id_attribute")])
		var whole map[string]any
		if err := getRestapi(ctx, provider, argument(ctx, own, "path")+"/"+id, &whole); err != nil {
			return nil, err
		}
		data := map[string]string{}
		for name, value := range whole {
			data[name] = fmt.Sprint(value)
		}
		return map[string]any{"id": id, "api_data": data}, nil
	}
	return nil, fmt.Errorf("none of %d objects", len(found))
}

func getRestapi(ctx context.Context, provider tfsdk.Config, below string, into any) error {
	var headers map[string]string
	_ = provider.GetAttribute(ctx, path.Root("headers"), &headers)
	body, status, err := fetch(ctx, argument(ctx, provider, "uri")+below, headers)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("HTTP status %d, %w", status, err)
	}
	return json.NewDecoder(strings.NewReader(body)).Decode(into)
}
