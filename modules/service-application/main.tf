# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

# What an administrator needs to register the application. Nothing is sent.
data "erpnet_registration_request" "this" {
  name                = var.name
  application_uri     = var.application_uri
  secret_hash         = var.secret_hash
  scopes              = var.scopes
  system_user_allowed = true
  system_user         = var.system_user
  notes               = var.notes
  instance            = var.instance
}

# Verifies in every plan that the application works, once registered is true. Not a
# check block: those only warn, and outputs cannot read them.
data "erpnet_credentials_check" "this" {
  count = var.registered ? 1 : 0

  required_scopes  = var.scopes
  probe_domain_api = var.probe_domain_api

  lifecycle {
    # The caller's provider may have the credentials of another application. An
    # instance may leave the user out of its tokens.
    postcondition {
      condition     = try(lower(self.system_user), lower(var.system_user)) == lower(var.system_user)
      error_message = "The application that the provider is configured for runs as the user \"${coalesce(self.system_user, "unknown")}\", not as \"${var.system_user}\". Compare the provider's client_id with application_uri, and SystemUser of the record with system_user."
    }
  }
}
