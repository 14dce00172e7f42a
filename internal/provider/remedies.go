// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// Remedy says in the user's words what one kind of failure means, and what to do about it.
type Remedy struct {
	Kind   erpnet.Kind
	Title  string // a few words, the summary of a diagnostic
	Cause  string // what it usually means, in a sentence
	Remedy string // what to do, in one or more lines
}

// remedyOf finds the remedy of a failure.
func remedyOf(failed *erpnet.Error) Remedy {
	for _, remedy := range Remedies() {
		if remedy.Kind == failed.Kind {
			return remedy
		}
	}
	return Remedy{Kind: failed.Kind, Title: "ERP.net Request Failed"}
}

// advice is what to do about a failure: the remedy of its kind, and what the facts of the case add.
func advice(failed *erpnet.Error) string {
	lines := []string{remedyOf(failed).Remedy}
	switch {
	case failed.HashPrefix != "":
		lines = append(lines, "The hash of the secret that was sent begins with \""+failed.HashPrefix+"\"; compare this with the record's ApplicationSecretHash.")
	case failed.Kind == identity.InvalidClient, failed.Kind == identity.RequestRefused && (failed.Status == 401 || failed.Status == 403):
		lines = append(lines, "Compare the secret with the record's ApplicationSecretHash by the function secret_matches.")
	}
	lines = append(lines, failed.Evidence)
	if !failed.RetryAt.IsZero() {
		lines = append(lines, "The server asks not to be called again before "+failed.RetryAt.Format(time.RFC3339)+".")
	}
	if failed.IdentityURL != "" {
		lines = append(lines, "The instance's auto-discovery says that its identity service is at "+failed.IdentityURL+": if you trust that place, set identity_url to it.")
	}
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n"))
}

