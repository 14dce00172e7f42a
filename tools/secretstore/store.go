// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// store is a directory with a directory for each secret, in which each version is
// a file: my.trusted.app%2Fservice/1.
type store string

// write adds a version and returns its ID, a number counted up from 1.
func (s store) write(name, value string) (versionID string, err error) {
	ids, err := s.versions(name)
	if err != nil {
		return "", err
	}
	last := 0
	if len(ids) > 0 {
		last, _ = strconv.Atoi(ids[len(ids)-1])
	}
	versionID = strconv.Itoa(last + 1)
	if err := os.MkdirAll(s.path(name), 0o700); err != nil {
		return "", err
	}
	return versionID, os.WriteFile(filepath.Join(s.path(name), versionID), []byte(value), 0o600)
}

// read returns one version of a secret, the newest if versionID is empty.
func (s store) read(name, versionID string) (string, error) {
	ids, err := s.versions(name)
	if err != nil {
		return "", err
	}
	if versionID == "" && len(ids) > 0 {
		versionID = ids[len(ids)-1]
	}
	if !slices.Contains(ids, versionID) {
		return "", fmt.Errorf("there is no such secret or version: %q, %q", name, versionID)
	}
	value, err := os.ReadFile(filepath.Join(s.path(name), versionID))
	return string(value), err
}

// versions are the IDs of a secret's versions, oldest first; none for no secret.
func (s store) versions(name string) ([]string, error) {
	entries, err := os.ReadDir(s.path(name))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var ids []string
	for _, entry := range entries {
		ids = append(ids, entry.Name())
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) // as numbers
	})
	return ids, nil
}

func (s store) remove(name string) error { return os.RemoveAll(s.path(name)) }

func (s store) path(name string) string { return filepath.Join(string(s), url.PathEscape(name)) }
