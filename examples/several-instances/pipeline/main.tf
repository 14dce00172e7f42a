# One provider block for each instance, and a check that each is the right one.

terraform {
  required_version = ">= 1.11"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
  }
}

variable "instances" {
  type = map(string)
  default = {
    test       = "https://testdb.my.erp.net"
    production = "https://demodb.my.erp.net"
  }
}

variable "client_secrets" {
  type      = map(string)
  ephemeral = true
}

provider "erpnet" {
  alias         = "test"
  instance      = var.instances.test
  client_id     = "my.trusted.app/orders"
  client_secret = var.client_secrets["test"]
}

provider "erpnet" {
  alias         = "production"
  instance      = var.instances.production
  client_id     = "my.trusted.app/orders"
  client_secret = var.client_secrets["production"]
}

data "erpnet_credentials_check" "test" {
  provider = erpnet.test

  required_scopes = ["read"]
}

data "erpnet_credentials_check" "production" {
  provider = erpnet.production

  required_scopes = ["read"]

  lifecycle {
    postcondition {
      condition     = self.issuer == "${var.instances.production}/id"
      error_message = "The token is from ${self.issuer}."
    }

    postcondition {
      condition     = self.database == "PRODUCTION"
      error_message = "The database is ${self.database}, not the production database."
    }
  }
}

data "erpnet_domain_query" "customers" {
  provider   = erpnet.production
  depends_on = [data.erpnet_credentials_check.production]

  entity_set = "Crm_Sales_Customers"
  select     = "Number,DisplayText"
  top        = 3
}

output "databases" {
  value = {
    test       = data.erpnet_credentials_check.test.database
    production = data.erpnet_credentials_check.production.database
  }
}
