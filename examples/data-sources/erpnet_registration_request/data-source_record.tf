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

# If the instance allows it, an administrator can POST this to
# Systems_Security_TrustedApplications, for example in the Query Tool.
output "record" {
  value = data.erpnet_registration_request.imports.record_json
}
