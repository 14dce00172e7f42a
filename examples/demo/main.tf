# What `make demo` applies: it requests a token, checks it and uses it. Neither
# the token nor the secret is stored in a plan or in the state.

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
  ephemeral   = true # A variable that is only sensitive is stored in plain text in saved plans.
}

provider "erpnet" {
  instance      = var.instance
  client_id     = var.client_id
  client_secret = var.client_secret
}

# The plan fails if the credentials don't work, and says why. The results can be
# stored: they contain neither the token nor the secret.
data "erpnet_credentials_check" "this" {}

# The token itself, for everything that accepts an ephemeral value. All objects
# here share it, because they use the same credentials and the same scopes: all.
ephemeral "erpnet_access_token" "this" {}

# The hash, which is the ApplicationSecretHash of the trusted application.
resource "erpnet_secret_hash" "this" {
  secret_wo = var.client_secret
}

data "erpnet_domain_query" "customers" {
  entity_set = "Crm_Sales_Customers"
  select     = "Number,DisplayText"
  top        = 10
}

# A program that gets the token in its environment, if the token is the right one.
resource "terraform_data" "deployment" {
  lifecycle {
    precondition {
      condition     = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token).client_id == var.client_id
      error_message = "The token belongs to another application."
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
