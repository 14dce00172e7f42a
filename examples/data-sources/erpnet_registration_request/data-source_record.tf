variable "application_secret_hash" {
  type = string
}

data "erpnet_registration_request" "imports" {
  name            = "Imports pipeline"
  application_uri = "my.trusted.app/imports"
  secret_hash     = var.application_secret_hash
  scopes          = ["read", "update"]
  system_user     = "svc.imports"
}

# What an administrator may POST to Systems_Security_TrustedApplications where
# the instance allows it, such as in the Query Tool of the Domain API.
output "record" {
  value = data.erpnet_registration_request.imports.record_json
}
