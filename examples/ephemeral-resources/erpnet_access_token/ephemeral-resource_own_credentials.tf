# A trusted application of its own, at an instance of its own. Unlike those of
# the provider, these values may become known only in apply.
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
