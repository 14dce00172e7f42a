# A client secret that is made here, kept in Vault, and registered by its hash.
# Neither the state nor a plan has it.

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

# The address and the token come from VAULT_ADDR and VAULT_TOKEN.
provider "vault" {}

# A new secret in each plan and in each apply. It goes to the store only, which
# takes it when secret_version has changed and at no other time.
ephemeral "erpnet_client_secret" "new" {}

# In the KV engine, version 2, that is mounted at secret/.
resource "vault_kv_secret_v2" "orders" {
  mount = "secret"
  name  = "erpnet/orders"

  data_json_wo         = jsonencode({ client_secret = ephemeral.erpnet_client_secret.new.secret })
  data_json_wo_version = var.secret_version
}

# Its id is unknown in a plan that will write the secret, which makes the read
# below wait for the write.
resource "terraform_data" "written" {
  triggers_replace = vault_kv_secret_v2.orders.data_json_wo_version
}

# What the store has: all that follows takes the secret from here. mount_id is
# there to be waited for.
ephemeral "vault_kv_secret_v2" "orders" {
  mount    = vault_kv_secret_v2.orders.mount
  name     = vault_kv_secret_v2.orders.name
  mount_id = terraform_data.written.id
}

# The state has the hash, which is no secret.
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
