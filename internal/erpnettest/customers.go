// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "fmt"

// sampleCustomers are made up. They have the attributes of Crm_Sales_Customers
// that need no other entity; like a real instance, a result names the company
// only when DisplayText is selected.
func sampleCustomers() entitySet {
	names := []string{
		"Aurora Office Supplies Ltd.", "Balkan Fresh Foods", "Cedar & Pine Furniture",
		"Danube Logistics AD", "Evergreen Garden Centers", "Fjord Seafood AS",
		"Granite Building Materials", "Harbor Electronics", "Iris Optical Labs",
		"Juniper Hotels Group", "Kestrel Bicycles", "Lighthouse Books",
		"Mountain Spring Waters", "Nordlicht Küchen GmbH", "Orchard Pharmacies",
	}
	set := entitySet{name: "Crm_Sales_Customers"}
	for i, name := range names {
		number := fmt.Sprintf("%06d", 101+i)
		id := guid("Crm_Sales_Customers:" + number)
		set.rows = append(set.rows, entity{
			id: id,
			visible: map[string]any{
				"Number":                    number,
				"Active":                    true,
				"AllowUseAsPrimaryCustomer": true,
				"AllowUseAsShipToCustomer":  i%2 == 0,
				"CreditLimit":               nil, // no limit
				"DefaultDeliveryTermDays":   i % 4,
				"DefaultPaymentStartDays":   0,
				"DefaultPaymentTermDays":    15 * (1 + i%3),
				"GracePeriodDays":           5,
				"FromDate":                  fmt.Sprintf("20%02d-%02d-01T00:00:00Z", 15+i%10, 1+i%12),
				"ThruDate":                  nil,
				"PersistSalesOrdersLots":    false,
			},
			hidden: map[string]any{
				"Id":            id,
				"DisplayText":   name,
				"ObjectVersion": 1 + i,
			},
		})
	}
	return set
}
