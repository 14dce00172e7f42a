// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

// The entity sets of this instance.
const (
	trustedApplications = "Systems_Security_TrustedApplications"
	users               = "Systems_Security_Users"
	salesCustomers      = "Crm_Sales_Customers"
)

// securityPrefix begins the names of the entity sets of the namespace
// Systems.Security.
const securityPrefix = "Systems_Security_"

// entityTypes are the sets that the instance has, each with the attributes of
// its page in the model documentation.
var entityTypes = []entityType{applicationType, userType, customerType}

// applicationType is protocol 4. What it says of ExternalId and ExternalSystem
// follows the table of the page, whose details contradict it.
var applicationType = entityType{
	set:      trustedApplications,
	name:     "Systems_Security_TrustedApplication",
	writable: true,
	attributes: []attribute{
		{name: "Name", length: 254, filters: equal | like, sorts: true},
		{name: "ApplicationUri", length: 254, filters: equal, sorts: true},
		{name: "IsEnabled", kind: flag, preset: true, filters: equal},
		{name: "ClientType", kind: choice, preset: "Confidential", choices: clientTypes},
		{name: "ApplicationSecretHash", length: 250, nullable: true},
		{name: "Scope", nullable: true},
		{name: "SystemUserAllowed", kind: flag, preset: false, filters: equal},
		{name: "SystemUser", kind: reference, nullable: true, filters: equal | within, target: users},
		{name: "SystemUserLoginUrl", length: 254, nullable: true},
		{name: "ImpersonateAsInternalUserAllowed", kind: flag, preset: false, filters: equal},
		{name: "ImpersonateAsCommunityUserAllowed", kind: flag, preset: false, filters: equal},
		{name: "ImpersonateLoginUrl", length: 500, nullable: true},
		{name: "ImpersonateLogoutUrl", length: 500, nullable: true},
		{name: "BasicAuthenticationAllowed", kind: flag, preset: false, filters: equal},
		{name: "ReferenceTokens", kind: choice, preset: "None", filters: equal | within, choices: referenceTokenPolicies},
		{name: "CreationTimeUtc", kind: moment, readOnly: true, filters: equal | ranged},
		{name: "Notes", nullable: true},
		{name: "ExternalId", length: 254, nullable: true, filters: equal | within, sorts: true, hidden: true},
		{name: "ExternalSystem", length: 64, nullable: true, filters: equal | within, hidden: true},
		{name: "AdditionalDataJson", length: 32000, nullable: true, hidden: true},
		{name: "AggregateLastUpdateTimeUtc", kind: moment, nullable: true, readOnly: true, filters: ranged, sorts: true, hidden: true},
		{name: "Id", kind: identifier, readOnly: true, filters: equal | within | ranged, hidden: true},
		{name: "ObjectVersion", kind: integer, readOnly: true, hidden: true},
		{name: "DisplayText", nullable: true, readOnly: true, hidden: true},
		{name: "Authorizations", kind: children, readOnly: true, hidden: true},
	},
}

// userType is protocol 4.4: not all attributes of the entity, but all that
// matter to a trusted application. Password is a hash and, like the real one,
// in every result that does not select.
var userType = entityType{
	set:      users,
	name:     "Systems_Security_User",
	code:     "Login",
	writable: true,
	attributes: []attribute{
		{name: "Login", length: 64, filters: equal | within | like, sorts: true},
		{name: "Name", kind: translated, length: 254, filters: like},
		{name: "Email", length: 254, nullable: true, filters: equal | within | like, sorts: true},
		{name: "Active", kind: flag, preset: true, filters: equal},
		{name: "IsAdmin", kind: flag, preset: false, filters: equal},
		{name: "UserType", kind: choice, preset: "InternalUser", filters: equal | within | like, choices: userTypes},
		{name: "Password", length: 64, nullable: true, readOnly: true},
		{name: "Id", kind: identifier, readOnly: true, filters: equal | within, hidden: true},
		{name: "ObjectVersion", kind: integer, readOnly: true, hidden: true},
		{name: "DisplayText", nullable: true, readOnly: true, hidden: true},
	},
}

var customerType = entityType{
	set:  salesCustomers,
	name: "Crm_Sales_Customer",
	code: "Number",
	attributes: []attribute{
		{name: "Number", length: 16, nullable: true, filters: equal | like, sorts: true},
		{name: "Active", kind: flag, filters: equal},
		{name: "AllowUseAsPrimaryCustomer", kind: flag, filters: equal},
		{name: "AllowUseAsShipToCustomer", kind: flag, filters: equal},
		{name: "CreditLimit", kind: amount, nullable: true},
		{name: "DefaultDeliveryTermDays", kind: integer},
		{name: "DefaultPaymentStartDays", kind: integer},
		{name: "DefaultPaymentTermDays", kind: integer},
		{name: "GracePeriodDays", kind: integer},
		{name: "FromDate", kind: moment, nullable: true, filters: ranged},
		{name: "ThruDate", kind: moment, nullable: true, filters: ranged},
		{name: "PersistSalesOrdersLots", kind: flag, filters: equal},
		{name: "Id", kind: identifier, filters: equal | within, hidden: true},
		{name: "ObjectVersion", kind: integer, hidden: true},
		{name: "DisplayText", hidden: true},
	},
}

var (
	clientTypes            = []string{"Confidential", "Public", "None"}
	referenceTokenPolicies = []string{"None", "AuthenticatedUsers", "AdministratorsOnly"}
	userTypes              = []string{
		"InternalUser", "ExternalCommunityUser", "VirtualUserNoLogin", "SystemUserNoLogin",
		"ApplicationUserNoLogin", "InvitationInternalNoLogin", "InvitationExternalNoLogin",
	}
)
