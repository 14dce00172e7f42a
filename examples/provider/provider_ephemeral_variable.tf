# Or from a variable. Without "ephemeral", even a sensitive one stands in a
# saved plan in clear.
variable "client_secret" {
  type      = string
  ephemeral = true
}

provider "erpnet" {
  instance      = "demodb.my.erp.net"
  client_id     = "my.trusted.app/service"
  client_secret = var.client_secret
}
