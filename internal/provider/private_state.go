// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// privateStateVersion is the version of the format of [privateState].
const privateStateVersion = 1

// privateState is what the framework keeps beside the state of a trusted application. It holds no secret.
type privateState struct {
	Version       int    `json:"version"`        // of this format
	ObjectVersion *int64 `json:"object_version"` // of the record, when it was last read
	WrittenHash   string `json:"written_hash"`   // of the last client_secret_wo that was written; empty if none was
	HashHidden    bool   `json:"hash_hidden"`    // the instance shows null instead of the hash that was written
}

const privateStateKey = "record"

type privateGetter interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateSetter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// readPrivateState reads the private state, which is empty before the record is created and after an import.
func readPrivateState(ctx context.Context, private privateGetter) (p privateState, diags diag.Diagnostics) {
	text, diags := private.GetKey(ctx, privateStateKey)
	if len(text) > 0 && (json.Unmarshal(text, &p) != nil || p.Version != privateStateVersion) {
		diags.AddError("Unreadable State", "The private state of this resource cannot be read. Remove the resource "+
			"from the state and import it again.")
	}
	return p, diags
}

// write stores the private state.
func (p privateState) write(ctx context.Context, private privateSetter) diag.Diagnostics {
	p.Version = privateStateVersion
	text, err := json.Marshal(p)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected Error", defect)}
	}
	return private.SetKey(ctx, privateStateKey, text)
}

// afterWrite returns the private state after an apply: with the hash of the secret that the apply wrote, or without one
// if a configured hash, or no hash, replaced the secret.
func (p privateState) afterWrite(plannedHash, configuredHash types.String, writtenHash string) privateState {
	switch {
	case plannedHash.IsUnknown():
		p.WrittenHash = writtenHash
	case !configuredHash.IsNull(), writtenHash == "":
		p.WrittenHash = ""
	}
	return p
}
