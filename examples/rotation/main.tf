# A trusted application whose secret is generated, kept in a secret store,
# registered, used, and rotated by raising one number. Each takes one apply.

terraform {
  # Ephemeral resources and write-only arguments need Terraform or OpenTofu 1.11.
  required_version = ">= 1.11"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    # It stands for the provider of your secret store, such as Vault, AWS Secrets
    # Manager or Azure Key Vault.
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

variable "deletion_protection" {
  description = "Apply once with false before you destroy."
  type        = bool
  default     = true
}

# A new secret in each plan and in each apply. It goes to the store only, which
# takes it when secret_version has changed and at no other time.
ephemeral "erpnet_client_secret" "new" {}

resource "secretstore_secret" "orders" {
  name             = "my.trusted.app/orders"
  value_wo         = ephemeral.erpnet_client_secret.new.secret
  value_wo_version = var.secret_version
}

# What the store has: all that follows takes the secret from here. version_id is
# unknown in a plan that will write the secret, so the read waits for the write.
ephemeral "secretstore_secret" "orders" {
  name       = secretstore_secret.orders.name
  version_id = secretstore_secret.orders.version_id
}

# The record gets the hash of it, by the administrators' trusted application that
# ERPNET_CLIENT_ID and ERPNET_CLIENT_SECRET name.
resource "erpnet_trusted_application" "orders" {
  name            = "Orders pipeline"
  application_uri = "my.trusted.app/orders"
  scopes          = ["read"]
  system_user     = "svc.orders"

  client_secret_wo         = ephemeral.secretstore_secret.orders.value
  client_secret_wo_version = var.secret_version
  deletion_protection      = var.deletion_protection
}

# A token with the secret, for a program that runs after each rotation. The
# record's client_id is unknown in a plan that will write the hash, so the token
# is asked for when the record has the secret.
ephemeral "erpnet_access_token" "orders" {
  client_id     = erpnet_trusted_application.orders.client_id
  client_secret = ephemeral.secretstore_secret.orders.value
}

resource "terraform_data" "deployment" {
  triggers_replace = erpnet_trusted_application.orders.secret_hash

  provisioner "local-exec" {
    command = "test -n \"$ACCESS_TOKEN\"" # your program here

    environment = {
      ACCESS_TOKEN = ephemeral.erpnet_access_token.orders.access_token
    }
  }
}

# What is read with the secret. In a plan that will write the record, depends_on
# puts the read off until apply, when the provider's arguments are known.
provider "erpnet" {
  alias         = "orders"
  client_id     = erpnet_trusted_application.orders.client_id
  client_secret = ephemeral.secretstore_secret.orders.value
}

data "erpnet_domain_query" "customers" {
  provider   = erpnet.orders
  depends_on = [erpnet_trusted_application.orders]

  entity_set = "Crm_Sales_Customers"
  select     = "Number,DisplayText"
  top        = 10
}

output "customers" {
  value = data.erpnet_domain_query.customers.rows
}
