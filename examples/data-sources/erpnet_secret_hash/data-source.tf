# The state stores the secret in plain text. Use the function secret_hash or the
# resource erpnet_secret_hash instead if your CLI has them.
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