// Remedies lists every kind of failure. It is a function so that nothing of it is built before a failure needs it.
func Remedies() []Remedy {
	return []Remedy{
		{
			identity.InvalidClient, "Client Credentials Refused",
			"The instance knows no enabled trusted application with this client_id and this secret.",
			`Compare the Trusted Application record of this instance with what was sent:
  - ApplicationUri: the same as the client_id; letter case may count
  - IsEnabled: true
  - ClientType: Confidential (a Public application has no secret)
  - ApplicationSecretHash: base64(SHA-256(secret)) of the secret that was sent; it changes when the secret is rotated`,
		},
		{
			identity.UnauthorizedClient, "Trusted Application Not Authorized",
			"The trusted application exists, but may not use the client-credentials grant.",
			`Look at these attributes of the Trusted Application record:
  - SystemUserAllowed: true
  - SystemUser: an active internal user, which the application's calls run as
  - ImpersonateAsInternalUserAllowed: true, if the SystemUser is an internal user and the instance demands it
  - IsEnabled: true`,
		},
		{
			identity.InvalidScope, "Scope Not Allowed",
			"A requested scope is not among the trusted application's scopes, or is none that a service application may ask for.",
			`Look at the attribute Scope of the Trusted Application record: a space-delimited, case-sensitive list that must hold every scope asked for, such as "read update". Either add the scope there, or ask for less.
openid, profile and offline_access are not issued to service applications; sec is reserved to ERP.net, and DomainApi is obsolete.`,
		},
		{
			identity.InvalidGrant, "Client Credentials Invalid or Missing",
			"The identity service took the request for incomplete, or for another grant.",
			`Check that client_id and client_secret are those of a Trusted Application with ClientType Confidential and SystemUserAllowed true. If they are, something between here and the instance, such as a proxy, may change the request.`,
		},
		{
			identity.UnsupportedGrantType, "Grant Type Not Supported",
			"The identity service does not offer the client-credentials grant to this application.",
			`Look at SystemUserAllowed and SystemUser of the Trusted Application record. If they are right, check that the URL above is this instance's own identity service; where it is hosted elsewhere, set identity_url.`,
		},
		{
			identity.InvalidRequest, "Token Request Not Understood",
			"The identity service missed a parameter of the request.",
			`Check client_id and client_secret. If both are set, something between here and the instance, such as a proxy or a redirecting gateway, may drop the body of the request.`,
		},
		{
			identity.RequestRefused, "Token Request Refused",
			"The identity service, or a gateway before it, refused the request without one of the reasons that ERP.net documents.",
			`Check the Trusted Application record (ApplicationUri, IsEnabled, ClientType, ApplicationSecretHash, SystemUserAllowed, SystemUser, Scope), and whether a gateway before the instance refuses this machine.`,
		},
		{
			erpnet.UnknownHost, "Unknown Host",
			"The name of the instance cannot be resolved.",
			`Check the spelling of instance, such as demodb.my.erp.net, and the name resolution of the machine that runs the plan.`,
		},
		{
			erpnet.ConnectionRefused, "Connection Refused",
			"Nothing listens at this address, or a firewall refuses the connection.",
			`Check the host and port of instance (or identity_url), that the instance is running, and that the machine which runs the plan may reach it.`,
		},
		{
			erpnet.ConnectionLost, "Connection Lost",
			"The connection could not be made or broke before the whole answer was there, each time it was tried.",
			`Check the network, proxy or gateway between here and the instance, then run again. max_retries sets how often it is tried again.`,
		},
		{
			erpnet.ProxyFailed, "Proxy Refused the Connection",
			"The proxy of the environment (HTTPS_PROXY) did not open a connection to the instance.",
			`Check HTTPS_PROXY, its user name and password, and whether the proxy allows this host; name the host in NO_PROXY to reach it directly.`,
		},
		{
			erpnet.UnknownAuthority, "Certificate of Unknown Authority",
			"The server's certificate was not signed by an authority that this machine trusts.",
			`If the instance has a certificate of a private authority, set ca_certificate_file or ca_certificate_pem to that authority's certificate. Otherwise somebody may be intercepting the connection.`,
		},
		{
			erpnet.WrongHostName, "Certificate of Another Host",
			"The server's certificate is not valid for the name it was asked by.",
			`Name the instance as its certificate does, or have the certificate extended by this name.`,
		},
		{
			erpnet.CertificateDates, "Certificate Not Valid Now",
			"The server's certificate has expired or is not valid yet, by this machine's clock.",
			`Renew the server's certificate. If its dates are right, set this machine's clock.`,
		},
		{
			erpnet.TLSFailed, "No Secure Connection",
			"The server does not speak TLS 1.2 or newer at this port, or broke off the handshake.",
			`Check that the port is that of https, and that the server offers TLS 1.2 or newer.`,
		},
		{
			erpnet.Timeout, "No Answer in Time",
			"The server took the connection but did not answer completely in time.",
			`Check that the instance is up. request_timeout sets how long one try may take, max_retries how often it is tried again; all together end after three minutes.`,
		},
		{
			erpnet.Canceled, "Request Canceled",
			"The run was interrupted.",
			`Run again.`,
		},
		{
			erpnet.Redirected, "Unexpected Redirect",
			"The server answered with a redirect, which is not followed, since it would carry the secret to another place.",
			`Set instance, or identity_url if only the identity service is elsewhere, to the address that really serves it.`,
		},
		{
			erpnet.NotFound, "No Identity Service Here",
			"The server knows no token endpoint at this URL.",
			`Check instance. Where an instance hosts its identity service elsewhere than at /id, set identity_url.`,
		},
		{
			erpnet.NotJSON, "Not an Identity Service",
			"The server answered with something that is not the JSON of an identity service, such as a web page of a portal, gateway or maintenance notice.",
			`Open the URL's host in a browser to see who answers there. Check instance, and identity_url where the identity service is not at /id.`,
		},
		{
			erpnet.EmptyResponse, "Empty Answer",
			"The server answered without any content.",
			`Check that instance and identity_url name the identity service itself, and what a proxy or gateway before it does.`,
		},
		{
			erpnet.OversizedResponse, "Answer Too Large",
			"The server answered with more than 1 MiB.",
			`For a query of the Domain API, ask for fewer rows at a time by top, or for fewer attributes by select. Otherwise check that instance and identity_url name the identity service itself. The answer was dropped.`,
		},
		{
			erpnet.RateLimited, "Too Many Requests",
			"The server limits how often it is asked.",
			`Wait and run again; let fewer pipelines run at the same time.`,
		},
		{
			erpnet.Unavailable, "Instance Unavailable",
			"The instance, or a gateway before it, is down or overloaded.",
			`Check that the instance is up, then run again.`,
		},
		{
			erpnet.ServerFailed, "Server Error",
			"The server failed while it worked on the request.",
			`Look into the log of the instance at this time. The same request is not repeated, since it would fail again.`,
		},
		{
			erpnet.UnexpectedStatus, "Unexpected HTTP Status",
			"The server answered with a status that an identity service does not give.",
			`Check that instance and identity_url name the identity service itself, and what a proxy or gateway before it does.`,
		},
		{
			identity.NoToken, "Answer Without Token",
			"The server reported success but issued no access token.",
			`Check that instance and identity_url name the identity service itself.`,
		},
		{
			identity.MalformedToken, "Malformed Access Token",
			"The access token cannot be sent in an Authorization header, or is a JWT whose claims cannot be read.",
			`Check that instance and identity_url name the identity service itself, and what a proxy or gateway before it does.`,
		},
		{
			identity.WrongTokenType, "Wrong Token Type",
			"The token is not a Bearer token, the only type that ERP.net documents; RFC 6749 section 7.1 forbids to use a type that is not understood.",
			`Check that instance and identity_url name the identity service itself.`,
		},
		{
			identity.InvalidLifetime, "Invalid Token Lifetime",
			"The answer's expires_in is not a number of seconds that a token may live.",
			`Check that instance and identity_url name the identity service itself.`,
		},
		{
			identity.ForeignIssuer, "Token of Another Issuer",
			"The token names another identity service as its issuer, so the APIs of this instance will refuse it.",
			`If the issuer is the right instance under its own name, set instance to that name. If it is that of the instance behind a reverse proxy, set the provider's issuer to it. Otherwise the server is not the one that you meant.`,
		},
		{
			identity.ForeignClient, "Token of Another Client",
			"The token was issued to another client_id than the one that asked.",
			`Check that instance and identity_url name the identity service itself, and that no gateway before it replays old answers.`,
		},
		{
			identity.ExpiredToken, "Token Already Expired",
			"The token that was just issued is past its own expiry.",
			`Set the clock of this machine or of the server. If both are right, a gateway may be replaying old answers.`,
		},
		{
			identity.MissingScopes, "Scope Not Granted",
			"The token carries fewer scopes than were asked for.",
			`Add the missing scopes to the attribute Scope of the Trusted Application record, or ask for less.`,
		},
		{
			identity.ForeignService, "Identity Service of Another Name",
			"The discovery document names another issuer than the URL that it was got from.",
			`If the issuer is the right instance under its own name, set instance to that name. If it is that of the instance behind a reverse proxy, set the provider's issuer to it. Otherwise the server is not the one that you meant.`,
		},
		{
			identity.NoKeys, "No Signing Keys",
			"The identity service publishes no keys that the signature could be verified by.",
			`Look at the identity service's discovery document and its jwks_uri, which must be on the same host. Where the instance is reached by another name, set instance, or identity_url, to the one that the document names.`,
		},
		{
			identity.WrongAlgorithm, "Wrong Signature Algorithm",
			"The token is not signed by RS256, the one algorithm that ERP.net documents.",
			`The server is probably not the instance's identity service: check instance and identity_url.`,
		},
		{
			identity.WrongJWTType, "Wrong JWT Type",
			"The token's header does not say that it is an access token (typ at+jwt, RFC 9068).",
			`The server is probably not the instance's identity service: check instance and identity_url.`,
		},
		{
			identity.UnknownKey, "Unknown Signing Key",
			"The token is signed by a key that the identity service does not publish.",
			`The token was not issued by this identity service, or its keys were replaced and it publishes the old ones still: check instance and identity_url, and restart the instance's identity site if its keys are stale.`,
		},
		{
			identity.BadSignature, "Bad Signature",
			"The token's signature is not that of the published key.",
			`The token was forged or changed on its way. Do not use it; check instance and identity_url, and what a proxy or gateway between here and the instance does.`,
		},
		{
			identity.WrongAudience, "Token for Another API",
			"The token's audience does not hold the Domain API.",
			`Check that the instance has a Domain API site, and that identity_url is the identity service of the same instance.`,
		},
		{
			identity.NotYetValid, "Token Not Yet Valid",
			"The token's not-before time lies ahead.",
			`Set the clock of this machine or of the server.`,
		},
		{
			domainapi.TokenRejected, "Token Refused by the Domain API",
			"The Domain API does not take the token (HTTP status 401).",
			`Check that instance, identity_url and domain_api_url are of one and the same instance, and that its clock is right.
A reference token may have expired or been revoked, or the Trusted Application's ReferenceTokens be None.`,
		},
		{
			domainapi.Forbidden, "Access Denied by the Domain API",
			"The Domain API takes the token, but does not allow this call (HTTP status 403).",
			`Look at the attribute Scope of the Trusted Application record, which must hold "read", and "update" to write, and at the rights of its SystemUser.
An instance may keep trusted applications from the Domain API altogether: then request the registration by a ticket, which erpnet_registration_request writes.`,
		},
		{
			domainapi.NotFound, "No Such Entity Set",
			"There is no Domain API at this URL, or no entity set of this name.",
			`Check the name of the entity set (entity_set, probe_entity_set). Where an instance hosts its Domain API elsewhere than at /api/domain/odata/, set domain_api_url.`,
		},
		{
			domainapi.RateLimited, "Too Many Calls of the Domain API",
			"The Domain API limits how often, or by how many requests at a time, a session may call it.",
			`Wait and run again; let fewer programs call it at the same time.`,
		},
		{
			domainapi.NoLicence, "No Licence Free",
			"All licences of the instance are taken by other sessions.",
			`Wait until a session ends (20 minutes after its last call), or reserve a licence for the SystemUser of the Trusted Application.`,
		},
		{
			domainapi.Failed, "Domain API Failed",
			"The Domain API failed while it worked on the call.",
			`Look into the log of the instance at this time. If its message names a rule or a value, the same call will fail again.`,
		},
		{
			domainapi.QueryRefused, "Query Refused",
			"The Domain API does not take the query, or failed while it worked on it.",
			`Correct what the message names: an attribute, an operator or a value in select, filter, expand or order_by, or the name in entity_set.
If the query is right, check the rights of the Trusted Application's SystemUser.`,
		},
		{
			domainapi.Renamed, "Entity Set Was Renamed",
			"The entity set has another name in this version of ERP.net.",
			`Use the new name, which the message gives.`,
		},
		{
			domainapi.NotDomainAPI, "Not a Domain API",
			"The server answered with something that is not the JSON of a Domain API.",
			`Check instance. Where an instance hosts its Domain API elsewhere than at /api/domain/odata/, set domain_api_url.`,
		},
		{
			domainapi.ForeignLink, "Next Page Elsewhere",
			"The Domain API points to another host, or back to an earlier page, for the next rows.",
			`The link was not followed, since the token would go with it. Check domain_api_url, and what a gateway before the instance does to links.`,
		},
		{
			domainapi.TooManyRows, "Too Many Rows",
			"The query has more rows than max_rows allows.",
			`Narrow the query by filter, or raise max_rows.`,
		},
		{
			domainapi.IncompleteRows, "Rows Missing",
			"The Domain API gave fewer rows than it says there are.",
			`Run again; rows may have been deleted meanwhile. Otherwise narrow the query by filter until it fits one page.`,
		},
		{
			trustedapp.Conflict, "Record Changed Elsewhere",
			"The record is not as it was when it was last read: somebody else has changed or deleted it.",
			`Plan again to see what is there now.`,
		},
		{
			trustedapp.Exists, "Trusted Application Exists",
			"The instance has a record of this ApplicationUri already.",
			`Import it to manage it here, by its ApplicationUri, or take another application_uri.`,
		},
		{
			trustedapp.UnknownUser, "Unknown System User",
			"The instance has no user of this login, or the caller may not see it.",
			`Check system_user: it is the user's Login. Create the user first, with the rights that the application needs.`,
		},
		{
			erpnet.NameServerFailed, "Name Server Failed",
			"The name of the host could not be looked up, so it is not known whether it exists.",
			`Check the name resolution of the machine that runs the plan, then run again.`,
		},
		{
			erpnet.Unreachable, "Host Unreachable",
			"The network knows no way from this machine to that address.",
			`Check the network or VPN of the machine that runs the plan, and the address that the host name resolves to.`,
		},
		{
			erpnet.ConnectTimeout, "No Connection in Time",
			"Nothing answers at this address: it is wrong, or a firewall drops the packets on the way.",
			`Check the host and port of instance (or identity_url), and whether the machine that runs the plan may reach it. request_timeout sets how long one attempt may take.`,
		},
		{
			erpnet.NotHTTP, "Not a Web Server",
			"The server at this address and port does not speak HTTP.",
			`Check the host and port of instance (or identity_url).`,
		},
		{
			erpnet.UnreadableContent, "Unreadable Content",
			"The content is compressed in a way that was not asked for.",
			`Something between here and the instance, such as a proxy, compresses responses by itself. Turn that off for this host.`,
		},
		{
			erpnet.MissingIntermediate, "Incomplete Certificate Chain",
			"The server sends its own certificate only, so its authority cannot be found. Browsers hide this, since they look for the missing one.",
			`Have the server send the intermediate certificates of its authority too. Until then, add them by ca_certificate_file or ca_certificate_pem.`,
		},
		{
			erpnet.NoHostNames, "Certificate Without Host Names",
			"The server's certificate has its name as common name only, which is not looked at any more.",
			`Replace the certificate by one that has the host name as subject alternative name (SAN).`,
		},
		{
			erpnet.CertificateInvalid, "Invalid Certificate",
			"The server's certificate, or one that it sends with it, breaks a rule.",
			`Replace the certificate that the cause names.`,
		},
		{
			erpnet.CertificateRequired, "Client Certificate Required",
			"The server, or a gateway before it, wants this machine to identify itself with a TLS certificate, which the provider does not do.",
			`Let the machine that runs the plan reach the instance by a way that needs no client certificate.`,
		},
		{
			erpnet.OldTLS, "TLS Too Old",
			"The server speaks only versions of TLS before 1.2, which are not secure.",
			`Turn on TLS 1.2 or newer at the server, or at the gateway before it.`,
		},
		{
			erpnet.NotTLS, "No TLS at This Port",
			"The server answers in plain text where https is asked for.",
			`Check that the port is that of https. A loopback instance without TLS is named with http://.`,
		},
		{
			erpnet.GatewayRefused, "Refused by a Gateway",
			"Something in front of the instance has refused the request, such as a firewall, a load balancer or a proxy. Neither the identity service nor the API has answered.",
			`Ask who runs the gateway whether the machine that runs the plan may reach this URL, by its address and its User-Agent.`,
		},
		{
			domainapi.NotServed, "No Domain API Here",
			"The web server knows nothing at this URL.",
			`Check instance. Where an instance hosts its Domain API elsewhere than at /api/domain/odata/, set domain_api_url.`,
		},
		{
			trustedapp.Undecided, "Write Without Response",
			"The record was sent, but no response of the Domain API came, and the record cannot be read: it may have been written or not. Nothing of it is in the state.",
			`Look whether the record is there, in Instance Manager, Security, Trusted Apps, before you apply again.`,
		},
		{
			erpnet.Excessive, "Excessive Response",
			"The server has sent more of something than anybody needs, which would take Terraform hours or gigabytes.",
			`For a query of the Domain API, ask for fewer rows by top or filter, or for fewer attributes by select. Otherwise check that instance and identity_url name the instance itself.`,
		},
	}
}
