// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ReadApplications reads a JSON array of trusted applications with the
// attribute names of the OData entity. An attribute that is missing or null
// gets the entity's default. SystemUser is a login or an object with a Login,
// as in the body of a POST to the Domain API. Use Secret instead of
// ApplicationSecretHash to give the plain secret; only its hash is kept. An
// unknown name is an error. No error repeats a secret.
func ReadApplications(r io.Reader) ([]TrustedApplication, error) {
	var records []json.RawMessage
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&records); err != nil {
		return nil, fmt.Errorf("not a JSON array of trusted applications: %w", plain(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON array of trusted applications")
	}
	var apps []TrustedApplication
	for i, record := range records {
		app, err := readApplication(record)
		if err != nil {
			return nil, fmt.Errorf("trusted application %d: %w", i+1, err)
		}
		apps = append(apps, app)
	}
	return apps, nil
}

func readApplication(record json.RawMessage) (TrustedApplication, error) {
	// The outer fields shadow the embedded ones of the same name.
	read := struct {
		TrustedApplication
		SystemUser userReference
		Secret     *string
	}{TrustedApplication: NewApplication("")}
	if err := strictly(record, &read); err != nil {
		return TrustedApplication{}, plain(err)
	}
	app := read.TrustedApplication
	app.SystemUser = string(read.SystemUser)
	if read.Secret != nil {
		if app.ApplicationSecretHash != "" {
			return TrustedApplication{}, errors.New("give Secret or ApplicationSecretHash, not both")
		}
		if length := len(*read.Secret); length == 0 || length > maxSecretLength {
			const format = "the Secret has %d characters, but the identity service accepts 1 to %d"
			return TrustedApplication{}, fmt.Errorf(format, length, maxSecretLength)
		}
		app.ApplicationSecretHash = SecretHash(*read.Secret)
	}
	if app.ApplicationUri == "" {
		return TrustedApplication{}, errors.New("ApplicationUri is missing")
	}
	app.Name = cmp.Or(app.Name, app.ApplicationUri)
	return app, errors.Join(
		oneOf("ClientType", app.ClientType, clientTypes...),
		oneOf("ReferenceTokens", app.ReferenceTokens, referenceTokenPolicies...),
	)
}

func oneOf(attribute, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s is %q, must be one of %s", attribute, value, strings.Join(allowed, ", "))
}

// userReference is the Login of a user, written as "login" or as {"Login":
// "login"}. The object may also have the Domain API's "find" action.
type userReference string

func (u *userReference) UnmarshalJSON(data []byte) error {
	var login string
	if json.Unmarshal(data, &login) == nil { // also for null: no user
		*u = userReference(login)
		return nil
	}
	var user struct {
		Action string `json:"@erpnet.action"`
		Login  string
	}
	if err := strictly(data, &user); err != nil || user.Login == "" || user.Action != "" && user.Action != "find" {
		return errors.New(`SystemUser must be a login, or an object {"Login": "..."}`)
	}
	*u = userReference(user.Login)
	return nil
}

func strictly(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// plain rewrites a JSON error in terms of the file, not of Go.
func plain(err error) error {
	if wrongType, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		// The error's own text repeats a number, and any misplaced value can be
		// a secret.
		kind, _, _ := strings.Cut(wrongType.Value, " ")
		if wrongType.Field == "" {
			return fmt.Errorf("a %s stands at byte %d", kind, wrongType.Offset)
		}
		return fmt.Errorf("%s cannot be a %s", wrongType.Field, kind)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}
