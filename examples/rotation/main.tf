# Generates the secret of a trusted application, keeps it in Vault, registers the
# application, uses it, and rotates the secret when you raise one number. Each step
# takes one apply.

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

variable "system_user" {
  description = "Login of the user that the application runs as. Create it first."
  type        = string
  default     = "svc.orders"
}

variable "deletion_protection" {
  description = "Apply once with false before you destroy."
  type        = bool
  default     = true
}

# A new secret in each plan and each apply. It goes to Vault only, and Vault takes
# it only when secret_version changes.
ephemeral "erpnet_client_secret" "new" {}

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

# What Vault has. Everything else reads the secret from here, so a repeated apply
# uses the same one. mount_id is set only to make the read wait.
ephemeral "vault_kv_secret_v2" "orders" {
  mount    = vault_kv_secret_v2.orders.mount
  name     = vault_kv_secret_v2.orders.name
  mount_id = terraform_data.written.id
}

# The record gets the hash of the secret. ERPNET_CLIENT_ID and ERPNET_CLIENT_SECRET
# are the credentials of an administrators' trusted application, which writes it.
resource "erpnet_trusted_application" "orders" {
  name            = "Orders pipeline"
  application_uri = "my.trusted.app/orders"
  scopes          = ["read"]
  system_user     = var.system_user

  client_secret_wo         = tostring(ephemeral.vault_kv_secret_v2.orders.data.client_secret)
  client_secret_wo_version = var.secret_version
  deletion_protection      = var.deletion_protection
}

# A token for a program that runs after each rotation. The record's client_id is
# unknown in a plan that will write the hash, so the token is requested after the
# record has the new hash.
ephemeral "erpnet_access_token" "orders" {
  client_id     = erpnet_trusted_application.orders.client_id
  client_secret = tostring(ephemeral.vault_kv_secret_v2.orders.data.client_secret)
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

# A query with the new secret. In a plan that will write the record, depends_on
# delays the query until apply, when the provider's arguments are known.
provider "erpnet" {
  alias         = "orders"
  client_id     = erpnet_trusted_application.orders.client_id
  client_secret = tostring(ephemeral.vault_kv_secret_v2.orders.data.client_secret)
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
