// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// encode makes an object of this type. Missing values are null.
func encode(kind tftypes.Type, values arguments) *tfprotov6.DynamicValue {
	attributes := map[string]tftypes.Value{}
	for name, attribute := range kind.(tftypes.Object).AttributeTypes { //nolint:forcetypeassert // a schema is an object
		attributes[name] = protocolValue(attribute, values[name])
	}
	for name := range values {
		if _, ok := attributes[name]; !ok {
			panic("there is no attribute " + name)
		}
	}
	return encodeAs(kind, attributes)
}

// encodeAs encodes a value; nil becomes null.
func encodeAs(kind tftypes.Type, value any) *tfprotov6.DynamicValue {
	encoded := must(tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, value)))
	return &encoded
}

// protocolValue converts a Go value to this type. Elements of a list may be unknown.
func protocolValue(kind tftypes.Type, value any) tftypes.Value {
	var elements []any
	switch value := value.(type) {
	case tftypes.Value:
		return value
	case []string:
		for _, text := range value {
			elements = append(elements, text)
		}
	case []any:
		elements = value
	default:
		return tftypes.NewValue(kind, value)
	}
	texts := []tftypes.Value{}
	for _, element := range elements {
		texts = append(texts, tftypes.NewValue(tftypes.String, element))
	}
	return tftypes.NewValue(kind, texts)
}

// goValue converts a value of the protocol to a Go value: numbers become strings, sets are sorted, null becomes nil,
// and an unknown value becomes tftypes.UnknownValue.
func goValue(value tftypes.Value) any {
	switch {
	case !value.IsKnown():
		return tftypes.UnknownValue
	case value.IsNull():
		return nil
	}
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		return as[string](value)
	case kind.Is(tftypes.Bool):
		return as[bool](value)
	case kind.Is(tftypes.Number):
		return as[*big.Float](value).Text('f', -1)
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		members := map[string]any{}
		for name, member := range as[map[string]tftypes.Value](value) {
			members[name] = goValue(member)
		}
		return members
	default:
		elements := []any{}
		for _, element := range as[[]tftypes.Value](value) {
			elements = append(elements, goValue(element))
		}
		if kind.Is(tftypes.Set{}) {
			slices.SortFunc(
				elements,
				func(a, b any) int { return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b))) },
			)
		}
		return elements
	}
}

func as[T any](value tftypes.Value) (into T) {
	if err := value.As(&into); err != nil {
		panic(err)
	}
	return into
}
