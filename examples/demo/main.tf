# What `make demo` applies: a token that is requested, checked, used and
# forgotten. Neither the token nor the secret is stored, in a plan or in a state.

terraform {
  # Ephemeral resources and write-only arguments need Terraform or OpenTofu 1.11.
  required_version = ">= 1.11"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
  }
}

variable "instance" {
  description = "Host or URL of the ERP.net instance, such as demodb.my.erp.net."
  type        = string
}

variable "client_id" {
  description = "ApplicationUri of the trusted application."
  type        = string
}

variable "client_secret" {
  description = "Plain secret of the trusted application. Set TF_VAR_client_secret."
  type        = string
  sensitive   = true
  ephemeral   = true # A variable that is only sensitive stands in the saved plan in clear.
}

provider "erpnet" {
  instance      = var.instance
  client_id     = var.client_id
  client_secret = var.client_secret
}

# Fails the plan if the credentials do not work, and says why. What it found may
# be stored: it holds neither token nor secret.
data "erpnet_credentials_check" "this" {}

# The token itself, for whatever takes an ephemeral value. All objects here share
# it, since they ask with the same credentials for the same scopes: all of them.
ephemeral "erpnet_access_token" "this" {}

# The hash, which the trusted application has as ApplicationSecretHash.
resource "erpnet_secret_hash" "this" {
  secret_wo = var.client_secret
}

data "erpnet_domain_query" "customers" {
  entity_set = "Crm_Sales_Customers"
  select     = "Number,DisplayText"
  top        = 10
}

# Something that is deployed with the token in its environment, if the token is
# what it should be.
resource "terraform_data" "deployment" {
  lifecycle {
    precondition {
      condition     = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token).client_id == var.client_id
      error_message = "The token is of another application."
    }
  }

  provisioner "local-exec" {
    command = "exit 0" # your program here

    environment = {
      ACCESS_TOKEN = ephemeral.erpnet_access_token.this.access_token
    }
  }
}

output "facts" {
  value = {
    granted_scopes = data.erpnet_credentials_check.this.granted_scopes
    system_user    = data.erpnet_credentials_check.this.system_user
    database       = data.erpnet_credentials_check.this.database
    expires_at     = data.erpnet_credentials_check.this.expires_at
    secret_hash    = erpnet_secret_hash.this.hash
  }
}

output "customers" {
  value = data.erpnet_domain_query.customers.rows
}
