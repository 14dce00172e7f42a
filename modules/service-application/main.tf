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

# What registered = true says is proven in each plan, before anything is built on
# it. It is no check block: that would only warn, and no output could take from it.
data "erpnet_credentials_check" "this" {
  count = var.registered ? 1 : 0

  required_scopes  = var.scopes
  probe_domain_api = var.probe_domain_api

  lifecycle {
    # The provider is the caller's, who may have given that of another application.
    # An instance may leave the user out of its tokens.
    postcondition {
      condition     = try(lower(self.system_user), lower(var.system_user)) == lower(var.system_user)
      error_message = "The application that the provider is configured for runs as the user \"${coalesce(self.system_user, "unknown")}\", not as \"${var.system_user}\". Compare the provider's client_id with application_uri, and SystemUser of the record with system_user."
    }
  }
}
