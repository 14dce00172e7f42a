# The secret comes from where you keep it. How to make one, keep it in a secret
# store and rotate it is in the guide about rotating a secret.
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

  # Only the hash of it leaves the provider. Raise the version to write it again.
  client_secret_wo         = var.client_secret
  client_secret_wo_version = 1
}
