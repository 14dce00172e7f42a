# A module that uses a trusted application, with a test that needs no real
# instance: erpnet-mock answers in its place.
terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
  }
}

variable "required_scopes" {
  type    = set(string)
  default = ["read"]
}

data "erpnet_credentials_check" "this" {
  required_scopes = var.required_scopes
}

output "system_user" {
  value = data.erpnet_credentials_check.this.system_user
}
