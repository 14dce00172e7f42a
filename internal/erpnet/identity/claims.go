// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	exactjson "github.com/go-jose/go-jose/v4/json" // case-sensitive names, no duplicates

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Claims holds the header and the claims of an access token that is a JWT (RFC 7519, RFC 9068; protocol section 2.4),
// unchanged. Nothing here is verified: the values are what the token says about itself. For values that the token
// lacks, strings are empty, lists are nil, and times are zero.
type Claims struct {
	Algorithm      string    // header alg, such as RS256
	KeyID          string    // header kid
	Type           string    // header typ, at+jwt
	Issuer         string    // iss: the identity URL of the instance
	Audience       []string  // aud: the APIs that accept the token
	ClientID       string    // client_id: the trusted application's ApplicationUri
	SystemUser     string    // client_system_user: login of the user that API calls run as
	SystemUserType string    // client_system_user_type, such as InternalUser
	SystemUserID   string    // client_system_user_id: GUID of that user
	Database       string    // client_db
	TokenID        string    // jti
	IssuedAt       time.Time // iat
	NotBefore      time.Time // nbf
	ExpiresAt      time.Time // exp
	Scopes         []string  // scope: sorted, unique
}

// The errors of [DecodeClaims] for a text that is not a readable JWT. None of them repeats any of the text.
var (
	ErrReferenceToken = errors.New("it is an opaque reference token (enrt_...), which carries no claims; only the " +
		"instance can say what it grants")
	ErrEncryptedToken = errors.New("it is an encrypted token (a JWE of five parts), which only its audience can read")
	ErrBearerPrefix   = errors.New("it begins with \"Bearer\"; give the token alone")
	ErrOddClaims      = errors.New("it is a JWT, but one of its claims has another type than RFC 7519 and RFC 9068 " +
		"give it")
	ErrRepeatedClaim = errors.New("it is a JWT, but one of its claims is in it twice, so that two readers may take " +
		"different values (RFC 8725 section 2.8)")
	ErrTooManyScopes = fmt.Errorf("it names more than %d scopes", erpnet.MaxScopes)
	ErrNotJWT        = errors.New("it is not a JWT, three base64url parts joined by dots, the first two JSON " +
		"objects; give the access_token as it was issued")
)

// DecodeClaims reads the header and the claims of an access token without verifying anything. It accepts aud and scope
// as a string or as an array, because ERP.net documents both (protocol section 2.4). The error is one of
// [ErrReferenceToken], [ErrEncryptedToken], [ErrBearerPrefix], [ErrRepeatedClaim], [ErrTooManyScopes], and [ErrNotJWT],
// or [ErrOddClaims] with the name of the claim.
func DecodeClaims(token string) (*Claims, error) {
	parts := strings.Split(token, ".")
	switch {
	case strings.HasPrefix(token, erpnet.ReferenceTokenPrefix):
		return nil, ErrReferenceToken
	case len(token) > 7 && strings.EqualFold(token[:7], "Bearer "):
		return nil, ErrBearerPrefix
	case len(parts) == 5:
		return nil, ErrEncryptedToken
	case len(parts) != 3, !isHeaderToken(token): // base64 decoding skips line breaks
		return nil, ErrNotJWT
	}
	header, err := readClaims(parts[0])
	if err != nil {
		return nil, err
	}
	payload, err := readClaims(parts[1])
	if err != nil {
		return nil, err
	}
	c := &Claims{}
	for _, claim := range []struct {
		claims  claims
		name    string
		into    any
		informs bool // for information only: omitted if it cannot be read
	}{
		{claims: header, name: "alg", into: &c.Algorithm},
		{claims: header, name: "kid", into: &c.KeyID},
		{claims: header, name: "typ", into: &c.Type},
		{claims: payload, name: "iss", into: &c.Issuer},
		{claims: payload, name: "aud", into: (*oneOrMany)(&c.Audience)},
		{claims: payload, name: "client_id", into: &c.ClientID},
		{claims: payload, name: "client_system_user", into: &c.SystemUser, informs: true},
		{claims: payload, name: "client_system_user_type", into: &c.SystemUserType, informs: true},
		{claims: payload, name: "client_system_user_id", into: &c.SystemUserID, informs: true},
		{claims: payload, name: "client_db", into: &c.Database, informs: true},
		{claims: payload, name: "jti", into: &c.TokenID, informs: true},
		{claims: payload, name: "iat", into: (*numericDate)(&c.IssuedAt), informs: true},
		{claims: payload, name: "nbf", into: (*numericDate)(&c.NotBefore)},
		{claims: payload, name: "exp", into: (*numericDate)(&c.ExpiresAt)},
		{claims: payload, name: "scope", into: (*oneOrMany)(&c.Scopes)},
	} {
		value, found := claim.claims[claim.name]
		if found && json.Unmarshal(value, claim.into) != nil && !claim.informs {
			return nil, fmt.Errorf("%w: %s", ErrOddClaims, claim.name)
		}
	}
	for _, moment := range []*time.Time{&c.IssuedAt, &c.NotBefore} {
		if !moment.After(time.Unix(0, 0)) {
			*moment = time.Time{} // .NET's minimum date means that there is no date
		}
	}
	if c.Scopes = SplitScopes(c.Scopes); len(c.Scopes) > erpnet.MaxScopes {
		return nil, ErrTooManyScopes
	}
	return c, nil
}

