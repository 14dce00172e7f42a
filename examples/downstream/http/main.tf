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

# Set ERPNET_CLIENT_SECRET in the environment.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}

# For rows, you don't need the http provider, and no token is stored.
data "erpnet_domain_query" "customers" {
  entity_set = "Crm_Sales_Customers"
  top        = 10
}

# For everything else that you only read. data "http" accepts no ephemeral value,
# so the state and saved plans contain the token in plain text, twice: here and in
# request_headers. It is valid for about an hour.
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
      error_message = "The Domain API responded with HTTP status ${self.status_code}."
    }
  }
}

output "customers" {
  value = data.erpnet_domain_query.customers.rows
}

output "version" {
  value = jsondecode(data.http.version.response_body).version
}
