// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	read "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	opened "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	managed "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// standInAWS is hashicorp/aws, by the pages of secretsmanager_secret_version in
// website/docs/r and website/docs/ephemeral-resources. A new version of the
// write-only argument replaces the resource, as internal/service/secretsmanager
// has it.
var standInAWS = &standIn{
	source: "hashicorp/aws", version: "6.0.0",
	config: schema.Schema{Attributes: map[string]schema.Attribute{"region": schema.StringAttribute{Optional: true}}},
	resources: []standInResource{{
		schema: managed.Schema{Attributes: map[string]managed.Attribute{
			"name": managed.StringAttribute{Optional: true},
			"id":   managed.StringAttribute{Computed: true},
		}},
		standInObject: standInObject{name: "aws_secretsmanager_secret", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			return map[string]any{"id": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:" + argument(ctx, own, "name")}, nil
		}},
	}, {
		schema: managed.Schema{Attributes: map[string]managed.Attribute{
			"secret_id":        managed.StringAttribute{Required: true},
			"secret_string_wo": managed.StringAttribute{Optional: true, WriteOnly: true, Sensitive: true},
			"secret_string_wo_version": managed.Int64Attribute{
				Optional: true, PlanModifiers: []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"version_id": managed.StringAttribute{Computed: true},
		}},
		standInObject: standInObject{name: "aws_secretsmanager_secret_version", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			version, err := keepSecret(argument(ctx, own, "secret_id"), argument(ctx, own, "secret_string_wo"))
			return map[string]any{"version_id": version}, err
		}},
	}},
	ephemerals: []standInEphemeral{{
		schema: opened.Schema{Attributes: map[string]opened.Attribute{
			"secret_id":     opened.StringAttribute{Required: true},
			"version_id":    opened.StringAttribute{Optional: true, Computed: true},
			"secret_string": opened.StringAttribute{Computed: true, Sensitive: true},
		}},
		standInObject: standInObject{name: "aws_secretsmanager_secret_version", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			secret, err := keptSecret(argument(ctx, own, "secret_id"), argument(ctx, own, "version_id"))
			return map[string]any{"secret_string": secret}, err
		}},
	}},
}

// standInAzure is hashicorp/azurerm, by the pages of key_vault_secret in
// website/docs/r and website/docs/ephemeral-resources, and of key_vault in
// website/docs/d. Of the resource nothing is unknown in an update.
var standInAzure = &standIn{
	source: "hashicorp/azurerm", version: "4.81.0",
	config: schema.Schema{Blocks: map[string]schema.Block{"features": schema.ListNestedBlock{}}},
	data: []standInData{{
		schema: read.Schema{Attributes: map[string]read.Attribute{
			"name":                read.StringAttribute{Required: true},
			"resource_group_name": read.StringAttribute{Required: true},
			"id":                  read.StringAttribute{Computed: true},
		}},
		standInObject: standInObject{name: "azurerm_key_vault", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			return map[string]any{"id": "/resourceGroups/" + argument(ctx, own, "resource_group_name") + "/vaults/" + argument(ctx, own, "name")}, nil
		}},
	}},
	resources: []standInResource{{
		schema: managed.Schema{Attributes: map[string]managed.Attribute{
			"name":             managed.StringAttribute{Required: true},
			"key_vault_id":     managed.StringAttribute{Required: true},
			"value_wo":         managed.StringAttribute{Optional: true, WriteOnly: true},
			"value_wo_version": managed.Int64Attribute{Optional: true},
		}},
		standInObject: standInObject{name: "azurerm_key_vault_secret", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			_, err := keepSecret(argument(ctx, own, "name"), argument(ctx, own, "value_wo"))
			return nil, err
		}},
	}},
	ephemerals: []standInEphemeral{{
		schema: opened.Schema{Attributes: map[string]opened.Attribute{
			"name":         opened.StringAttribute{Required: true},
			"key_vault_id": opened.StringAttribute{Required: true},
			"value":        opened.StringAttribute{Computed: true, Sensitive: true},
		}},
		standInObject: standInObject{name: "azurerm_key_vault_secret", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			secret, err := keptSecret(argument(ctx, own, "name"), "")
			return map[string]any{"value": secret}, err
		}},
	}},
}

// standInVault is hashicorp/vault, by the pages of kv_secret_v2 in website/docs/r
// and website/docs/ephemeral-resources, and by the guides about ephemeral
// resources and write-only attributes. Of the resource nothing is unknown in an
// update.
var standInVault = &standIn{
	source: "hashicorp/vault", version: "5.0.0",
	resources: []standInResource{{
		schema: managed.Schema{Attributes: map[string]managed.Attribute{
			"mount":                managed.StringAttribute{Required: true},
			"name":                 managed.StringAttribute{Required: true},
			"data_json_wo":         managed.StringAttribute{Optional: true, WriteOnly: true, Sensitive: true},
			"data_json_wo_version": managed.Int64Attribute{Optional: true},
		}},
		standInObject: standInObject{name: "vault_kv_secret_v2", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			_, err := keepSecret(argument(ctx, own, "name"), argument(ctx, own, "data_json_wo"))
			return nil, err
		}},
	}},
	ephemerals: []standInEphemeral{{
		schema: opened.Schema{Attributes: map[string]opened.Attribute{
			"mount":    opened.StringAttribute{Required: true},
			"name":     opened.StringAttribute{Required: true},
			"mount_id": opened.StringAttribute{Optional: true},
			"data":     opened.MapAttribute{Computed: true, ElementType: types.StringType},
		}},
		standInObject: standInObject{name: "vault_kv_secret_v2", act: func(ctx context.Context, own, _ tfsdk.Config) (map[string]any, error) {
			var members map[string]string
			secret, err := keptSecret(argument(ctx, own, "name"), "")
			if err == nil {
				err = json.Unmarshal([]byte(secret), &members)
			}
			return map[string]any{"data": members}, err
		}},
	}},
}

// keepSecret writes a new version of a secret below the directory where the CLI runs,
// and returns its number.
func keepSecret(name, secret string) (version string, err error) {
	directory := filepath.Join("store", url.PathEscape(name))
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return "", err
	}
	version = fmt.Sprint(len(entries) + 1)
	return version, os.WriteFile(filepath.Join(directory, version), []byte(secret), 0o600)
}

// keptSecret reads a version, or the newest one.
func keptSecret(name, version string) (string, error) {
	directory := filepath.Join("store", url.PathEscape(name))
	if version == "" {
		entries, err := os.ReadDir(directory)
		if err != nil {
			return "", err
		}
		version = fmt.Sprint(len(entries))
	}
	secret, err := os.ReadFile(filepath.Join(directory, version))
	return string(secret), err
}
