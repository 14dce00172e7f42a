# Another trusted application at another instance. Unlike the provider's
# settings, these values may be known only after apply.
variable "other_client_secret" {
  type      = string
  ephemeral = true
}

ephemeral "erpnet_access_token" "other" {
  instance      = "testdb.my.erp.net"
  client_id     = "my.trusted.app/reports"
  client_secret = var.other_client_secret
  scopes        = ["read"]
}
