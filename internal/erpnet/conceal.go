// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/json"
)

// minConcealed is the length of the shortest secret that is looked for in data,
// in bytes: a shorter one may be a part of any word.
const minConcealed = 8

// conceal takes the given secrets out of a text that a server sent and that is
// kept as it is: a debugging server may answer with what it was sent. Messages
// go through [cleanText] instead.
func conceal(text string, secrets ...string) string {
	var long []string
	for _, secret := range secrets {
		if len(secret) >= minConcealed {
			long = append(long, secret)
		}
	}
	return redact(text, long)
}

// concealAll is conceal for several texts.
func concealAll(texts []string, secrets ...string) []string {
	for i := range texts {
		texts[i] = conceal(texts[i], secrets...)
	}
	return texts
}

// concealJSON is conceal for every text of a JSON document, however it is
// escaped. What is no JSON stays as it is.
func concealJSON(document []byte, secrets ...string) []byte {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var value any
	if len(secrets) == 0 || !json.Valid(document) || decoder.Decode(&value) != nil {
		return document
	}
	concealed, err := json.Marshal(concealValue(value, secrets))
	if err != nil {
		return document
	}
	return concealed
}

func concealValue(value any, secrets []string) any {
	switch value := value.(type) {
	case string:
		return conceal(value, secrets...)
	case []any:
		for i := range value {
			value[i] = concealValue(value[i], secrets)
		}
	case map[string]any:
		for name := range value {
			value[name] = concealValue(value[name], secrets)
		}
	}
	return value
}

// conceal takes the request's secret out of what a token says of itself.
func (c *Claims) conceal(secret string) {
	for _, text := range []*string{
		&c.Algorithm, &c.KeyID, &c.Type, &c.Issuer, &c.ClientID, &c.SystemUser, &c.SystemUserType, &c.SystemUserID, &c.Database, &c.TokenID,
	} {
		*text = conceal(*text, secret)
	}
	c.Audience, c.Scopes = concealAll(c.Audience, secret), concealAll(c.Scopes, secret)
}
