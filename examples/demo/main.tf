# What `make demo` applies: a token that is requested, used and forgotten.
# Nothing in this configuration stores the token or the secret, neither in a plan nor in a state.

terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

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

variable "domain_api_url" {
  description = "Root of the instance's Domain API, such as https://demodb.my.erp.net/api/domain/odata/."
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

variable "program" {
  description = "The program that reads the customers: make demo passes itself."
  type        = string
}

variable "result_file" {
  description = "The file that the program writes the customers to."
  type        = string
}

provider "erpnet" {
  instance      = var.instance
  client_id     = var.client_id
  client_secret = var.client_secret
}

# Left out, scopes means all that the trusted application is allowed. Ask for what you need.
ephemeral "erpnet_access_token" "customers" {
  scopes = ["read"]
}

locals {
  token  = ephemeral.erpnet_access_token.customers
  claims = provider::erpnet::decode_access_token(local.token.access_token)
}

# Ephemeral values may flow into a provisioner. The environment keeps the token out of the process list, where the
# arguments of a command such as curl would show it.
resource "terraform_data" "customers" {
  provisioner "local-exec" {
    # Starts `program read result_file`, with no shell in between.
    interpreter = [var.program, "read"]
    command     = var.result_file

    environment = {
      ACCESS_TOKEN = local.token.access_token
      REQUEST_URL  = "${var.domain_api_url}Crm_Sales_Customers?$top=10&$select=Number,DisplayText"

      # The CLI hides whatever a provisioner with ephemeral values prints: the facts leave by the file.
      FACTS = jsonencode({
        granted_scopes = local.token.granted_scopes
        system_user    = local.claims.system_user
        database       = local.claims.database
        expires_at     = local.token.expires_at
        secret_hash    = provider::erpnet::secret_hash(var.client_secret)
      })
    }
  }
}
