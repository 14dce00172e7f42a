# Generates a client secret, keeps it in Vault, and writes the ticket that
# registers its hash. The state and the plans don't contain the secret.

terraform {
  # Ephemeral resources and write-only arguments need Terraform or OpenTofu 1.11.
  required_version = ">= 1.11"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.0"
    }
  }
}

variable "secret_version" {
  description = "Raise it by one to rotate the secret."
  type        = number
  default     = 1
}

# Set VAULT_ADDR and VAULT_TOKEN in the environment.
provider "vault" {}

# A new secret in each plan and each apply. It goes to the store only, and the
# store takes it only when secret_version changes.
ephemeral "erpnet_client_secret" "new" {}

# In the KV version 2 engine that is mounted at secret/.
resource "vault_kv_secret_v2" "orders" {
  mount = "secret"
  name  = "erpnet/orders"

  data_json_wo         = jsonencode({ client_secret = ephemeral.erpnet_client_secret.new.secret })
  data_json_wo_version = var.secret_version
}

# Its id is unknown in a plan that will write the secret, so the read below waits
# for the write.
resource "terraform_data" "written" {
  triggers_replace = vault_kv_secret_v2.orders.data_json_wo_version
}

# What the store has. Everything else reads the secret from here. mount_id is set
# only to make the read wait.
ephemeral "vault_kv_secret_v2" "orders" {
  mount    = vault_kv_secret_v2.orders.mount
  name     = vault_kv_secret_v2.orders.name
  mount_id = terraform_data.written.id
}

# The state has only the hash.
resource "erpnet_secret_hash" "orders" {
  secret_wo         = tostring(ephemeral.vault_kv_secret_v2.orders.data.client_secret)
  secret_wo_version = var.secret_version
}

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
