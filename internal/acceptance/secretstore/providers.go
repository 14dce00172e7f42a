// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// providers are the stand-ins, by their sources in required_providers.
var providers = map[string]provider{
	// The pages of secretsmanager_secret_version in website/docs/r and website/docs/ephemeral-resources. A new
	// version of the write-only argument replaces the resource, as internal/service/secretsmanager has it.
	"hashicorp/aws": {
		version: "6.0.0",
		config:  schema(optional("region")),
		resources: map[string]object{
			"aws_secretsmanager_secret": {
				Schema: schema(optional("name"), computed("id")),
				run: func(c call) (values, error) {
					const prefix = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
					return values{"id": text(prefix + c.own.text("name"))}, nil
				},
			},
			"aws_secretsmanager_secret_version": {
				Schema: schema(required("secret_id"), writeOnly("secret_string_wo"), number("secret_string_wo_version"),
					computed("version_id")),
				replace: "secret_string_wo_version",
				run:     writeSecret("secret_id", "secret_string_wo", "version_id"),
			},
		},
		ephemerals: map[string]object{"aws_secretsmanager_secret_version": {
			Schema: schema(required("secret_id"), optional("version_id"), computed("secret_string")),
			run:    readSecret("secret_id", "version_id", "secret_string"),
		}},
	},

	// The pages of key_vault_secret in website/docs/r and website/docs/ephemeral-resources, and of key_vault in
	// website/docs/d. Of the resource nothing is unknown in an update, and one that fails notes the version all the same.
	"hashicorp/azurerm": {
		version: "4.81.0",
		config: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{BlockTypes: []*tfprotov6.SchemaNestedBlock{{
			TypeName: "features", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, Block: &tfprotov6.SchemaBlock{},
		}}}},
		data: map[string]object{"azurerm_key_vault": {
			Schema: schema(required("name"), required("resource_group_name"), computed("id")),
			run: func(c call) (values, error) {
				group, vault := c.own.text("resource_group_name"), c.own.text("name")
				return values{"id": text("/resourceGroups/" + group + "/vaults/" + vault)}, nil
			},
		}},
		resources: map[string]object{"azurerm_key_vault_secret": {
			Schema: schema(required("name"), required("key_vault_id"),
				writeOnly("value_wo"), number("value_wo_version")),
			notes: true,
			run:   writeSecret("name", "value_wo", ""),
		}},
		ephemerals: map[string]object{"azurerm_key_vault_secret": {
			Schema: schema(required("name"), required("key_vault_id"), computed("value")),
			run:    readSecret("name", "", "value"),
		}},
	},

	// The pages of kv_secret_v2 in website/docs/r and website/docs/ephemeral-resources, and the guides about
	// ephemeral resources and write-only attributes. Of the resource nothing is unknown in an update, and one that fails
	// notes the version all the same.
	"hashicorp/vault": {
		version: "5.0.0",
		config:  schema(),
		resources: map[string]object{"vault_kv_secret_v2": {
			Schema: schema(required("mount"), required("name"),
				writeOnly("data_json_wo"), number("data_json_wo_version")),
			notes:  true,
			run:    writeSecret("name", "data_json_wo", ""),
			remove: func(c call) error { return secrets.remove(c.own.text("name")) },
		}},
		ephemerals: map[string]object{"vault_kv_secret_v2": {
			Schema: schema(required("mount"), required("name"), optional("mount_id"), of(stringMap, computed("data"))),
			run:    readDocument,
		}},
	},

	// docs/resources/rotating.md of version 0.13. It does not rotate by itself: replacing it does the same.
	"hashicorp/time": {
		version: "0.13.0",
		config:  schema(),
		resources: map[string]object{"time_rotating": {
			Schema: schema(number("rotation_days"), of(tftypes.Number, computed("unix"))),
			run: func(call) (values, error) {
				return values{"unix": tftypes.NewValue(tftypes.Number, time.Now().UnixMicro())}, nil
			},
		}},
	},

	// docs/data-sources/http.md of version 3.
	"hashicorp/http": {
		version: "3.6.2",
		config:  schema(),
		data: map[string]object{"http": {
			Schema: schema(required("url"), of(stringMap, optional("request_headers")),
				computed("response_body"), of(tftypes.Number, computed("status_code"))),
			run: getURL,
		}},
	},

	// docs/index.md, docs/data-sources/resource.md and docs/resources/resource.md, and how version 0.25.2 was seen to
	// ask.
	"magodo/restful": {
		version: "0.25.2",
		config: schema(optional("base_url"), of(objectOf("http", objectOf("token", objectOf("token", tftypes.String))),
			optional("security"))),
		data: map[string]object{"restful_resource": {
			Schema: schema(required("id"),
				of(tftypes.Map{ElementType: tftypes.List{ElementType: tftypes.String}}, optional("query")),
				of(tftypes.List{ElementType: objectOf("mutex", tftypes.String)}, optional("precheck")),
				of(tftypes.DynamicPseudoType, computed("output"))),
			run: getResource,
		}},
		resources: map[string]object{"restful_resource": {
			Schema: schema(required("path"), optional("read_path"), optional("update_method"), computed("id"),
				of(tftypes.DynamicPseudoType, required("body"))),
			run:    writeResource,
			remove: removeResource,
		}},
	},

	// docs/index.md, docs/data-sources/object.md and docs/resources/object.md of version 3, and how version 1.20 was seen
	// to ask: it searches, and reads the record that it found.
	"Mastercard/restapi": {
		version: "3.0.0",
		config: schema(required("uri"), optional("bearer_token"), optional("id_attribute"), optional("update_method"),
			of(tftypes.Bool, optional("create_returns_object"))),
		data: map[string]object{"restapi_object": {
			Schema: schema(required("path"), optional("search_path"), optional("query_string"), optional("results_key"),
				required("search_key"), required("search_value"), optional("read_query_string"),
				computed("id"), of(stringMap, computed("api_data"))),
			run: findObject,
		}},
		resources: map[string]object{"restapi_object": {
			Schema: schema(required("path"), optional("read_path"), optional("update_path"), optional("destroy_path"),
				required("data"), computed("id")),
			run:    writeObject,
			remove: removeObject,
		}},
	},
}

var stringMap = tftypes.Map{ElementType: tftypes.String}

func objectOf(name string, kind tftypes.Type) tftypes.Type {
	return tftypes.Object{AttributeTypes: map[string]tftypes.Type{name: kind}}
}

func schema(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
}

func required(name string) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Required: true}
}

func optional(name string) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Optional: true}
}

func computed(name string) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Computed: true}
}

func writeOnly(name string) *tfprotov6.SchemaAttribute {
	attribute := optional(name)
	attribute.WriteOnly, attribute.Sensitive = true, true
	return attribute
}

func number(name string) *tfprotov6.SchemaAttribute { return of(tftypes.Number, optional(name)) }

// of gives an attribute another type than string.
func of(kind tftypes.Type, attribute *tfprotov6.SchemaAttribute) *tfprotov6.SchemaAttribute {
	attribute.Type = kind
	return attribute
}

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
