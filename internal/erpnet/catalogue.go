// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

// Kind says what went wrong in an exchange with an instance.
type Kind string

// The kinds of failure. What each means and its remedy stand in [Catalogue].
const (
	// The identity service refused the request (protocol section 3.1).
	InvalidClient        Kind = "invalid_client"
	UnauthorizedClient   Kind = "unauthorized_client"
	InvalidScope         Kind = "invalid_scope"
	InvalidGrant         Kind = "invalid_grant"
	UnsupportedGrantType Kind = "unsupported_grant_type"
	InvalidRequest       Kind = "invalid_request"
	RequestRefused       Kind = "request_refused"

	// No answer came.
	UnknownHost       Kind = "unknown_host"
	ConnectionRefused Kind = "connection_refused"
	ConnectionLost    Kind = "connection_lost"
	ProxyFailed       Kind = "proxy_failed"
	UnknownAuthority  Kind = "unknown_authority"
	WrongHostName     Kind = "wrong_host_name"
	CertificateDates  Kind = "certificate_dates"
	TLSFailed         Kind = "tls_failed"
	Timeout           Kind = "timeout"
	Canceled          Kind = "canceled"

	// The answer is not that of an identity service.
	Redirected       Kind = "redirected"
	NotFound         Kind = "not_found"
	NotJSON          Kind = "not_json"
	EmptyAnswer      Kind = "empty_answer"
	OversizedAnswer  Kind = "oversized_answer"
	RateLimited      Kind = "rate_limited"
	Unavailable      Kind = "unavailable"
	ServerFailed     Kind = "server_failed"
	UnexpectedStatus Kind = "unexpected_status"

	// The answer's token is not what was asked for.
	NoToken         Kind = "no_token"
	MalformedToken  Kind = "malformed_token"
	WrongTokenType  Kind = "wrong_token_type"
	InvalidLifetime Kind = "invalid_lifetime"
	ForeignIssuer   Kind = "foreign_issuer"
	ForeignClient   Kind = "foreign_client"
	ExpiredToken    Kind = "expired_token"
	MissingScopes   Kind = "missing_scopes"

	// The token did not pass its verification.
	ForeignService Kind = "foreign_service"
	NoKeys         Kind = "no_keys"
	WrongAlgorithm Kind = "wrong_algorithm"
	WrongJWTType   Kind = "wrong_jwt_type"
	UnknownKey     Kind = "unknown_key"
	BadSignature   Kind = "bad_signature"
	WrongAudience  Kind = "wrong_audience"
	NotYetValid    Kind = "not_yet_valid"

	// The Domain API did not take the token (protocol section 3.3).
	APITokenRefused Kind = "api_token_refused"
	APIForbidden    Kind = "api_forbidden"
	APINotFound     Kind = "api_not_found"
	APIRateLimited  Kind = "api_rate_limited"
	NoLicence       Kind = "no_licence"
	APIFailed       Kind = "api_failed"
	APIRenamed      Kind = "api_renamed"
	NotDomainAPI    Kind = "not_domain_api"
	ForeignLink     Kind = "foreign_link"
	TooManyRows     Kind = "too_many_rows"
	IncompleteRows  Kind = "incomplete_rows"
	APIConflict     Kind = "api_conflict"
	APIExists       Kind = "api_exists"
	UnknownUser     Kind = "unknown_user"
)

// Entry describes one kind of failure.
type Entry struct {
	Kind   Kind
	Title  string // a few words, the summary of a diagnostic
	Cause  string // what it usually means
	Remedy string // what to do, in one or more lines
}

func (k Kind) entry() Entry {
	for _, entry := range Catalogue() {
		if entry.Kind == k {
			return entry
		}
	}
	return Entry{Kind: k, Title: "ERP.net Request Failed"}
}

