// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/json"
	"slices"
	"strings"
)

// ServerMessage returns the message of a failed request. It recognizes every shape that servers use: error_description
// of RFC 6749, ERP.net's error object with or without its wrapper, OData's error with a text or with a language and a
// text, and the problem details of RFC 9457. It returns "" if there is no message.
func ServerMessage(content []byte) string {
	var members struct {
		Description any    `json:"error_description"`
		Error       any    `json:"error"`
		ODataError  any    `json:"odata.error"`
		Message     any    `json:"message"`
		Title       string `json:"title"`
		Detail      string `json:"detail"`
		Errors      any    `json:"errors"`
	}
	_ = json.Unmarshal(content, &members) // members of another type stay empty
	if text, ok := members.Description.(string); ok && strings.TrimSpace(text) != "" {
		return text
	}
	for _, candidate := range []any{members.Error, members.ODataError, map[string]any{"message": members.Message}} {
		if message := messageIn(candidate); message != "" {
			return message
		}
	}
	var parts []string
	for _, text := range append([]string{members.Title, members.Detail}, textsIn(members.Errors)...) {
		if text = strings.TrimSpace(text); text != "" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
		if len(parts) == maxParts {
			break // messages are short, and comparing each text with all others is slow
		}
	}
	return strings.Join(parts, " ")
}

// maxParts bounds how many texts of the problem details make up a message.
const maxParts = 50

// messageIn returns the message in a value. A string is a message if it contains a space. In an object, the message is
// the member "message", "Message", or "value", either a string or an object with the string member "value".
func messageIn(value any) string {
	switch value := value.(type) {
	case string:
		if strings.ContainsAny(strings.TrimSpace(value), " ") { // without a space, it is a code
			return value
		}
	case map[string]any:
		for _, name := range []string{"message", "Message", "value"} {
			switch inner := value[name].(type) {
			case string:
				return inner
			case map[string]any:
				if text, ok := inner["value"].(string); ok {
					return text
				}
			}
		}
	}
	return ""
}

// textsIn returns the texts in a value of problem details, each after the name of its member, in a stable order.
func textsIn(value any) []string {
	var texts []string
	switch value := value.(type) {
	case string:
		texts = append(texts, value)
	case []any:
		for _, element := range value {
			texts = append(texts, textsIn(element)...)
		}
	case map[string]any:
		for name, member := range value {
			for _, text := range textsIn(member) {
				texts = append(texts, name+": "+text)
			}
		}
		slices.Sort(texts)
	}
	return texts
}
