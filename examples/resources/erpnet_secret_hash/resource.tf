terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    # It stands for the provider of your secret store.
    secretstore = {
      source = "erpnet/secretstore"
    }
  }
}

variable "secret_version" {
  description = "Raise it by one to rotate the secret."
  type        = number
  default     = 1
}

# A new secret, written to the store only ...
ephemeral "erpnet_client_secret" "new" {}

resource "secretstore_secret" "orders" {
  name             = "my.trusted.app/orders"
  value_wo         = ephemeral.erpnet_client_secret.new.secret
  value_wo_version = var.secret_version
}

# ... and read back after it was written, so that the hash is of what the store
# has, however often this is applied.
ephemeral "secretstore_secret" "orders" {
  name       = secretstore_secret.orders.name
  version_id = secretstore_secret.orders.version_id
}

resource "erpnet_secret_hash" "orders" {
  secret_wo         = ephemeral.secretstore_secret.orders.value
  secret_wo_version = var.secret_version
}

# The ticket by which the application is registered, or gets its new hash.
data "erpnet_registration_request" "orders" {
  name            = "Orders pipeline"
  application_uri = "my.trusted.app/orders"
  secret_hash     = erpnet_secret_hash.orders.hash
  scopes          = ["read"]
  system_user     = "svc.orders"
}

output "ticket" {
  value = data.erpnet_registration_request.orders.ticket
}
