# One registration request for each instance, each with its own secret.

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

resource "erpnet_secret_hash" "this" {
  for_each = var.instances

  secret_wo = var.client_secrets[each.key]
}

data "erpnet_registration_request" "this" {
  for_each = var.instances

  name            = "Orders pipeline (${each.key})"
  application_uri = "my.trusted.app/orders"
  secret_hash     = erpnet_secret_hash.this[each.key].hash
  scopes          = ["read"]
  system_user     = "svc.orders"
  instance        = each.value
}

output "tickets" {
  value = { for name, request in data.erpnet_registration_request.this : name => request.ticket }
}

output "test_record" {
  value = data.erpnet_registration_request.this["test"].record_json
}

output "production_record" {
  value = data.erpnet_registration_request.this["production"].record_json
}
