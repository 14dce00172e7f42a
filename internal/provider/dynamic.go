// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// dynamicRows makes rows a tuple of objects, each with the attributes it has.
func dynamicRows(ctx context.Context, rows []erpnet.Row) types.Dynamic {
	values := make([]any, len(rows))
	for i, row := range rows {
		values[i] = map[string]any(row)
	}
	return types.DynamicValue(dynamic(ctx, values))
}

// dynamic makes a decoded JSON value one of Terraform, as jsondecode does: lists
// become tuples, objects keep their attributes, null keeps no type. A number is
// taken from its text, so that no digit is lost.
func dynamic(ctx context.Context, value any) attr.Value {
	switch value := value.(type) {
	case bool:
		return types.BoolValue(value)
	case string:
		return types.StringValue(value)
	case json.Number:
		number, _, err := big.ParseFloat(value.String(), 10, 512, big.ToNearestEven)
		if err != nil {
			return types.StringValue(value.String()) // out of any range: its text is all there is
		}
		return types.NumberValue(number)
	case []any:
		kinds, elements := make([]attr.Type, len(value)), make([]attr.Value, len(value))
		for i, element := range value {
			elements[i] = dynamic(ctx, element)
			kinds[i] = elements[i].Type(ctx)
		}
		return types.TupleValueMust(kinds, elements)
	case map[string]any:
		kinds, members := make(map[string]attr.Type, len(value)), make(map[string]attr.Value, len(value))
		for name, member := range value {
			members[name] = dynamic(ctx, member)
			kinds[name] = members[name].Type(ctx)
		}
		return types.ObjectValueMust(kinds, members)
	}
	return types.DynamicNull()
}
