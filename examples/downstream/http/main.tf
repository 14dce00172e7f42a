terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    http = {
      source  = "hashicorp/http"
      version = "~> 3.0"
    }
  }
}

# The secret comes from the environment variable ERPNET_CLIENT_SECRET.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}

# The safe way to rows: no token leaves the provider, and none is stored.
data "erpnet_domain_query" "customers" {
  entity_set = "Crm_Sales_Customers"
  top        = 10
}

# For all else that is only read. hashicorp/http takes no ephemeral token, so the
# token stands in the state and in saved plans in clear, twice: here, and among
# the request_headers below. It is good for an hour.
data "erpnet_access_token" "this" {
  scopes = ["read"]
}

data "http" "version" {
  url = "https://demodb.my.erp.net/api/domain/odata/GetVersion"

  request_headers = {
    Authorization = "Bearer ${data.erpnet_access_token.this.access_token}"
  }

  lifecycle {
    postcondition {
      condition     = self.status_code == 200
      error_message = "The Domain API answers with HTTP status ${self.status_code}."
    }
  }
}

output "customers" {
  value = data.erpnet_domain_query.customers.rows
}

output "version" {
  value = jsondecode(data.http.version.response_body).version
}
