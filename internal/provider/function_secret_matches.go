// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var _ function.Function = (*secretMatchesFunction)(nil)

func newSecretMatchesFunction() function.Function { return &secretMatchesFunction{} }

// secretMatchesFunction is the function secret_matches(secret, hash).
type secretMatchesFunction struct{}

func (f *secretMatchesFunction) Metadata(
	_ context.Context,
	_ function.MetadataRequest,
	resp *function.MetadataResponse,
) {
	resp.Name = "secret_matches"
}

func (f *secretMatchesFunction) Definition(
	_ context.Context,
	_ function.DefinitionRequest,
	resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary: "Compare a client secret with a hash",
		MarkdownDescription: "Returns whether a hash belongs to a client secret. Use it to find out whether you " +
			"have the secret whose hash is in a Trusted Application's `ApplicationSecretHash`. The comparison " +
			"takes constant time.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "secret", MarkdownDescription: "The plain secret, without leading or " +
				"trailing spaces or line breaks."},
			function.StringParameter{Name: "hash", MarkdownDescription: "The hash: padded base64 of 32 bytes, 44 " +
				"characters."},
		},
		Return: function.BoolReturn{},
	}
}

func (f *secretMatchesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var secret, hash string
	if resp.Error = req.Arguments.Get(ctx, &secret, &hash); resp.Error != nil {
		return
	}
	if err := erpnet.CheckSecret(secret); err != nil {
		resp.Error = function.NewArgumentFuncError(0, "The secret cannot be used: "+unusable(err))
		return
	}
	if err := erpnet.CheckSecretHash(hash); err != nil {
		resp.Error = function.NewArgumentFuncError(1, "The hash cannot be used: "+strings.TrimSuffix(err.Error(), "?"))
		return
	}
	resp.Error = resp.Result.Set(ctx, erpnet.SecretMatches(secret, hash))
}
