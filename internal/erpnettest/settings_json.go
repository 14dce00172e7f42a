// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// ReadSettings reads a JSON object of settings and returns a function for
// [Server.Configure]. A setting has the name of its field in snake case, such
// as token_lifetime. A duration is a string such as "60s". Missing settings
// keep their values. An error lists the valid settings or values.
func ReadSettings(r io.Reader) (func(*Settings), error) {
	var given map[string]json.RawMessage
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&given); err != nil || given == nil {
		return nil, errors.New(`settings are a JSON object such as {"token_lifetime": "60s"}`)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object of settings")
	}
	if err := readInto(new(Settings), given); err != nil {
		return nil, err
	}
	return func(settings *Settings) { _ = readInto(settings, given) }, nil // can't fail: it succeeded above
}

func readInto(settings *Settings, given map[string]json.RawMessage) error {
	fields := map[string]reflect.Value{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if !field.Anonymous {
			fields[snakeCase(field.Name)] = reflect.ValueOf(settings).Elem().FieldByIndex(field.Index)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) { // the same error in every run
		field, known := fields[name]
		if !known {
			return unknownWord("a setting", name, slices.Sorted(maps.Keys(fields)))
		}
		if err := readSetting(field, given[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func readSetting(field reflect.Value, value json.RawMessage) error {
	if field.Type() != reflect.TypeFor[time.Duration]() {
		if err := json.Unmarshal(value, field.Addr().Interface()); err != nil {
			return plain(err)
		}
		if field.CanInt() && field.Int() < 0 {
			return errors.New("a number below 0")
		}
		return nil
	}
	var text string
	_ = json.Unmarshal(value, &text) // a value of another type leaves text empty, which isn't a duration
	duration, err := time.ParseDuration(text)
	if err != nil || duration < 0 {
		return errors.New(`a duration is a text such as "60s" or "1h30m"`)
	}
	field.SetInt(int64(duration))
	return nil
}

// snakeCase returns "token_lifetime" for TokenLifetime and "web_site_url" for
// WebSiteURL.
func snakeCase(name string) string {
	var snake strings.Builder
	runes := []rune(strings.Replace(name, "URIs", "Uris", 1))
	for i, r := range runes {
		begins := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if begins {
			snake.WriteByte('_')
		}
		snake.WriteRune(unicode.ToLower(r))
	}
	return snake.String()
}

// The words for the values of enumerated settings.
var (
	claimShapes      = []string{"current", "legacy"}
	securityAccesses = []string{"allowed", "read-only", "refused"}
	secretHashesRead = []string{"readable", "null", "omitted"}
)

// UnmarshalText accepts "current" or "legacy".
func (c *ClaimShape) UnmarshalText(text []byte) error { return readWord(c, text, claimShapes) }

// UnmarshalText accepts "allowed", "read-only" or "refused".
func (a *SecurityAccess) UnmarshalText(text []byte) error { return readWord(a, text, securityAccesses) }

// UnmarshalText accepts "readable", "null" or "omitted".
func (h *SecretHashes) UnmarshalText(text []byte) error { return readWord(h, text, secretHashesRead) }

func readWord[T ~int](value *T, text []byte, words []string) error {
	i := slices.Index(words, string(text))
	if i < 0 {
		return unknownWord("it", string(text), words)
	}
	*value = T(i)
	return nil
}
