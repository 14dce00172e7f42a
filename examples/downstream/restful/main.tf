terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    restful = {
      source = "magodo/restful"
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
# in no plan.
provider "restful" {
  base_url = "https://demodb.my.erp.net/api/domain/odata"

  security = {
    http = {
      token = {
        token = ephemeral.erpnet_access_token.this.access_token
      }
    }
  }
}

# What is read is stored in the state in clear. All that have the same mutex ask
# the Domain API one after the other.
data "restful_resource" "customers" {
  id = "/Crm_Sales_Customers"

  query = {
    "$top"    = ["10"]
    "$select" = ["Number,DisplayText"]
  }

  precheck = [{
    mutex = "erpnet"
  }]
}

output "customers" {
  value = data.restful_resource.customers.output.value
}
