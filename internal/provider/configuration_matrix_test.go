// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import "slices"

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
	allThatAsk   = append([]need{ofInstance}, here...)
)

// The outcomes of an object: success, a part of its only error, or a cell that can't occur.
const (
	works      = ""
	distrusted = "Certificate of Unknown Authority"
	noSuchCell = "an integer is never empty"
)

const besideClient = "reference_token beside client credentials"

// configurationMatrix lists the outcome of each object for each state of one provider attribute and its environment
// variable, with everything else right. The objects that need the attribute get the outcome: success, or one error that
// contains these words, and no request. All other objects work in every cell.
//
// If the attribute is null, the outcome depends on the environment variable: unset, fromEnv or emptyEnv. The other
// outcomes are the same for any environment: even a variable that would work doesn't replace an empty or unknown value.
var configurationMatrix = []matrixRow{
	{
		attribute: "instance", neededBy: here,
		unset: "Missing instance", emptyEnv: "Empty instance", empty: "Empty instance", unknown: "Unknown instance",
	},
	{
		attribute: "client_id",
		neededBy:  credentialed,
		unset:     "Missing client_id",
		emptyEnv:  "Empty client_id",
		empty:     "Empty client_id",
		unknown:   "Unknown client_id",
	},
	{
		attribute: "client_secret",
		neededBy:  credentialed,
		unset:     "Missing client_secret",
		emptyEnv:  "Empty client_secret",
		empty:     "Empty client_secret",
		unknown:   "Unknown client_secret",
	},
	{
		attribute: "identity_url", neededBy: here,
		empty: "Empty identity_url", unknown: "Unknown identity_url",
	},
	{
		attribute: "domain_api_url", neededBy: []need{forProbe, forAPI, forSites},
		empty: "Empty domain_api_url", unknown: "Unknown domain_api_url",
	},
	{
		attribute: "issuer", neededBy: here,
		empty: "Empty issuer", unknown: "Unknown issuer",
	},
	{
		attribute: "ca_certificate_pem",
		neededBy:  allThatAsk,
		unset:     distrusted,
		emptyEnv:  distrusted,
		empty:     "Empty ca_certificate_pem",
		unknown:   "Unknown ca_certificate_pem",
	},
	{
		attribute: "ca_certificate_file",
		neededBy:  allThatAsk,
		unset:     distrusted,
		emptyEnv:  distrusted,
		empty:     "Empty ca_certificate_file",
		unknown:   "Unknown ca_certificate_file",
	},
	{
		attribute: "request_timeout", neededBy: allThatAsk,
		empty: "Empty request_timeout", unknown: "Unknown request_timeout",
	},
	{
		attribute: "max_retries", neededBy: allThatAsk,
		empty: noSuchCell, unknown: "Unknown max_retries",
	},

	// Without client credentials.
	{
		attribute: "reference_token",
		neededBy:  []need{forProbe, forAPI},
		unset:     "Incomplete ERP.net Configuration",
		emptyEnv:  "Incomplete ERP.net Configuration",
		empty:     "Empty reference_token",
		unknown:   "Unknown reference_token",
	},
	{
		attribute: "reference_token",
		neededBy:  []need{forCheck},
		unset:     "Incomplete ERP.net Configuration",
		fromEnv:   "Missing probe_domain_api",
		emptyEnv:  "Incomplete ERP.net Configuration",
		set:       "Missing probe_domain_api",
		empty:     "Empty reference_token",
		unknown:   "Unknown reference_token",
	},
	{
		attribute: "reference_token",
		neededBy:  []need{forToken},
		unset:     "Incomplete ERP.net Configuration",
		fromEnv:   "Reference Token Not Usable Here",
		emptyEnv:  "Incomplete ERP.net Configuration",
		set:       "Reference Token Not Usable Here",
		empty:     "Reference Token Not Usable Here",
		unknown:   "Reference Token Not Usable Here",
	},

	// With client credentials in the environment.
	{
		attribute: besideClient, neededBy: []need{forProbe, forAPI},
		fromEnv: "Conflicting Credentials", empty: "Empty reference_token", unknown: "Unknown reference_token",
	},
	{
		attribute: besideClient,
		neededBy:  []need{forCheck},
		fromEnv:   "Conflicting Credentials",
		set:       "Missing probe_domain_api",
		empty:     "Empty reference_token",
		unknown:   "Unknown reference_token",
	},
	{
		attribute: besideClient,
		neededBy:  []need{forToken},
		fromEnv:   "Conflicting Credentials",
		set:       "Reference Token Not Usable Here",
		empty:     "Reference Token Not Usable Here",
		unknown:   "Reference Token Not Usable Here",
	},
}

// matrixRow is a row of the table: the outcomes of one attribute.
type matrixRow struct {
	attribute                string
	neededBy                 []need
	unset, fromEnv, emptyEnv string // if the attribute is null, by the state of its variable
	set, empty, unknown      string // if it is not null
}

var (
	configurationStates = []string{"null", "set", "empty", "unknown"}
	environmentStates   = []string{"unset", "set", "empty"}
)

// cellOutcome returns the outcome that the table lists for one cell.
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

// matrixAttributes returns each attribute of the table once.
func matrixAttributes() []string {
	var names []string
	for _, row := range configurationMatrix {
		if !slices.Contains(names, row.attribute) {
			names = append(names, row.attribute)
		}
	}
	return names
}
