# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

output "ticket" {
  description = "The registration request, as Markdown for a support ticket."
  value       = data.erpnet_registration_request.this.ticket
}

output "record_json" {
  description = "The record as JSON, which an administrator can `POST` to `Systems_Security_TrustedApplications` of the Domain API."
  value       = data.erpnet_registration_request.this.record_json
}

output "install_url" {
  description = "A link to register the application in a browser. Afterwards, set the secret hash, the system user and the notes in the record. Null without `instance`."
  value       = data.erpnet_registration_request.this.install_url
}

output "secret_hash" {
  description = "The hash of the secret, for objects that must change with it."
  value       = data.erpnet_registration_request.this.secret_hash
}

# Without details such as the expiry of the token, which is new in each plan.
output "checks" {
  description = "The status of each check by name: `passed` or `skipped`. Null until `registered` is true."
  value       = var.registered ? { for check in data.erpnet_credentials_check.this[0].checks : check.name => check.status } : null
}
