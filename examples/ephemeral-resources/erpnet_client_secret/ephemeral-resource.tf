terraform {
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

ephemeral "erpnet_client_secret" "new" {}

# Vault takes the secret in the apply that creates this resource, and again when
# you raise the version. Everything else reads the secret from Vault.
resource "vault_kv_secret_v2" "orders" {
  mount = "secret"
  name  = "erpnet/orders"

  data_json_wo         = jsonencode({ client_secret = ephemeral.erpnet_client_secret.new.secret })
  data_json_wo_version = 1
}
