# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

output "ticket" {
  description = "The request to register the application, as Markdown for a support ticket."
  value       = data.erpnet_registration_request.this.ticket
}

output "record_json" {
  description = "The record as JSON, for an administrator to `POST` to `Systems_Security_TrustedApplications` of the Domain API."
  value       = data.erpnet_registration_request.this.record_json
}

output "install_url" {
  description = "The link by which an administrator registers the application in a browser; the secret hash, the system user and the notes are set in the record afterwards. Null without `instance`."
  value       = data.erpnet_registration_request.this.install_url
}

output "secret_hash" {
  description = "The hash of the secret, for what must change with it."
  value       = data.erpnet_registration_request.this.secret_hash
}

# Without what was seen, such as the token's expiry, which is new in each plan.
output "checks" {
  description = "Each check by its name, `passed` or `skipped`. Null until `registered` is true."
  value       = var.registered ? { for check in data.erpnet_credentials_check.this[0].checks : check.name => check.status } : null
}
