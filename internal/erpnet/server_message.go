// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/json"
	"slices"
	"strings"
)

// ServerMessage looks for the message of a failed request in each of the shapes that servers use: RFC 6749's
// error_description, ERP.net's error object with or without its wrapper, OData's error with a text or a language and a
// text, and the problem details of RFC 9457. It is "" if there is none.
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
	_ = json.Unmarshal(content, &members) // members of another type are left out
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
			break // a message is short, and comparing each with all others takes long
		}
	}
	return strings.Join(parts, " ")
}

// maxParts bounds how many texts of problem details make up a message.
const maxParts = 50

// messageIn finds a message: a text with a space in it, or in an object the member message, of a text or of an object
// with a value.
func messageIn(value any) string {
	switch value := value.(type) {
	case string:
		if strings.ContainsAny(strings.TrimSpace(value), " ") { // else it is a code
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

// textsIn lists the texts in a value of problem details, each after the name that it is about, in a stable order.
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
