# Generates a client secret, keeps it in AWS Secrets Manager, and writes the ticket that
# registers its hash. The state and the plans don't contain the secret.

terraform {
  # Ephemeral resources and write-only arguments need Terraform or OpenTofu 1.11.
  required_version = ">= 1.11"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.88"
    }
  }
}

variable "secret_version" {
  description = "Raise it by one to rotate the secret."
  type        = number
  default     = 1
}

# Set the credentials in the environment.
provider "aws" {
  region = "eu-central-1"
}

# A new secret in each plan and each apply. It goes to the store only, and the
# store takes it only when secret_version changes.
ephemeral "erpnet_client_secret" "new" {}

resource "aws_secretsmanager_secret" "orders" {
  name = "erpnet/my.trusted.app/orders"
}

resource "aws_secretsmanager_secret_version" "orders" {
  secret_id                = aws_secretsmanager_secret.orders.id
  secret_string_wo         = ephemeral.erpnet_client_secret.new.secret
  secret_string_wo_version = var.secret_version
}

# What the store has. Everything else reads the secret from here. version_id is
# unknown in a plan that will write the secret, so the read waits for the write.
ephemeral "aws_secretsmanager_secret_version" "orders" {
  secret_id  = aws_secretsmanager_secret.orders.id
  version_id = aws_secretsmanager_secret_version.orders.version_id
}

# The state has only the hash.
resource "erpnet_secret_hash" "orders" {
  secret_wo         = ephemeral.aws_secretsmanager_secret_version.orders.secret_string
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
