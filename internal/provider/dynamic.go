// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

// dynamicRows converts rows to a tuple of objects. Each object has the attributes of one row.
func dynamicRows(ctx context.Context, rows []domainapi.Row) types.Dynamic {
	values := make([]any, len(rows))
	for i, row := range rows {
		values[i] = map[string]any(row)
	}
	return types.DynamicValue(dynamic(ctx, values))
}

// maxDigits is the maximum length of a number's text. 512 bits hold that many digits.
const maxDigits = 150

// dynamic converts a decoded JSON value to a Terraform value, as jsondecode does: lists become tuples, objects keep
// their attributes, and null has no type. Numbers are parsed from their text to keep every digit.
func dynamic(ctx context.Context, value any) attr.Value {
	switch value := value.(type) {
	case bool:
		return types.BoolValue(value)
	case string:
		return types.StringValue(value)
	case json.Number:
		text := value.String()
		_, power, _ := strings.Cut(strings.ToLower(text), "e")
		exponent, err := strconv.Atoi(power)
		if len(text) > maxDigits || power != "" && (err != nil || exponent > maxDigits || exponent < -maxDigits) {
			return types.StringValue(text) // Terraform would write out all its zeros, or cannot hold it
		}
		number, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			return types.StringValue(text)
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
