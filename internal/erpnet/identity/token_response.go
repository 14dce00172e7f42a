// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// grant is a successful token response (RFC 6749 section 5.1).
type grant struct {
	accessToken string
	scope       []string // unchanged; each element may hold several scopes
	expiresIn   int64    // seconds; 0 if not given
}

const (
	// maxLifetime bounds, in seconds, the lifetime of a token: ten years.
	maxLifetime = 10 * 365 * 24 * 3600

	// maxTokenSize bounds, in bytes, the length of an access token. Servers accept only much shorter headers.
	maxTokenSize = 64 << 10
)

// tokenResponse holds the members of a token response, both of an error and of a success.
type tokenResponse struct {
	AccessToken string          `json:"access_token"`
	TokenType   string          `json:"token_type"`
	ExpiresIn   json.RawMessage `json:"expires_in"`
	Scope       oneOrMany       `json:"scope"`
	Error       json.RawMessage `json:"error"`
}

// readGrant reads a response of the token endpoint. The error says why it is not a grant.
func readGrant(client *erpnet.Client, r TokenRequest, response *erpnet.Response) (*grant, *erpnet.Error) {
	var members tokenResponse
	content := response.Content()
	err := json.Unmarshal(content, &members)
	var mistyped *json.UnmarshalTypeError
	isObject := len(content) > 0 && content[0] == '{' && (err == nil || errors.As(err, &mistyped))
	if isObject && len(members.Error) > 0 && members.AccessToken == "" && mayBeRefusal(response, members.code()) {
		return nil, refused(client, r, response, members)
	}
	client.Protect(erpnet.NewSecret(members.AccessToken)) // an odd response may hold one, too
	if failed := client.Failure(response, isObject); failed != nil {
		failed.URL, failed.ClientID = r.Instance.TokenEndpoint(), r.Credentials.ClientID
		if failed.Kind == erpnet.UnexpectedStatus && response.Status/100 == 4 {
			failed.Kind, failed.HashPrefix = RequestRefused, r.Credentials.hashPrefix()
		}
		return nil, failed
	}
	if mistyped != nil {
		return nil, r.fail(erpnet.NotJSON, "was answered with a JSON object whose members have other types than "+
			"RFC 6749 gives them")
	}
	return members.grant(r)
}

// mayBeRefusal reports whether a response may be an OAuth error. The documents name no status for these (protocol
// section 3.1), so any status counts, except those that show that something else sent the response. A registered code
// shows that the identity service did.
func mayBeRefusal(r *erpnet.Response, code string) bool {
	if r.Status/100 == 3 || r.Status == http.StatusTooManyRequests {
		return false
	}
	return isRegistered(code) || r.Status < 500 && !r.IsTransient()
}

// grant checks the members of a success.
func (m tokenResponse) grant(r TokenRequest) (*grant, *erpnet.Error) {
	lifetime, err := parseExpiresIn(m.ExpiresIn)
	switch {
	case m.AccessToken == "":
		return nil, r.fail(NoToken, "was answered with success, but without an access_token")
	case len(m.AccessToken) > maxTokenSize:
		return nil, r.fail(MalformedToken, "was answered with an access_token of more than 64 KiB, which no header "+
			"takes")
	case !isHeaderToken(m.AccessToken):
		return nil, r.fail(MalformedToken, "was answered with an access_token that holds a space, a line break or "+
			"another character that no header takes")
	case !strings.EqualFold(m.TokenType, bearer):
		return nil, r.fail(WrongTokenType, "was answered with a token that is not of type Bearer")
	case err != nil:
		return nil, r.fail(InvalidLifetime, "was answered with an expires_in that "+err.Error())
	}
	return &grant{accessToken: m.AccessToken, scope: m.Scope, expiresIn: lifetime}, nil
}

// granted returns the scopes that the token carries.
//
// The response's "scope" and the token's claim hold the same information, but the documents show responses in which
// they differ (protocol section 2.3). If both are present, a scope counts only if both name it. If neither is present,
// the token has the requested scopes (RFC 6749 section 5.1).
func (g *grant) granted(r TokenRequest, claims *Claims) []string {
	responded := SplitScopes(g.scope)
	var inToken []string
	if claims != nil {
		inToken = claims.Scopes
	}
	switch {
	case len(responded) == 0 && len(inToken) == 0:
		return strings.Fields(r.Scope)
	case len(responded) == 0:
		return inToken
	case len(inToken) == 0:
		return responded
	}
	return slices.DeleteFunc(responded, func(scope string) bool { return !slices.Contains(inToken, scope) })
}

// parseExpiresIn reads expires_in, in seconds: a number with or without a fraction, or a string that holds one. It
// returns 0 if the value is missing or null.
func parseExpiresIn(text json.RawMessage) (int64, error) {
	number := strings.TrimSpace(strings.Trim(string(text), `"`))
	if number == "" || number == "null" {
		return 0, nil
	}
	seconds, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange), math.IsNaN(seconds):
		return 0, errors.New("is not a number")
	case seconds < 1:
		return 0, errors.New("is less than a second")
	case seconds > maxLifetime:
		return 0, errors.New("exceeds ten years")
	}
	return int64(seconds), nil
}

// isHeaderToken reports whether a token fits into an Authorization header, which means that it is printable ASCII
// without spaces (RFC 6749 appendix A.12).
func isHeaderToken(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}
