# Generates a client secret, keeps it in Azure Key Vault, and writes the ticket that
# registers its hash. The state and the plans don't contain the secret.

terraform {
  # Ephemeral resources and write-only arguments need Terraform or OpenTofu 1.11.
  required_version = ">= 1.11"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.23"
    }
  }
}

variable "secret_version" {
  description = "Raise it by one to rotate the secret."
  type        = number
  default     = 1
}

# Set ARM_SUBSCRIPTION_ID and the credentials in the environment.
provider "azurerm" {
  features {}
}

data "azurerm_key_vault" "this" {
  name                = "example-vault"
  resource_group_name = "example-resources"
}

# A new secret in each plan and each apply. It goes to the store only, and the
# store takes it only when secret_version changes.
ephemeral "erpnet_client_secret" "new" {}

resource "azurerm_key_vault_secret" "orders" {
  name             = "erpnet-orders"
  key_vault_id     = data.azurerm_key_vault.this.id
  value_wo         = ephemeral.erpnet_client_secret.new.secret
  value_wo_version = var.secret_version
}

# Its output is unknown in a plan that will write the secret, so the read below
# waits for the write.
resource "terraform_data" "written" {
  input            = azurerm_key_vault_secret.orders.name
  triggers_replace = azurerm_key_vault_secret.orders.value_wo_version
}

# What the store has. Everything else reads the secret from here.
ephemeral "azurerm_key_vault_secret" "orders" {
  name         = terraform_data.written.output
  key_vault_id = data.azurerm_key_vault.this.id
}

# The state has only the hash.
resource "erpnet_secret_hash" "orders" {
  secret_wo         = ephemeral.azurerm_key_vault_secret.orders.value
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
