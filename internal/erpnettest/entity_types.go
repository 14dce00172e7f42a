// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"

// The entity sets of this instance.
const (
	trustedApplications = "Systems_Security_TrustedApplications"
	users               = "Systems_Security_Users"
	salesCustomers      = "Crm_Sales_Customers"
)

// securityPrefix starts the names of the entity sets in the namespace
// Systems.Security.
const securityPrefix = "Systems_Security_"

const secretHashAttribute = "ApplicationSecretHash"

// entityTypes describes the sets of the instance, each with the attributes that
// its page in the model documentation lists.
var entityTypes = []odata.EntityType{applicationType, userType, customerType}

// applicationType follows protocol 4. For ExternalId and ExternalSystem, it
// follows the table on the page, which the page's details contradict.
var applicationType = odata.EntityType{
	Set:      trustedApplications,
	Name:     "Systems_Security_TrustedApplication",
	Writable: true,
	Attributes: []odata.Attribute{
		{Name: "Name", Length: 254, Filters: odata.Equal | odata.Like, Sorts: true},
		{Name: "ApplicationUri", Length: 254, Filters: odata.Equal, Sorts: true},
		{Name: "IsEnabled", Kind: odata.Flag, Default: true, Filters: odata.Equal},
		{Name: "ClientType", Kind: odata.Choice, Default: "Confidential", Choices: clientTypes},
		{Name: secretHashAttribute, Length: 250, Nullable: true},
		{Name: "Scope", Nullable: true},
		{Name: "SystemUserAllowed", Kind: odata.Flag, Default: false, Filters: odata.Equal},
		{Name: "SystemUser", Kind: odata.Reference, Nullable: true, Filters: odata.Equal | odata.Within, Target: users},
		{Name: "SystemUserLoginUrl", Length: 254, Nullable: true},
		{Name: "ImpersonateAsInternalUserAllowed", Kind: odata.Flag, Default: false, Filters: odata.Equal},
		{Name: "ImpersonateAsCommunityUserAllowed", Kind: odata.Flag, Default: false, Filters: odata.Equal},
		{Name: "ImpersonateLoginUrl", Length: 500, Nullable: true},
		{Name: "ImpersonateLogoutUrl", Length: 500, Nullable: true},
		{Name: "BasicAuthenticationAllowed", Kind: odata.Flag, Default: false, Filters: odata.Equal},
		{
			Name: "ReferenceTokens", Kind: odata.Choice, Default: "None",
			Filters: odata.Equal | odata.Within, Choices: referenceTokenPolicies,
		},
		{Name: "CreationTimeUtc", Kind: odata.Moment, ReadOnly: true, Filters: odata.Equal | odata.Ranged},
		{Name: "Notes", Nullable: true},
		{
			Name: "ExternalId", Length: 254, Nullable: true,
			Filters: odata.Equal | odata.Within, Sorts: true, Hidden: true,
		},
		{Name: "ExternalSystem", Length: 64, Nullable: true, Filters: odata.Equal | odata.Within, Hidden: true},
		{Name: "AdditionalDataJson", Length: 32000, Nullable: true, Hidden: true},
		{
			Name: "AggregateLastUpdateTimeUtc", Kind: odata.Moment, Nullable: true, ReadOnly: true,
			Filters: odata.Ranged, Sorts: true, Hidden: true,
		},
		{
			Name: "Id", Kind: odata.Identifier, ReadOnly: true,
			Filters: odata.Equal | odata.Within | odata.Ranged, Hidden: true,
		},
		{Name: "ObjectVersion", Kind: odata.Integer, ReadOnly: true, Hidden: true},
		{Name: "DisplayText", Nullable: true, ReadOnly: true, Hidden: true},
	},
}

// userType follows protocol 4.4. It has only the attributes that matter to a
// trusted application. Password is a hash and, as on a real instance, is in
// every result without $select.
var userType = odata.EntityType{
	Set:  users,
	Name: "Systems_Security_User",
	Attributes: []odata.Attribute{
		{Name: "Login", Length: 64, Filters: odata.Equal | odata.Within | odata.Like, Sorts: true},
		{Name: "Name", Kind: odata.Translated, Length: 254, Filters: odata.Like},
		{Name: "Email", Length: 254, Nullable: true, Filters: odata.Equal | odata.Within | odata.Like, Sorts: true},
		{Name: "Active", Kind: odata.Flag, Default: true, Filters: odata.Equal},
		{Name: "IsAdmin", Kind: odata.Flag, Default: false, Filters: odata.Equal},
		{
			Name: "UserType", Kind: odata.Choice, Default: "InternalUser",
			Filters: odata.Equal | odata.Within | odata.Like, Choices: userTypes,
		},
		{Name: "Password", Length: 64, Nullable: true, ReadOnly: true},
		{Name: "Id", Kind: odata.Identifier, ReadOnly: true, Filters: odata.Equal | odata.Within, Hidden: true},
		{Name: "ObjectVersion", Kind: odata.Integer, ReadOnly: true, Hidden: true},
		{Name: "DisplayText", Nullable: true, ReadOnly: true, Hidden: true},
	},
}

var customerType = odata.EntityType{
	Set:  salesCustomers,
	Name: "Crm_Sales_Customer",
	Attributes: []odata.Attribute{
		{Name: "Number", Length: 16, Nullable: true, Filters: odata.Equal | odata.Like, Sorts: true},
		{Name: "Active", Kind: odata.Flag, Filters: odata.Equal},
		{Name: "AllowUseAsPrimaryCustomer", Kind: odata.Flag, Filters: odata.Equal},
		{Name: "AllowUseAsShipToCustomer", Kind: odata.Flag, Filters: odata.Equal},
		{Name: "CreditLimit", Kind: odata.Amount, Nullable: true},
		{Name: "DefaultDeliveryTermDays", Kind: odata.Integer},
		{Name: "DefaultPaymentStartDays", Kind: odata.Integer},
		{Name: "DefaultPaymentTermDays", Kind: odata.Integer},
		{Name: "GracePeriodDays", Kind: odata.Integer},
		{Name: "FromDate", Kind: odata.Moment, Nullable: true, Filters: odata.Ranged},
		{Name: "ThruDate", Kind: odata.Moment, Nullable: true, Filters: odata.Ranged},
		{Name: "PersistSalesOrdersLots", Kind: odata.Flag, Filters: odata.Equal},
		{Name: "Id", Kind: odata.Identifier, Filters: odata.Equal | odata.Within, Hidden: true},
		{Name: "ObjectVersion", Kind: odata.Integer, Hidden: true},
		{Name: "DisplayText", Hidden: true},
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
