// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// User is a record of Systems_Security_Users. It has the attributes that matter
// to a trusted application (protocol 4.4), named as in the entity.
type User struct {
	Id            string // GUID; if empty, tokens have no client_system_user_id
	Login         string
	Name          string // in English
	Email         string
	Active        bool
	IsAdmin       bool
	UserType      string // empty means "InternalUser"
	Password      string // hash; readable, as on a real instance
	ObjectVersion int32  // filled in if zero
}

// SamplePasswordHash is the password hash of SampleUser. A leak test searches
// for it. It isn't the hash of any password.
const SamplePasswordHash = "erpnet-mock-sample-password-hash-7f0c5e"

// SampleUser is the system user of SampleApplication.
func SampleUser() User {
	return User{
		Id:       guid(users + ":svc.integration"),
		Login:    "svc.integration",
		Name:     "Integration Service",
		Active:   true,
		UserType: "InternalUser",
		Password: SamplePasswordHash,
	}
}

// AddUser adds a user or replaces the one with the same Login.
func (s *Server) AddUser(user User) {
	if user.UserType == "" {
		user.UserType = "InternalUser"
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	s.registry.known = nil
	if known := s.registry.user(user.Login); known != nil {
		user.ObjectVersion = max(user.ObjectVersion, nextVersion(known.ObjectVersion))
		*known = user
		return
	}
	user.ObjectVersion = max(user.ObjectVersion, 1)
	s.registry.users = append(s.registry.users, user)
}

// Users returns the users, sorted by Login.
func (s *Server) Users() []User {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	sorted := slices.Clone(s.registry.users)
	slices.SortFunc(sorted, func(a, b User) int { return cmp.Compare(a.Login, b.Login) })
	return sorted
}

// recordID returns the key of the user's record. A user has one even if the
// tokens don't include it.
func (u User) recordID() string {
	if u.Id == "" {
		return guid(users + ":" + u.Login)
	}
	return u.Id
}

// guid derives an identifier from a name, so records have the same one in every
// run.
func guid(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6] = sum[6]&0x0f | 0x40 // version and variant of a random UUID
	sum[8] = sum[8]&0x3f | 0x80
	digits := hex.EncodeToString(sum[:16])
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}

// newGUID returns an identifier that no record has.
func newGUID() string { return guid(string(randomBytes(32))) }
