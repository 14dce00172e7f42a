# The secret is stored in the state in clear. Prefer the function secret_hash.
variable "secret" {
  type      = string
  sensitive = true
}

data "erpnet_secret_hash" "this" {
  secret = var.secret
}

output "application_secret_hash" {
  value = data.erpnet_secret_hash.this.hash
}
