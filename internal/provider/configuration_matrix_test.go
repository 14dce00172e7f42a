// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
)

// need is what an object needs the provider's configuration for.
type need string

const (
	forToken   need = "token"        // an access token
	forCheck   need = "check"        // the same, and what the identity service publishes
	forProbe   need = "probe"        // the same, and one call of the Domain API
	forAPI     need = "api"          // calls of the Domain API
	forSites   need = "sites"        // what the instance publishes, without credentials
	ofClient   need = "own client"   // a token of the object's own client, at the provider's instance
	ofInstance need = "own instance" // a token of the object's own client at its own instance
	forNothing need = "nothing"
)

var (
	credentialed = []need{forToken, forCheck, forProbe, forAPI}
	here         = append([]need{ofClient, forSites}, credentialed...)
	everywhere   = append([]need{ofInstance}, here...)
)

const (
	works   = "" // no error
	nobody  = "Incomplete ERP.net Configuration"
	private = "Certificate of Unknown Authority"
	opaque  = "Reference Token Not Usable Here"
	unasked = "Missing probe_domain_api"
	both    = "Conflicting Credentials"
)

// configurationMatrix says what becomes of each object for each state of one
// provider attribute and of its environment variable, all else being right. The
// objects that need the attribute get the outcome: success, or one error with
// these words and no request sent. All others work in every cell.
//
// Three outcomes are those of an attribute that is null, by its environment
// variable. The others are the same whatever the environment holds: also a value
// that would work, in place of an empty or an unknown one.
var configurationMatrix = []matrixRow{
	// attribute, who needs it | null, environment: unset, set, empty | set | empty | unknown
	{"instance", here, "Missing instance", works, "Empty instance", works, "Empty instance", "Unknown instance"},
	{"client_id", credentialed, "Missing client_id", works, "Empty client_id", works, "Empty client_id", "Unknown client_id"},
	{"client_secret", credentialed, "Missing client_secret", works, "Empty client_secret", works, "Empty client_secret", "Unknown client_secret"},
	{"identity_url", here, works, works, works, works, "Empty identity_url", "Unknown identity_url"},
	{"domain_api_url", []need{forProbe, forAPI, forSites}, works, works, works, works, "Empty domain_api_url", "Unknown domain_api_url"},
	{"ca_certificate_pem", everywhere, private, works, private, works, "Empty ca_certificate_pem", "Unknown ca_certificate_pem"},
	{"ca_certificate_file", everywhere, private, works, private, works, "Empty ca_certificate_file", "Unknown ca_certificate_file"},
	{"request_timeout", everywhere, works, works, works, works, "Empty request_timeout", "Unknown request_timeout"},
	{"max_retries", everywhere, works, works, works, works, noSuchCell, "Unknown max_retries"},

	// Without client credentials.
	{"reference_token", []need{forProbe, forAPI}, nobody, works, nobody, works, "Empty reference_token", "Unknown reference_token"},
	{"reference_token", []need{forCheck}, nobody, unasked, nobody, unasked, "Empty reference_token", "Unknown reference_token"},
	{"reference_token", []need{forToken}, nobody, opaque, nobody, opaque, opaque, opaque},

	// With client credentials in the environment.
	{besideClient, []need{forProbe, forAPI}, works, both, works, works, "Empty reference_token", "Unknown reference_token"},
	{besideClient, []need{forCheck}, works, both, works, unasked, "Empty reference_token", "Unknown reference_token"},
	{besideClient, []need{forToken}, works, both, works, opaque, opaque, opaque},
}

const (
	besideClient = "reference_token beside client credentials"
	noSuchCell   = "an integer is never empty"
)

// matrixRow is a row of the table: the outcomes of one attribute.
type matrixRow struct {
	attribute                string
	neededBy                 []need
	unset, fromEnv, emptyEnv string // of null
	set, empty, unknown      string
}

var (
	configurationStates = []string{"null", "set", "empty", "unknown"}
	environmentStates   = []string{"unset", "set", "empty"}
)

// cellOutcome is what the table says of one cell.
func cellOutcome(attribute, configured, environment string, needs need) string {
	for _, row := range configurationMatrix {
		if row.attribute != attribute || !slices.Contains(row.neededBy, needs) {
			continue
		}
		switch configured + " " + environment {
		case "null unset":
			return row.unset
		case "null set":
			return row.fromEnv
		case "null empty":
			return row.emptyEnv
		}
		return map[string]string{"set": row.set, "empty": row.empty, "unknown": row.unknown}[configured]
	}
	return works
}

// matrixAttributes are those of the table, each once.
func matrixAttributes() []string {
	var names []string
	for _, row := range configurationMatrix {
		if !slices.Contains(names, row.attribute) {
			names = append(names, row.attribute)
		}
	}
	return names
}
