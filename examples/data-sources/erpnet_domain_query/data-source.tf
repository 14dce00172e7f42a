data "erpnet_domain_query" "customers" {
  entity_set = "Crm_Sales_Customers"
  select     = "Number,DisplayText"
  filter     = "Active eq true"
  order_by   = "Number"
  top        = 10
}

output "customers" {
  value = { for customer in data.erpnet_domain_query.customers.rows : customer.Number => customer.DisplayText }
}
