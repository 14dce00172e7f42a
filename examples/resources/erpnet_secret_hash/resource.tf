terraform {
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

# A new secret, written to the store only ...
ephemeral "erpnet_client_secret" "new" {}

resource "aws_secretsmanager_secret" "orders" {
  name = "erpnet/my.trusted.app/orders"
}

resource "aws_secretsmanager_secret_version" "orders" {
  secret_id                = aws_secretsmanager_secret.orders.id
  secret_string_wo         = ephemeral.erpnet_client_secret.new.secret
  secret_string_wo_version = var.secret_version
}

# ... and read back after it was written. The hash is therefore the hash of what
# the store has, however often you apply.
ephemeral "aws_secretsmanager_secret_version" "orders" {
  secret_id  = aws_secretsmanager_secret.orders.id
  version_id = aws_secretsmanager_secret_version.orders.version_id
}

resource "erpnet_secret_hash" "orders" {
  secret_wo         = ephemeral.aws_secretsmanager_secret_version.orders.secret_string
  secret_wo_version = var.secret_version
}

# The ticket that registers the application, or replaces its hash.
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
