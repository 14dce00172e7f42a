# Or use a variable. Without "ephemeral", Terraform stores the secret in plain
# text in saved plans, even if the variable is sensitive.
variable "client_secret" {
  type      = string
  ephemeral = true
}

provider "erpnet" {
  instance      = "demodb.my.erp.net"
  client_id     = "my.trusted.app/service"
  client_secret = var.client_secret
}
