// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var _ function.Function = (*secretHashFunction)(nil)

func newSecretHashFunction() function.Function { return &secretHashFunction{} }

// secretHashFunction is the function secret_hash(secret).
type secretHashFunction struct{}

func (f *secretHashFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "secret_hash"
}

func (f *secretHashFunction) Definition(
	_ context.Context,
	_ function.DefinitionRequest,
	resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary: "Hash a client secret",
		MarkdownDescription: "Returns the hash of a client secret for a Trusted Application's " +
			"`ApplicationSecretHash`: padded base64 of its SHA-256, 44 characters. The function sends nothing. The " +
			"hash of a sensitive or ephemeral secret is sensitive or ephemeral too; use the resource " +
			"`erpnet_secret_hash` to store or show it.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "secret", MarkdownDescription: "The plain secret, without leading or " +
				"trailing spaces or line breaks."},
		},
		Return: function.StringReturn{},
	}
}

func (f *secretHashFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var secret string
	if resp.Error = req.Arguments.Get(ctx, &secret); resp.Error != nil {
		return
	}
	if err := erpnet.CheckSecret(secret); err != nil {
		resp.Error = function.NewArgumentFuncError(0, "The secret cannot be used: "+unusable(err))
		return
	}
	resp.Error = resp.Result.Set(ctx, erpnet.SecretHash(secret))
}
