// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// Remedy says in the user's words what one kind of failure means and what to do about it. In its texts, {host} stands
// for the host of the request, {client_id} for the client ID that made it, and {hash} for how to compare the secret
// with the record.
type Remedy struct {
	Kind   erpnet.Kind
	Title  string // a few words, the summary of a diagnostic
	Cause  string // what is wrong, in one or more sentences
	Remedy string // what to do, in one or more lines
}

// remedyOf returns the remedy for a failure, with the facts of the case filled in.
func remedyOf(failed *erpnet.Error) Remedy {
	found := Remedy{Kind: failed.Kind, Title: "ERP.net Request Failed"}
	for _, remedy := range Remedies() {
		if remedy.Kind == failed.Kind {
			found = remedy
		}
	}
	facts := strings.NewReplacer(
		"{host}", hostIn(failed.URL),
		"{client_id}", strconv.Quote(failed.ClientID),
		"{hash}", hashFact(failed.HashPrefix),
	)
	found.Cause, found.Remedy = facts.Replace(found.Cause), facts.Replace(found.Remedy)
	return found
}

func hostIn(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "the host"
	}
	return cmp.Or(u.Hostname(), "the host")
}

// hashFact says how the hash of the secret must begin. If the secret is short, it shows no part of the hash.
func hashFact(prefix string) string {
	if prefix == "" {
		return "ApplicationSecretHash is the hash of this secret: the function secret_matches compares them"
	}
	return "ApplicationSecretHash begins with " + strconv.Quote(prefix) +
		" (otherwise the secret was rotated, or is that of another application)"
}

// explanation describes a failure in reading order: what is wrong, what to do, and the evidence.
func explanation(failed *erpnet.Error) string {
	remedy := remedyOf(failed)
	parts := []string{remedy.Cause, remedy.Remedy}
	if failed.IdentityURL != "" {
		parts = append(
			parts,
			"The auto-discovery of the instance says that its identity service is at "+failed.IdentityURL+
				". If you trust that place, set identity_url to it.",
		)
	}
	if !failed.RetryAt.IsZero() {
		parts = append(parts, "The server asks not to be called again before "+failed.RetryAt.Format(time.RFC3339)+".")
	}
	evidence := strings.TrimSpace(failed.Evidence + "\n" + failed.Error())
	return strings.Join(append(parts, evidence), "\n\n")
}

