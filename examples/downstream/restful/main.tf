terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    restful = {
      source  = "magodo/restful"
      version = ">= 0.17"
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
# plan.
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

# The state stores what this reads in plain text. Objects with the same mutex call
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
