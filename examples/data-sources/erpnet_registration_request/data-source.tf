# The hash of a long random secret. Keep the secret itself in a secret store.
variable "application_secret_hash" {
  type = string
}

# A service that reads. Nothing is sent: send the ticket yourself.
data "erpnet_registration_request" "reports" {
  name            = "Reports pipeline"
  application_uri = "my.trusted.app/reports"
  secret_hash     = var.application_secret_hash
  scopes          = ["read"]
  system_user     = "svc.reports"
  notes           = "Run by the reports pipeline."
}

output "ticket" {
  value = data.erpnet_registration_request.reports.ticket
}
