# Take the secret from where you keep it. The guide "Rotate a secret" shows how to
# generate one, keep it in a secret store and rotate it.
variable "client_secret" {
  type      = string
  ephemeral = true
}

resource "erpnet_trusted_application" "orders" {
  name            = "Orders pipeline"
  application_uri = "my.trusted.app/orders"
  scopes          = ["read"]
  system_user     = "svc.orders"
  notes           = "Run by the orders pipeline."

  # Only its hash leaves the provider. Change the version to write it again.
  client_secret_wo         = var.client_secret
  client_secret_wo_version = 1
}