// Remedies returns the remedies for all kinds of failure. It is a function so as not to build the list before a failure
// needs it.
func Remedies() []Remedy {
	return []Remedy{
		{
			Kind: identity.InvalidClient, Title: "Client Credentials Refused",
			Cause: "The instance does not accept this client_id with this secret.",
			Remedy: "Check the Trusted Application record of {client_id}:\n" +
				"  - {hash}\n" +
				"  - ApplicationUri is exactly this client_id; letter case may count\n" +
				"  - IsEnabled is true, and ClientType is Confidential",
		},
		{
			Kind: identity.UnauthorizedClient, Title: "Trusted Application Not Authorized",
			Cause: "The trusted application exists, but it may not use the client credentials grant.",
			Remedy: "Check the Trusted Application record of {client_id}:\n" +
				"  - SystemUserAllowed is true\n" +
				"  - SystemUser is an active user, whom the application's calls run as\n" +
				"  - ImpersonateAsInternalUserAllowed is true, if the SystemUser is an internal user\n" +
				"  - IsEnabled is true",
		},
		{
			Kind: identity.InvalidScope, Title: "Scope Not Allowed",
			Cause: "The trusted application is not allowed to request one of these scopes.",
			Remedy: "Add the scope to the attribute Scope of the Trusted Application record, a space-delimited " +
				"list such as \"read update\", or request fewer scopes. Letter case counts.\n" +
				"openid, profile and offline_access are not issued to services, and sec is reserved for ERP.net. " +
				"Records that are older than the scope read (late 2025) often have no scopes: leave scopes out to " +
				"get what the record has.",
		},
		{
			Kind: identity.InvalidGrant, Title: "Client Credentials Invalid or Missing",
			Cause: "The identity service did not find complete client credentials in the request.",
			Remedy: "Check that client_id and client_secret belong to a Trusted Application with ClientType " +
				"Confidential and SystemUserAllowed true. If they do, a proxy or gateway may have changed the " +
				"request.",
		},
		{
			Kind: identity.UnsupportedGrantType, Title: "Grant Type Not Supported",
			Cause: "The identity service does not offer the client credentials grant to this application.",
			Remedy: "Check SystemUserAllowed and SystemUser of the Trusted Application record. If they are right, " +
				"check that the request went to the identity service of this instance. If that is hosted " +
				"elsewhere, set identity_url.",
		},
		{
			Kind: identity.InvalidRequest, Title: "Token Request Not Understood",
			Cause: "The identity service reports that a parameter of the request is missing.",
			Remedy: "Check client_id and client_secret. If both are set, a proxy or gateway may have dropped the " +
				"body of the request.",
		},
		{
			Kind: identity.RequestRefused, Title: "Token Request Refused",
			Cause: "The identity service, or a gateway in front of it, refused the request for a reason that ERP.net " +
				"does not document.",
			Remedy: "See the response below. If it is a gateway's, such as a firewall's, ask whoever runs the " +
				"gateway to allow the machine that runs the plan to send requests to this URL.\n" +
				"Otherwise, check the Trusted Application record of {client_id}: ApplicationUri, IsEnabled, " +
				"ClientType, ApplicationSecretHash, SystemUserAllowed, SystemUser and Scope.\n" +
				"{hash}.",
		},
		{
			Kind: erpnet.UnknownHost, Title: "Unknown Host",
			Cause: "Can't find a host with the name {host}.",
			Remedy: "Check the spelling of instance, such as demodb.my.erp.net. If it is right, check the name " +
				"resolution of the machine that runs the plan.",
		},
		{
			Kind: erpnet.NameServerFailed, Title: "Name Server Failed",
			Cause:  "The name server failed to look up the host name {host}.",
			Remedy: "Check the name resolution of the machine that runs the plan, and run again.",
		},
		{
			Kind: erpnet.ConnectionRefused, Title: "Connection Refused",
			Cause: "{host} refuses the connection: nothing listens at this port, or a firewall rejects it.",
			Remedy: "Check the host and port of instance (or identity_url), that the instance is running, and that " +
				"the machine that runs the plan can reach it.",
		},
		{
			Kind: erpnet.Unreachable, Title: "Host Unreachable",
			Cause: "The network has no route to {host}.",
			Remedy: "Check the network or VPN of the machine that runs the plan, and the address that the host " +
				"name resolves to.",
		},
		{
			Kind: erpnet.ConnectTimeout, Title: "No Connection in Time",
			Cause: "{host} does not respond: the address is wrong, or a firewall drops the packets.",
			Remedy: "Check the host and port of instance (or identity_url), and whether the machine that runs the " +
				"plan can reach it. request_timeout limits how long one attempt takes.",
		},
		{
			Kind: erpnet.HandshakeTimeout, Title: "No TLS Handshake in Time",
			Cause: "{host} accepts the connection, but does not respond to the TLS handshake: the server is stuck or " +
				"does not speak TLS, or something in between drops the packets of the handshake.",
			Remedy: "Check that the port is the HTTPS port, and that the server and any gateway or VPN in front of " +
				"it work. request_timeout limits how long one attempt takes.",
		},
		{
			Kind: erpnet.ConnectionLost, Title: "Connection Lost",
			Cause: "The connection to {host} broke before the response was complete.",
			Remedy: "Check the network, proxy or gateway between this machine and the instance, and run again. " +
				"max_retries sets how many times the provider retries.",
		},
		{
			Kind: erpnet.Timeout, Title: "No Response in Time",
			Cause: "{host} accepted the request, but did not send a complete response in time.",
			Remedy: "Check that the instance is up, and run again. request_timeout limits how long one attempt " +
				"takes, and max_retries sets how many times the provider retries. All attempts together end after " +
				"three minutes.",
		},
		{
			Kind: erpnet.Canceled, Title: "Request Canceled",
			Cause:  "The run was interrupted.",
			Remedy: "Run again.",
		},
		{
			Kind: erpnet.NotHTTP, Title: "Not a Web Server",
			Cause:  "{host} does not speak HTTP at this port.",
			Remedy: "Check the host and port of instance (or identity_url).",
		},
		{
			Kind: erpnet.InvalidHTTP, Title: "Invalid HTTP Response",
			Cause: "The response breaks the rules of HTTP. The provider did not retry, because the same response " +
				"would come again.",
			Remedy: "Check that instance and identity_url name the instance. If they do, correct the server or the " +
				"gateway in front of it: the cause below says what is wrong.",
		},
		{
			Kind: erpnet.ProxyFailed, Title: "No Connection Through the Proxy",
			Cause: "The proxy of the environment (HTTPS_PROXY) did not open a connection to {host}.",
			Remedy: "Check HTTPS_PROXY, its user name and password, that the proxy is running, and that it allows " +
				"this host. To reach the host directly, name it in NO_PROXY.",
		},
		{
			Kind: erpnet.UnknownAuthority, Title: "Certificate of Unknown Authority",
			Cause: "This machine does not trust the authority that signed the certificate of {host}.",
			Remedy: "If a private authority signed the certificate, set ca_certificate_file or ca_certificate_pem " +
				"to that authority's certificate. If it is set already, a cause below says why it does not fit. " +
				"Otherwise, somebody may be intercepting the connection.",
		},
		{
			Kind: erpnet.MissingIntermediate, Title: "Incomplete Certificate Chain",
			Cause: "{host} sends only its own certificate, without the intermediate certificates that lead to a " +
				"trusted authority. Browsers hide the problem because they fetch the missing certificates.",
			Remedy: "Configure the server to send the intermediate certificates too. Until then, add them with " +
				"ca_certificate_file or ca_certificate_pem.",
		},
		{
			Kind: erpnet.WrongHostName, Title: "Certificate of Another Host",
			Cause:  "The certificate of {host} is for another name.",
			Remedy: "Set instance to a name that the certificate has, or add this name to the certificate.",
		},
		{
			Kind: erpnet.NoHostNames, Title: "Certificate Without Host Names",
			Cause: "The certificate of {host} names the host only in its common name (CN), which is no longer " +
				"valid.",
			Remedy: "Replace the certificate with one that has the host name as a subject alternative name (SAN).",
		},
		{
			Kind: erpnet.CertificateDates, Title: "Certificate Not Valid Now",
			Cause:  "The certificate of {host} has expired or is not valid yet.",
			Remedy: "Renew the certificate. If its dates are right, correct this machine's clock.",
		},
		{
			Kind: erpnet.AuthorityDates, Title: "Authority Certificate Not Valid Now",
			Cause: "The certificate of {host} was signed by an authority whose own certificate has expired or is " +
				"not valid yet.",
			Remedy: "Replace the authority's certificate that the message below names: in ca_certificate_file or " +
				"ca_certificate_pem if it is set there, otherwise at the server. If its dates are right, correct " +
				"this machine's clock.",
		},
		{
			Kind: erpnet.CertificateInvalid, Title: "Invalid Certificate",
			Cause:  "The certificate of {host}, or another certificate in its chain, breaks a rule.",
			Remedy: "Replace the certificate that the message below names.",
		},
		{
			Kind: erpnet.CertificateRequired, Title: "Client Certificate Required",
			Cause: "{host}, or a gateway in front of it, requires a TLS client certificate, which the provider " +
				"does not have.",
			Remedy: "Use a route to the instance that requires no client certificate.",
		},
		{
			Kind: erpnet.OldTLS, Title: "TLS Too Old",
			Cause:  "{host} offers only versions of TLS before 1.2, which are not secure.",
			Remedy: "Turn on TLS 1.2 or newer at the server, or at the gateway in front of it.",
		},
		{
			Kind: erpnet.NotTLS, Title: "No TLS at This Port",
			Cause: "{host} responds in plain text at a port where HTTPS is expected.",
			Remedy: "Check that the port is the HTTPS port. For a local instance without TLS, write instance with " +
				"http://.",
		},
		{
			Kind: erpnet.TLSFailed, Title: "No Secure Connection",
			Cause:  "The TLS handshake with {host} failed.",
			Remedy: "Check that the port is the HTTPS port, and see the cause below.",
		},
		{
			Kind: erpnet.Redirected, Title: "Unexpected Redirect",
			Cause: "The server redirects the request. The provider does not follow redirects, because the secret " +
				"would go to another place.",
			Remedy: "Set instance, or identity_url if only the identity service is elsewhere, to the address that " +
				"the server redirects to, if you trust it.",
		},
		{
			Kind: erpnet.NotFound, Title: "No Identity Service Here",
			Cause: "The server has no identity service at this URL.",
			Remedy: "Check instance. If the instance hosts its identity service somewhere other than /id, set " +
				"identity_url.",
		},
		{
			Kind: erpnet.NotJSON, Title: "Not an Identity Service",
			Cause: "The response is not the JSON of an identity service, but something else, such as a web page of " +
				"a portal, a gateway or a maintenance notice.",
			Remedy: "Open the host in a browser to see what responds. Check instance, and identity_url if the " +
				"identity service is not at /id.",
		},
		{
			Kind: erpnet.EmptyResponse, Title: "Empty Response",
			Cause: "The response has no content.",
			Remedy: "Check that instance and identity_url name the identity service, and that no proxy or gateway " +
				"in front of it drops the content.",
		},
		{
			Kind: erpnet.OversizedResponse, Title: "Response Too Large",
			Cause: "The response is larger than the provider accepts: 1 MiB for one response, 64 KiB for its header, " +
				"or 16 MiB for all pages together.",
			Remedy: "For a query of the Domain API, ask for fewer rows with top or filter, or for fewer " +
				"attributes with select. Otherwise check that instance and identity_url name the instance.",
		},
		{
			Kind: erpnet.UnreadableContent, Title: "Unreadable Content",
			Cause: "The content of the response is not encoded as its header Content-Encoding says, or in a way that " +
				"the provider did not ask for.",
			Remedy: "A proxy or gateway in front of the instance changes the encoding of responses. Turn that off " +
				"for this host.",
		},
		{
			Kind: erpnet.Excessive, Title: "Excessive Response",
			Cause: "The response holds far more items than the provider accepts. They could take Terraform hours, " +
				"or gigabytes of memory.",
			Remedy: "For a query of the Domain API, ask for fewer rows with top or filter, or for fewer " +
				"attributes with select. Otherwise check that instance and identity_url name the instance.",
		},
		{
			Kind: erpnet.RateLimited, Title: "Too Many Requests",
			Cause:  "The server limits how many requests it accepts.",
			Remedy: "Wait, then run again. Run fewer pipelines at the same time.",
		},
		{
			Kind: erpnet.GatewayRefused, Title: "Refused by a Gateway",
			Cause: "Something in front of the instance refused the request, such as a firewall, a load balancer or " +
				"a proxy. The refusal does not come from the identity service or the API.",
			Remedy: "Ask whoever runs the gateway to allow the machine that runs the plan to send requests to this " +
				"URL.",
		},
		{
			Kind: erpnet.Unavailable, Title: "Instance Unavailable",
			Cause:  "The gateway in front of the instance reports that the instance is down or overloaded.",
			Remedy: "Check that the instance is up, and run again.",
		},
		{
			Kind: erpnet.ServerFailed, Title: "Server Error",
			Cause: "The server failed to process the request. The provider did not retry, because the same request " +
				"would fail again.",
			Remedy: "If the error persists, contact ERP.net's support with the time and the request below.",
		},
		{
			Kind: erpnet.UnexpectedStatus, Title: "Unexpected HTTP Status",
			Cause: "An identity service does not respond with this status.",
			Remedy: "Check that instance and identity_url name the identity service, and that no proxy or gateway " +
				"in front of it changes the response.",
		},
		{
			Kind: identity.NoToken, Title: "Response Without Token",
			Cause:  "The server reports success, but its response has no access token.",
			Remedy: "Check that instance and identity_url name the identity service.",
		},
		{
			Kind: identity.MalformedToken, Title: "Malformed Access Token",
			Cause: "The access token cannot be sent in an Authorization header, or is a JWT that cannot be read.",
			Remedy: "Check that instance and identity_url name the identity service, and that no proxy or gateway " +
				"in front of it changes the response.",
		},
		{
			Kind: identity.WrongTokenType, Title: "Wrong Token Type",
			Cause:  "The token is not a Bearer token, the only type that ERP.net documents.",
			Remedy: "Check that instance and identity_url name the identity service.",
		},
		{
			Kind: identity.InvalidLifetime, Title: "Invalid Token Lifetime",
			Cause:  "The response has no valid lifetime for the token.",
			Remedy: "Check that instance and identity_url name the identity service.",
		},
		{
			Kind: identity.ForeignIssuer, Title: "Token of Another Issuer",
			Cause: "The token names another identity service as its issuer, so the APIs of this instance refuse " +
				"it.",
			Remedy: "If the issuer is the right instance under its own name, set instance to that name.\n" +
				"If it is what the instance calls itself behind a reverse proxy, set the provider's issuer to it.\n" +
				"Otherwise, you have reached the wrong server.",
		},
		{
			Kind: identity.ForeignClient, Title: "Token of Another Client",
			Cause: "The token was issued to a different client_id than the one in the request.",
			Remedy: "Check that instance and identity_url name the identity service, and that no gateway in front " +
				"of it replays old responses.",
		},
		{
			Kind: identity.ExpiredToken, Title: "Token Already Expired",
			Cause: "The token was just issued, but has already expired.",
			Remedy: "Correct the clock of this machine or of the server. If both are right, a gateway may be " +
				"replaying old responses.",
		},
		{
			Kind: identity.MissingScopes, Title: "Scope Not Granted",
			Cause: "The token has fewer scopes than requested.",
			Remedy: "Add the missing scopes to the attribute Scope of the Trusted Application record, or request " +
				"fewer scopes.",
		},
		{
			Kind: identity.ForeignService, Title: "Identity Service of Another Name",
			Cause: "The issuer in the discovery document differs from the URL of the identity service.",
			Remedy: "If the issuer is the right instance under its own name, set instance to that name.\n" +
				"If it is what the instance calls itself behind a reverse proxy, set the provider's issuer to it.\n" +
				"Otherwise, you have reached the wrong server.",
		},
		{
			Kind: identity.NoKeys, Title: "No Signing Keys",
			Cause: "The identity service publishes no keys that can verify the signature.",
			Remedy: "Check the discovery document of the identity service. Its jwks_uri must have the same path as " +
				"identity_url (by default, /id), or the same origin, and must hold RSA keys for signatures.\n" +
				"If a reverse proxy changes the path, and jwks_uri begins with the issuer that the document names, " +
				"set the provider's issuer to that issuer.",
		},
		{
			Kind: identity.WrongAlgorithm, Title: "Wrong Signature Algorithm",
			Cause:  "The token is not signed with RS256, the only algorithm that ERP.net documents.",
			Remedy: "The server is probably not the instance's identity service: check instance and identity_url.",
		},
		{
			Kind: identity.WrongJWTType, Title: "Wrong JWT Type",
			Cause:  "The header of the token does not say that it is an access token (typ at+jwt, RFC 9068).",
			Remedy: "The server is probably not the instance's identity service: check instance and identity_url.",
		},
		{
			Kind: identity.UnknownKey, Title: "Unknown Signing Key",
			Cause: "The token is signed with a key that the identity service does not publish.",
			Remedy: "The token is not from this identity service, or the service publishes old keys. Check " +
				"instance and identity_url, and restart the identity site of the instance if its keys are stale.",
		},
		{
			Kind: identity.BadSignature, Title: "Bad Signature",
			Cause: "The signature of the token was not made with the published key: the token was forged, or " +
				"changed in transit.",
			Remedy: "Do not use the token. Check instance and identity_url, and that no proxy or gateway in front " +
				"of the instance changes the response.",
		},
		{
			Kind: identity.WrongAudience, Title: "Token for Another API",
			Cause: "The token is not meant for the Domain API.",
			Remedy: "Check that the instance has a Domain API site, and that identity_url is the identity service " +
				"of the same instance.",
		},
		{
			Kind: identity.NotYetValid, Title: "Token Not Yet Valid",
			Cause:  "The token is not valid yet.",
			Remedy: "Correct the clock of this machine or of the server.",
		},
		{
			Kind: domainapi.TokenRejected, Title: "Token Rejected by the Domain API",
			Cause: "The Domain API does not accept the token.",
			Remedy: "Check that instance, identity_url and domain_api_url belong to the same instance, and that " +
				"its clock is right.\n" +
				"If the response redirects to the login page of another host, a gateway in front of the instance " +
				"requires a login. Ask its administrator to let calls of the Domain API through.\n" +
				"A reference token may have expired or been revoked, or the ReferenceTokens of the Trusted " +
				"Application may be None.",
		},
		{
			Kind: domainapi.Forbidden, Title: "Access Denied by the Domain API",
			Cause: "The Domain API accepts the token, but does not allow this call.",
			Remedy: "Check that the attribute Scope of the Trusted Application record has \"read\", and \"update\" " +
				"for writes, and check the rights of its SystemUser.\n" +
				"Some instances do not give access to trusted applications through the Domain API at all. In that " +
				"case, request the registration with the ticket that erpnet_registration_request writes.",
		},
		{
			Kind: domainapi.NotFound, Title: "No Such Entity Set",
			Cause: "The Domain API has no entity set with this name.",
			Remedy: "If you named the entity set (entity_set, probe_entity_set), check its name.\n" +
				"Otherwise, this instance does not offer trusted applications through the Domain API: request the " +
				"registration with the ticket that erpnet_registration_request writes.",
		},
		{
			Kind: domainapi.NotServed, Title: "No Domain API Here",
			Cause: "The web server has nothing at this URL.",
			Remedy: "Check instance. If the instance hosts its Domain API somewhere other than " +
				"/api/domain/odata/, set domain_api_url.",
		},
		{
			Kind: domainapi.RateLimited, Title: "Too Many Calls of the Domain API",
			Cause:  "The Domain API limits how many calls a session may make, and how many at the same time.",
			Remedy: "Wait, then run again. Run fewer programs that call it at the same time.",
		},
		{
			Kind: domainapi.NoLicence, Title: "No Licence Free",
			Cause: "All licences of the instance are taken by other sessions.",
			Remedy: "Wait until a session ends, 20 minutes after its last call, or reserve a licence for the " +
				"SystemUser of the Trusted Application. The Sessions page of Instance Manager shows who holds the " +
				"licences.",
		},
		{
			Kind: domainapi.Failed, Title: "Domain API Failed",
			Cause: "The Domain API failed, or refused the call for the reason in its message.",
			Remedy: "If the message names a rule or a value, correct it: the same call would fail again. " +
				"Otherwise, run again.",
		},
		{
			Kind: domainapi.Renamed, Title: "Entity Set Was Renamed",
			Cause: "The entity set has another name in this version of ERP.net.",
			Remedy: "If you named the entity set (entity_set, probe_entity_set), use the new name from the " +
				"message.\n" +
				"Otherwise, this instance is newer than the provider: upgrade the provider.",
		},
		{
			Kind: domainapi.URLTooLong, Title: "URL Too Long",
			Cause:  "The web server, or a gateway in front of it, does not accept a URL of this length.",
			Remedy: "Shorten filter, select, expand or order_by, or split the query.",
		},
		{
			Kind: domainapi.NotDomainAPI, Title: "Not a Domain API",
			Cause: "The response is not one that a Domain API sends.",
			Remedy: "Check instance. If the instance hosts its Domain API somewhere other than " +
				"/api/domain/odata/, set domain_api_url. If both are right, a gateway in front of the instance " +
				"may have sent or changed the response.",
		},
		{
			Kind: domainapi.ForeignLink, Title: "Next Page Elsewhere",
			Cause: "The link to the next rows leads away from the Domain API. The provider does not follow it, " +
				"because the token would go with it.",
			Remedy: "Check domain_api_url, and whether a gateway in front of the instance changes links.",
		},
		{
			Kind: domainapi.NoFurtherRows, Title: "Next Pages Without Further Rows",
			Cause: "The next pages of the Domain API bring no further rows: it ignores $skip, links back to an " +
				"earlier page, or sends page after page without rows.",
			Remedy: "If you set all_pages, leave it out and set top to read a single page, of up to 1000 rows. " +
				"Narrow the query until it fits on that page.",
		},
		{
			Kind: domainapi.TooManyRows, Title: "Too Many Rows",
			Cause:  "The query has more rows than max_rows allows.",
			Remedy: "Narrow the query with filter, or raise max_rows.",
		},
		{
			Kind: domainapi.MiscountedRows, Title: "Rows Do Not Match Their Count",
			Cause: "The Domain API returned fewer or more rows than it counted.",
			Remedy: "Run again: rows may have been added or deleted meanwhile. Otherwise, narrow the query with " +
				"filter until it fits on one page.",
		},
		{
			Kind: trustedapp.Conflict, Title: "Record Changed Elsewhere",
			Cause:  "Somebody else changed or deleted the record after it was last read.",
			Remedy: "Run plan again to see the current record.",
		},
		{
			Kind: trustedapp.Exists, Title: "Trusted Application Exists",
			Cause:  "The instance already has a trusted application with this application_uri.",
			Remedy: "Import it to manage it here, or choose another application_uri.",
		},
		{
			Kind: trustedapp.UnknownUser, Title: "Unknown System User",
			Cause: "The instance has no user with this login, or the caller is not allowed to see it.",
			Remedy: "Check system_user, which is the user's Login. Create the user first, with the rights that the " +
				"application needs.",
		},
		{
			Kind: trustedapp.TooManyRecords, Title: "Too Many Trusted Applications",
			Cause:  "The instance has more trusted applications than the provider lists at once.",
			Remedy: "Narrow the list with name, name_contains, is_enabled or system_user, or set a lower limit.",
		},
		{
			Kind: trustedapp.Undecided, Title: "Write Not Confirmed",
			Cause: "The write was sent, but the Domain API did not confirm it, and reading the record did not help. " +
				"It is unknown whether it was carried out. A new record is not in the state.",
			Remedy: "Look at the record (Instance Manager, Security, Trusted Apps) before you apply again. If a new " +
				"record is there, import it.",
		},
	}
}
