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

ephemeral "erpnet_client_secret" "new" {}

# The store takes the secret in the apply that creates this, and again when the
# version is raised. Whatever needs the secret reads it from the store.
resource "secretstore_secret" "orders" {
  name             = "my.trusted.app/orders"
  value_wo         = ephemeral.erpnet_client_secret.new.secret
  value_wo_version = 1
}
