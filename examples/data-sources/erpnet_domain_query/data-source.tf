data "erpnet_domain_query" "customers" {
  entity_set = "Crm_Sales_Customers"
  top        = 10
}

output "customers" {
  value = data.erpnet_domain_query.customers.rows
}