// Catalogue lists every kind of failure. It is a function so that nothing of it
// is built before a failure needs it.
func Catalogue() []Entry {
	return []Entry{
		{
			InvalidClient, "Client Credentials Refused",
			"The instance knows no enabled trusted application with this client_id and this secret.",
			`Compare the Trusted Application record of this instance with what was sent:
  - ApplicationUri: the same as the client_id; letter case may count
  - IsEnabled: true
  - ClientType: Confidential (a Public application has no secret)
  - ApplicationSecretHash: base64(SHA-256(secret)) of the secret that was sent; it changes when the secret is rotated`,
		},
		{
			UnauthorizedClient, "Trusted Application Not Authorized",
			"The trusted application exists, but may not use the client-credentials grant.",
			`Look at these attributes of the Trusted Application record:
  - SystemUserAllowed: true
  - SystemUser: an active internal user, which the application's calls run as
  - IsEnabled: true`,
		},
		{
			InvalidScope, "Scope Not Allowed",
			"A requested scope is not among the trusted application's scopes, or is none that a service application may ask for.",
			`Look at the attribute Scope of the Trusted Application record: a space-delimited, case-sensitive list that must hold every scope asked for, such as "read update". Either add the scope there, or ask for less.
openid, profile and offline_access are not issued to service applications; sec is reserved to ERP.net, and DomainApi is obsolete.`,
		},
		{
			InvalidGrant, "Client Credentials Invalid or Missing",
			"The identity service took the request for incomplete, or for another grant.",
			`Check that client_id and client_secret are those of a Trusted Application with ClientType Confidential and SystemUserAllowed true. If they are, something between here and the instance, such as a proxy, may change the request.`,
		},
		{
			UnsupportedGrantType, "Grant Type Not Supported",
			"The identity service does not offer the client-credentials grant to this application.",
			`Look at SystemUserAllowed and SystemUser of the Trusted Application record. If they are right, check that the URL above is this instance's own identity service; where it is hosted elsewhere, set identity_url.`,
		},
		{
			InvalidRequest, "Token Request Not Understood",
			"The identity service missed a parameter of the request.",
			`Check client_id and client_secret. If both are set, something between here and the instance, such as a proxy or a redirecting gateway, may drop the body of the request.`,
		},
		{
			RequestRefused, "Token Request Refused",
			"The identity service, or a gateway before it, refused the request without one of the reasons that ERP.net documents.",
			`Check the Trusted Application record (ApplicationUri, IsEnabled, ClientType, ApplicationSecretHash, SystemUserAllowed, SystemUser, Scope), and whether a gateway before the instance refuses this machine.`,
		},
		{
			UnknownHost, "Unknown Host",
			"The name of the instance cannot be resolved.",
			`Check the spelling of instance, such as demodb.my.erp.net, and the name resolution of the machine that runs the plan.`,
		},
		{
			ConnectionRefused, "Connection Refused",
			"Nothing listens at this address, or a firewall refuses the connection.",
			`Check the host and port of instance (or identity_url), that the instance is running, and that the machine which runs the plan may reach it.`,
		},
		{
			ConnectionLost, "Connection Lost",
			"The connection could not be made or broke before the whole answer was there, each time it was tried.",
			`Check the network, proxy or gateway between here and the instance, then run again. max_retries sets how often it is tried again.`,
		},
		{
			ProxyFailed, "Proxy Refused the Connection",
			"The proxy of the environment (HTTPS_PROXY) did not open a connection to the instance.",
			`Check HTTPS_PROXY, its user name and password, and whether the proxy allows this host; name the host in NO_PROXY to reach it directly.`,
		},
		{
			UnknownAuthority, "Certificate of Unknown Authority",
			"The server's certificate was not signed by an authority that this machine trusts.",
			`If the instance has a certificate of a private authority, set ca_certificate_file or ca_certificate_pem to that authority's certificate. Otherwise somebody may be intercepting the connection.`,
		},
		{
			WrongHostName, "Certificate of Another Host",
			"The server's certificate is not valid for the name it was asked by.",
			`Name the instance as its certificate does, or have the certificate extended by this name.`,
		},
		{
			CertificateDates, "Certificate Not Valid Now",
			"The server's certificate has expired or is not valid yet, by this machine's clock.",
			`Renew the server's certificate. If its dates are right, set this machine's clock.`,
		},
		{
			TLSFailed, "No Secure Connection",
			"The server does not speak TLS 1.2 or newer at this port, or broke off the handshake.",
			`Check that the port is that of https, and that the server offers TLS 1.2 or newer.`,
		},
		{
			Timeout, "No Answer in Time",
			"The server took the connection but did not answer completely in time.",
			`Check that the instance is up. request_timeout sets how long one try may take, max_retries how often it is tried again; all together end after three minutes.`,
		},
		{
			Canceled, "Request Canceled",
			"The run was interrupted.",
			`Run again.`,
		},
		{
			Redirected, "Unexpected Redirect",
			"The server answered with a redirect, which is not followed, since it would carry the secret to another place.",
			`Set instance, or identity_url if only the identity service is elsewhere, to the address that really serves it.`,
		},
		{
			NotFound, "No Identity Service Here",
			"The server knows no token endpoint at this URL.",
			`Check instance. Where an instance hosts its identity service elsewhere than at /id, set identity_url.`,
		},
		{
			NotJSON, "Not an Identity Service",
			"The server answered with something that is not the JSON of an identity service, such as a web page of a portal, gateway or maintenance notice.",
			`Open the URL's host in a browser to see who answers there. Check instance, and identity_url where the identity service is not at /id.`,
		},
		{
			EmptyAnswer, "Empty Answer",
			"The server answered without any content.",
			`Check that instance and identity_url name the identity service itself, and what a proxy or gateway before it does.`,
		},
		{
			OversizedAnswer, "Answer Too Large",
			"The server answered with more than 1 MiB.",
			`For a query of the Domain API, ask for fewer rows at a time by top, or for fewer attributes by select. Otherwise check that instance and identity_url name the identity service itself. The answer was dropped.`,
		},
		{
			RateLimited, "Too Many Requests",
			"The server limits how often it is asked.",
			`Wait and run again; let fewer pipelines run at the same time.`,
		},
		{
			Unavailable, "Instance Unavailable",
			"The instance, or a gateway before it, is down or overloaded.",
			`Check that the instance is up, then run again.`,
		},
		{
			ServerFailed, "Server Error",
			"The server failed while it worked on the request.",
			`Look into the log of the instance at this time. The same request is not repeated, since it would fail again.`,
		},
		{
			UnexpectedStatus, "Unexpected HTTP Status",
			"The server answered with a status that an identity service does not give.",
			`Check that instance and identity_url name the identity service itself, and what a proxy or gateway before it does.`,
		},
		{
			NoToken, "Answer Without Token",
			"The server reported success but issued no access token.",
			`Check that instance and identity_url name the identity service itself.`,
		},
		{
			MalformedToken, "Malformed Access Token",
			"The access token cannot be sent in an Authorization header, or is a JWT whose claims cannot be read.",
			`Check that instance and identity_url name the identity service itself, and what a proxy or gateway before it does.`,
		},
		{
			WrongTokenType, "Wrong Token Type",
			"The token is not a Bearer token, the only type that ERP.net documents; RFC 6749 section 7.1 forbids to use a type that is not understood.",
			`Check that instance and identity_url name the identity service itself.`,
		},
		{
			InvalidLifetime, "Invalid Token Lifetime",
			"The answer's expires_in is not a number of seconds that a token may live.",
			`Check that instance and identity_url name the identity service itself.`,
		},
		{
			ForeignIssuer, "Token of Another Issuer",
			"The token names another identity service as its issuer, so the APIs of this instance will refuse it.",
			`If the issuer is the right instance under its own name, set instance to that name, or identity_url to the issuer. Otherwise the server is not the one that you meant.`,
		},
		{
			ForeignClient, "Token of Another Client",
			"The token was issued to another client_id than the one that asked.",
			`Check that instance and identity_url name the identity service itself, and that no gateway before it replays old answers.`,
		},
		{
			ExpiredToken, "Token Already Expired",
			"The token that was just issued is past its own expiry.",
			`Set the clock of this machine or of the server. If both are right, a gateway may be replaying old answers.`,
		},
		{
			MissingScopes, "Scope Not Granted",
			"The token carries fewer scopes than were asked for.",
			`Add the missing scopes to the attribute Scope of the Trusted Application record, or ask for less.`,
		},
		{
			ForeignService, "Identity Service of Another Name",
			"The discovery document names another issuer than the URL that it was got from.",
			`If the issuer is the right instance under its own name, set instance to that name, or identity_url to the issuer. Otherwise the server is not the one that you meant.`,
		},
		{
			NoKeys, "No Signing Keys",
			"The identity service publishes no keys that the signature could be verified by.",
			`Look at the identity service's discovery document and its jwks_uri, which must be on the same host. Where the instance is reached by another name, set instance, or identity_url, to the one that the document names.`,
		},
		{
			WrongAlgorithm, "Wrong Signature Algorithm",
			"The token is not signed by RS256, the one algorithm that ERP.net documents.",
			`The server is probably not the instance's identity service: check instance and identity_url.`,
		},
		{
			WrongJWTType, "Wrong JWT Type",
			"The token's header does not say that it is an access token (typ at+jwt, RFC 9068).",
			`The server is probably not the instance's identity service: check instance and identity_url.`,
		},
		{
			UnknownKey, "Unknown Signing Key",
			"The token is signed by a key that the identity service does not publish.",
			`The token was not issued by this identity service, or its keys were replaced and it publishes the old ones still: check instance and identity_url, and restart the instance's identity site if its keys are stale.`,
		},
		{
			BadSignature, "Bad Signature",
			"The token's signature is not that of the published key.",
			`The token was forged or changed on its way. Do not use it; check instance and identity_url, and what a proxy or gateway between here and the instance does.`,
		},
		{
			WrongAudience, "Token for Another API",
			"The token's audience does not hold the Domain API.",
			`Check that the instance has a Domain API site, and that identity_url is the identity service of the same instance.`,
		},
		{
			NotYetValid, "Token Not Yet Valid",
			"The token's not-before time lies ahead.",
			`Set the clock of this machine or of the server.`,
		},
		{
			APITokenRefused, "Token Refused by the Domain API",
			"The Domain API does not take the token (HTTP status 401).",
			`Check that instance, identity_url and domain_api_url are of one and the same instance, and that its clock is right.
A reference token may have expired or been revoked, or the Trusted Application's ReferenceTokens be None.`,
		},
		{
			APIForbidden, "Access Denied by the Domain API",
			"The Domain API takes the token, but does not allow this call (HTTP status 403).",
			`Look at the attribute Scope of the Trusted Application record, which must hold "read", and "update" to write, and at the rights of its SystemUser.
An instance may keep trusted applications from the Domain API altogether: then request the registration by a ticket, which erpnet_registration_request writes.`,
		},
		{
			APINotFound, "No Such Entity Set",
			"There is no Domain API at this URL, or no entity set of this name.",
			`Check the name of the entity set (entity_set, probe_entity_set). Where an instance hosts its Domain API elsewhere than at /api/domain/odata/, set domain_api_url.`,
		},
		{
			APIRateLimited, "Too Many Calls of the Domain API",
			"The Domain API limits how often, or by how many requests at a time, a session may call it.",
			`Wait and run again; let fewer programs call it at the same time.`,
		},
		{
			NoLicence, "No Licence Free",
			"All licences of the instance are taken by other sessions.",
			`Wait until a session ends (20 minutes after its last call), or reserve a licence for the SystemUser of the Trusted Application.`,
		},
		{
			APIFailed, "Domain API Failed",
			"The Domain API failed while it worked on the call.",
			`Look into the log of the instance at this time. If its message names a rule or a value, the same call will fail again.`,
		},
		{
			APIRenamed, "Entity Set Was Renamed",
			"The entity set has another name in this version of ERP.net.",
			`Use the new name, which the message gives.`,
		},
		{
			NotDomainAPI, "Not a Domain API",
			"The server answered with something that is not the JSON of a Domain API.",
			`Check instance. Where an instance hosts its Domain API elsewhere than at /api/domain/odata/, set domain_api_url.`,
		},
		{
			ForeignLink, "Next Page Elsewhere",
			"The Domain API points to another host, or back to an earlier page, for the next rows.",
			`The link was not followed, since the token would go with it. Check domain_api_url, and what a gateway before the instance does to links.`,
		},
		{
			TooManyRows, "Too Many Rows",
			"The query has more rows than max_rows allows.",
			`Narrow the query by filter, or raise max_rows.`,
		},
		{
			IncompleteRows, "Rows Missing",
			"The Domain API gave fewer rows than it says there are.",
			`Run again; rows may have been deleted meanwhile. Otherwise narrow the query by filter until it fits one page.`,
		},
		{
			APIConflict, "Record Changed Elsewhere",
			"The record is not as it was when it was last read: somebody else has changed or deleted it.",
			`Plan again to see what is there now.`,
		},
		{
			APIExists, "Trusted Application Exists",
			"The instance has a record of this ApplicationUri already.",
			`Import it to manage it here, by its ApplicationUri, or take another application_uri.`,
		},
		{
			UnknownUser, "Unknown System User",
			"The instance has no user of this login, or the caller may not see it.",
			`Check system_user: it is the user's Login. Create the user first, with the rights that the application needs.`,
		},
	}
}
