terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    restapi = {
      source  = "Mastercard/restapi"
      version = ">= 3.0"
    }
  }
}

# Set ERPNET_CLIENT_SECRET in the environment.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}

ephemeral "erpnet_access_token" "this" {
  scopes = ["read"]
}

# The token isn't stored: arguments of a provider are in neither the state nor the
# plan. Leave debug off, because it logs the token.
provider "restapi" {
  uri          = "https://demodb.my.erp.net/api/domain/odata"
  bearer_token = ephemeral.erpnet_access_token.this.access_token

  # A record's own address, such as Crm_Sales_Customers(...).
  id_attribute = "@odata.id"
}

# One customer by number. The provider first searches for it, then reads it by its
# @odata.id. The state stores what it reads in plain text.
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
