# Two trusted applications, a and b, take turns: one is in use while the other gets
# a new secret. No program is ever without a secret that works.

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

variable "secret_versions" {
  description = "Raise one by one to give that application a new secret."
  type        = map(number)
  default     = { a = 1, b = 1 }
}

variable "enabled" {
  description = "The applications that can be used."
  type        = set(string)
  default     = ["a"]
}

variable "current" {
  description = "The application that the programs use."
  type        = string
  default     = "a"
}

variable "deletion_protection" {
  description = "Apply once with false before you destroy."
  type        = bool
  default     = true
}

ephemeral "erpnet_client_secret" "new" {
  for_each = var.secret_versions
}

resource "vault_kv_secret_v2" "orders" {
  for_each = var.secret_versions

  mount = "secret"
  name  = "erpnet/orders-${each.key}"

  data_json_wo         = jsonencode({ client_secret = ephemeral.erpnet_client_secret.new[each.key].secret })
  data_json_wo_version = each.value
}

resource "terraform_data" "written" {
  for_each = var.secret_versions

  triggers_replace = vault_kv_secret_v2.orders[each.key].data_json_wo_version
}

ephemeral "vault_kv_secret_v2" "orders" {
  for_each = var.secret_versions

  mount    = vault_kv_secret_v2.orders[each.key].mount
  name     = vault_kv_secret_v2.orders[each.key].name
  mount_id = terraform_data.written[each.key].id
}

resource "erpnet_trusted_application" "orders" {
  for_each = var.secret_versions

  name            = "Orders pipeline (${each.key})"
  application_uri = "my.trusted.app/orders-${each.key}"
  scopes          = ["read"]
  system_user     = "svc.orders" # both may run as the same user
  is_enabled      = contains(var.enabled, each.key)

  client_secret_wo         = tostring(ephemeral.vault_kv_secret_v2.orders[each.key].data.client_secret)
  client_secret_wo_version = each.value
  deletion_protection      = var.deletion_protection
}

# The plan or the apply fails if the current application doesn't work.
provider "erpnet" {
  alias         = "current"
  client_id     = erpnet_trusted_application.orders[var.current].client_id
  client_secret = tostring(ephemeral.vault_kv_secret_v2.orders[var.current].data.client_secret)
}

data "erpnet_credentials_check" "current" {
  provider   = erpnet.current
  depends_on = [erpnet_trusted_application.orders]

  required_scopes = ["read"]
}

# What your programs need to know: whose secret to read.
output "client_id" {
  value = erpnet_trusted_application.orders[var.current].application_uri
}
