terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    restapi = {
      source  = "Mastercard/restapi"
      version = ">= 1.20"
    }
  }
}

# The secret comes from the environment variable ERPNET_CLIENT_SECRET.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}

ephemeral "erpnet_access_token" "this" {
  scopes = ["read"]
}

# The token is stored nowhere: an argument of a provider stands in no state and
# in no plan. Leave debug off, since it prints the headers.
provider "restapi" {
  uri = "https://demodb.my.erp.net/api/domain/odata"

  headers = {
    Authorization = "Bearer ${ephemeral.erpnet_access_token.this.access_token}"
  }

  # A record says itself where it is, such as Crm_Sales_Customers(...).
  id_attribute = "@odata.id"
}

# One customer by its number: first searched for, then read by its @odata.id.
# What is read is stored in the state in clear.
data "restapi_object" "customer" {
  search_path  = "/Crm_Sales_Customers"
  query_string = "$filter=Number%20eq%20'000101'"
  results_key  = "value"
  search_key   = "Number"
  search_value = "000101"

  path              = ""
  read_query_string = ""
}

output "customer" {
  value = data.restapi_object.customer.api_data
}
