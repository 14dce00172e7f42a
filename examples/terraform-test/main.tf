# A module that uses a trusted application. Its test needs no ERP.net instance:
# erpnet-mock simulates one.
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
