// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

// headings stand before the first failure of each group of the catalogue.
var headings = map[erpnet.Kind]string{
	erpnet.InvalidClient:   "The instance refuses the request",
	erpnet.UnknownHost:     "No answer comes",
	erpnet.Redirected:      "The answer is not that of an identity service",
	erpnet.NoToken:         "The token is not what was asked for",
	erpnet.ForeignService:  "The token does not pass the check",
	erpnet.APITokenRefused: "The Domain API refuses",
}

// oauthCodes are the kinds that are error codes of the token endpoint as well.
var oauthCodes = map[erpnet.Kind]bool{
	erpnet.InvalidClient:        true,
	erpnet.UnauthorizedClient:   true,
	erpnet.InvalidScope:         true,
	erpnet.InvalidGrant:         true,
	erpnet.UnsupportedGrantType: true,
	erpnet.InvalidRequest:       true,
}

// words are what stands for the value of an expression of the source. Italics
// say that it differs from case to case.
var words = map[string]string{
	`a.Attribute`:                          "*attribute of the record*",
	`a.Message`:                            "*What is better done otherwise.*",
	`attribute`:                            "ImpersonateLoginUrl or ImpersonateLogoutUrl",
	`attribute.name`:                       "*attribute*",
	`c.name`:                               "*attribute*",
	`err.Error()`:                          "*reason*",
	`facts.Unread`:                         "*Where the instance says that its identity service is, or why nothing of it was read.*",
	`file.name`:                            "*the other attribute*",
	`pem.source()`:                         "*One attribute or environment variable*",
	`place`:                                "*the provider's configuration, or the environment*",
	`reason(err)`:                          "*reason*",
	`s.env`:                                "*its environment variable*",
	`s.name`:                               "*attribute*",
	`s.source()`:                           "*The attribute, or its environment variable,*",
	`strings.Join(details, "\n\n")`:        "*Several errors of this section, one after the other.*",
	`strings.Join(texts, "\n\n")`:          "*One paragraph for each thing that is wrong.*",
	`strings.TrimSuffix(err.Error(), "?")`: "*reason*",
}

// shownElsewhere are the summaries of diagnostics whose texts are those of a
// failure or of another diagnostic.
var shownElsewhere = map[string]bool{
	`failed.Title()`:                true,
	`incompleteCredentials.summary`: true,
	`problems[0].summary`:           true,
}

// beginnings are those of the errors that are reasons.
var beginnings = []string{"it ", "its ", "one of them ", "together they ", "a length ", "character ", "the file "}

// checked is what a function looks at whose errors are reasons.
var checked = map[string]string{
	"":                    "The token that `decode_access_token` reads",
	"CheckClientID":       "`client_id`, `application_uri`",
	"CheckEntitySet":      "`entity_set`, `probe_entity_set`",
	"CheckQueryOption":    "`select`, `filter`, `expand`, `order_by`",
	"CheckReferenceToken": "`reference_token`",
	"CheckScope":          "`scopes`, `required_scopes`",
	"CheckSecret":         "A secret: `client_secret`, `secret_wo`, `client_secret_wo`, `secret`, and the argument of a function",
	"CheckSecretHash":     "A hash: `secret_hash`, and the argument of `secret_matches`",
	"GenerateSecret":      "`length`",
	"ParseInstance":       "`instance`",
	"RootCAs":             "`ca_certificate_pem`, and the content of `ca_certificate_file`",
	"checkRedirectURIs":   "`redirect_uris`, `post_logout_redirect_uris`",
	"parseBaseURL":        "`instance`, `identity_url`, `domain_api_url`",
	"parseRetries":        "`max_retries`",
	"parseTimeout":        "`request_timeout`",
	"rootCAs":             "`ca_certificate_file`",
}
