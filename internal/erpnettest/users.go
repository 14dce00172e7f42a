// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
)

// User is a record of Systems_Security_Users: the attributes that matter to a
// trusted application (protocol 4.4), named as the entity names them.
type User struct {
	Id       string // GUID; empty leaves client_system_user_id out of the tokens
	Login    string
	Name     string
	Email    string
	Active   bool
	IsAdmin  bool
	UserType string // such as "InternalUser", which empty means
}

// SampleUser is the system user of SampleApplication.
func SampleUser() User {
	return User{
		Id:       guid("Systems_Security_Users:svc.integration"),
		Login:    "svc.integration",
		Name:     "Integration Service",
		Active:   true,
		UserType: "InternalUser",
	}
}

// registry holds what an administrator of the instance would edit.
type registry struct {
	mu           sync.Mutex
	users        map[string]User
	applications map[string]TrustedApplication
}

// AddUser adds a user, or replaces the one with the same Login.
func (s *Server) AddUser(user User) {
	if user.UserType == "" {
		user.UserType = "InternalUser"
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	if s.registry.users == nil {
		s.registry.users = map[string]User{}
	}
	s.registry.users[user.Login] = user
}

// Users returns the users, ordered by Login.
func (s *Server) Users() []User {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	var users []User
	for _, user := range s.registry.users {
		users = append(users, user)
	}
	slices.SortFunc(users, func(a, b User) int { return cmp.Compare(a.Login, b.Login) })
	return users
}

func (r *registry) user(login string) (User, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	user, found := r.users[login]
	return user, found
}

// guid derives an identifier from a name, so that records have the same one in
// every run.
func guid(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6] = sum[6]&0x0f | 0x40 // version and variant of a random UUID
	sum[8] = sum[8]&0x3f | 0x80
	digits := hex.EncodeToString(sum[:16])
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}
