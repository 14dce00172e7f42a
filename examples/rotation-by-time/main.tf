# Rotates the secret every 90 days. The directory ../rotation has the configuration
# from the guide.

terraform {
  required_providers {
    time = {
      source  = "hashicorp/time"
      version = ">= 0.9"
    }
  }
}

resource "time_rotating" "secret" {
  rotation_days = 90
}

module "orders" {
  source = "../rotation"

  secret_version = time_rotating.secret.unix
}