// claims holds the members of a JSON object by their exact names.
type claims map[string]json.RawMessage

// readClaims reads one base64url part (RFC 7515 section 2), which must be a JSON object without duplicate members.
func readClaims(part string) (claims, error) {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if text = bytes.TrimSpace(text); err != nil || len(text) == 0 || text[0] != '{' || !json.Valid(text) {
		return nil, ErrNotJWT
	}
	var found map[string]exactjson.RawMessage
	if exactjson.Unmarshal(text, &found) != nil {
		return nil, ErrRepeatedClaim
	}
	exact := make(claims, len(found))
	for name, value := range found {
		exact[name] = json.RawMessage(value)
	}
	return exact, nil
}

// Redacted returns a copy of the claims that may be stored in a state: without the client's secrets.
func (c *Claims) Redacted(client *erpnet.Client) *Claims {
	redacted := *c
	for _, text := range []*string{
		&redacted.Algorithm, &redacted.KeyID, &redacted.Type, &redacted.Issuer, &redacted.ClientID, &redacted.TokenID,
		&redacted.SystemUser, &redacted.SystemUserType, &redacted.SystemUserID, &redacted.Database,
	} {
		*text = client.Name(*text)
	}
	redacted.Audience, redacted.Scopes = client.Names(c.Audience), client.Names(c.Scopes)
	return &redacted
}

// lifetime returns the time from issue to expiry. If the token does not say when it was issued, it returns the time
// from the given moment to expiry. It returns 0 if the token does not expire.
func (c *Claims) lifetime(at time.Time) time.Duration {
	if begin := c.begin(); !begin.IsZero() {
		at = begin
	}
	return c.remaining(at)
}

// remaining returns the time until expiry, or 0 if the token does not expire.
func (c *Claims) remaining(now time.Time) time.Duration {
	if c.ExpiresAt.IsZero() {
		return 0
	}
	return c.ExpiresAt.Sub(now)
}

// begin returns the time at which the token was issued, or else the time from which it is valid.
func (c *Claims) begin() time.Time {
	if c.IssuedAt.IsZero() {
		return c.NotBefore
	}
	return c.IssuedAt
}

// oneOrMany is a JSON string or an array of strings.
type oneOrMany []string

func (m *oneOrMany) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*m = oneOrMany{""}
		return json.Unmarshal(text, &(*m)[0])
	}
	return json.Unmarshal(text, (*[]string)(m))
}

// numericDate is a JSON number of seconds since the epoch (RFC 7519 section 2), which may have a fraction. Some issuers
// write the number as a string.
type numericDate time.Time

// maxNumericDate is the last second of the year 9999, which is the last one that RFC 3339 can represent. It is also
// .NET's maximum date, which servers use for "never".
const maxNumericDate = 253402300799

func (d *numericDate) UnmarshalJSON(text []byte) error {
	var seconds *float64
	if err := json.Unmarshal(bytes.Trim(text, `"`), &seconds); err != nil || seconds == nil {
		return err
	}
	// .NET's minimum date is before the epoch.
	whole, fraction := math.Modf(min(max(*seconds, 0), maxNumericDate))
	*d = numericDate(time.Unix(int64(whole), int64(fraction*1e9)).UTC())
	return nil
}
