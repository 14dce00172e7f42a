// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// store is a directory with a directory for each secret, in which each version is a file: my.trusted.app%2Fservice/1.
type store string

// secrets is the store of all stand-ins, below the directory where the CLI runs.
const secrets store = "secrets"

// write adds a version and returns its ID, a number counted up from 1.
func (s store) write(name, secret string) (versionID string, err error) {
	if _, err := os.Stat(string(s) + "-refuse-writes"); err == nil { // a script's store does
		return "", errors.New("the store refuses to write")
	}
	if err := os.MkdirAll(s.path(name), 0o700); err != nil {
		return "", err
	}
	versions, err := os.ReadDir(s.path(name))
	if err != nil {
		return "", err
	}
	versionID = strconv.Itoa(len(versions) + 1)
	return versionID, os.WriteFile(filepath.Join(s.path(name), versionID), []byte(secret), 0o600)
}

// read returns one version of a secret, the newest if versionID is empty.
func (s store) read(name, versionID string) (string, error) {
	if versionID == "" {
		versions, err := os.ReadDir(s.path(name))
		if err != nil {
			return "", err
		}
		versionID = strconv.Itoa(len(versions))
	}
	secret, err := os.ReadFile(filepath.Join(s.path(name), versionID))
	return string(secret), err
}

func (s store) remove(name string) error { return os.RemoveAll(s.path(name)) }

func (s store) path(name string) string { return filepath.Join(string(s), url.PathEscape(name)) }

// writeSecret is a resource that keeps a secret. The attributes are its name, the secret, and the version that it
// gets; the last may be empty.
func writeSecret(name, secret, version string) func(call) (values, error) {
	return func(c call) (values, error) {
		id, err := secrets.write(c.own.text(name), c.own.text(secret))
		if version == "" {
			return nil, err
		}
		return values{version: text(id)}, err
	}
}

// readSecret is an ephemeral resource that reads a secret, by attributes as in writeSecret.
func readSecret(name, version, secret string) func(call) (values, error) {
	return func(c call) (values, error) {
		found, err := secrets.read(c.own.text(name), c.own.text(version))
		return values{secret: text(found)}, err
	}
}

// readDocument reads a secret that is a JSON object.
func readDocument(c call) (values, error) {
	document, err := secrets.read(c.own.text("name"), "")
	if err != nil {
		return nil, err
	}
	var members map[string]any
	err = json.Unmarshal([]byte(document), &members)
	return values{"data": texts(members)}, err
}

// texts is a map of strings.
func texts(members map[string]any) tftypes.Value {
	elements := map[string]tftypes.Value{}
	for name, member := range members {
		if member, ok := member.(string); ok {
			elements[name] = text(member)
		}
	}
	return tftypes.NewValue(stringMap, elements)
}
