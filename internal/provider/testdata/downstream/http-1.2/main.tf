# The one hashicorp/http that a Go module proxy has. Its data source has no
# status_code, and what 3.x calls response_body is body.
terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    http = {
      source  = "hashicorp/http"
      version = "~> 1.2"
    }
  }
}

provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}

data "erpnet_access_token" "this" {
  scopes = ["read"]
}

data "http" "customers" {
  url = "https://demodb.my.erp.net/api/domain/odata/Crm_Sales_Customers?$top=2"

  request_headers = {
    Authorization = "Bearer ${data.erpnet_access_token.this.access_token}"
  }
}

output "customers" {
  value = jsondecode(data.http.customers.body).value
}
