// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"slices"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// sampleCustomers returns made-up customers. They have the attributes of
// Crm_Sales_Customers that need no other entity. As on a real instance, a
// result includes the company name only if the query selects DisplayText.
func sampleCustomers() []odata.Row {
	names := []string{
		"Aurora Office Supplies Ltd.", "Balkan Fresh Foods", "Cedar & Pine Furniture",
		"Danube Logistics AD", "Evergreen Garden Centers", "Fjord Seafood AS",
		"Granite Building Materials", "Harbor Electronics", "Iris Optical Labs",
		"Juniper Hotels Group", "Kestrel Bicycles", "Lighthouse Books",
		"Mountain Spring Waters", "Nordlicht Küchen GmbH", "Orchard Pharmacies",
	}
	var ids []string // sorted, so the default order by Id is that of the numbers
	for _, name := range names {
		ids = append(ids, guid("Crm_Sales_Customers:"+name))
	}
	slices.Sort(ids)
	var customers []odata.Row
	for i, name := range names {
		customers = append(customers, odata.Row{
			"Number":                    fmt.Sprintf("%06d", 101+i),
			"Active":                    true,
			"AllowUseAsPrimaryCustomer": true,
			"AllowUseAsShipToCustomer":  i%2 == 0,
			"CreditLimit":               nil, // no limit
			"DefaultDeliveryTermDays":   int32(i % 4),
			"DefaultPaymentStartDays":   int32(0),
			"DefaultPaymentTermDays":    int32(15 * (1 + i%3)),
			"GracePeriodDays":           int32(5),
			"FromDate":                  time.Date(2015+i%10, time.Month(1+i%12), 1, 0, 0, 0, 0, time.UTC),
			"ThruDate":                  nil,
			"PersistSalesOrdersLots":    false,
			"Id":                        ids[i],
			"DisplayText":               name,
			"ObjectVersion":             int32(1 + i),
		})
	}
	return customers
}
