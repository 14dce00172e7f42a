# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

variable "name" {
  description = "Display name of the application."
  type        = string
  nullable    = false
}

variable "application_uri" {
  description = "Identifier of the application, unique in the instance, such as `my.trusted.app/orders`. Must be the same as the provider's `client_id`."
  type        = string
  nullable    = false
}

# Only the provider validates it: the CLI prints what a validation here refuses,
# and it may be a secret that was set by mistake.
variable "secret_hash" {
  description = "Hash of a long random secret, from `erpnet_secret_hash`. Never the secret itself."
  type        = string
  nullable    = false
}

variable "scopes" {
  description = "Scopes that the application may request: `read`, or `read` and `update`."
  type        = set(string)
  default     = ["read"]
  nullable    = false

  validation {
    condition     = length(var.scopes) > 0
    error_message = "Set at least one scope: an application without scopes gets no token."
  }
}

variable "system_user" {
  description = "Login of the user that the application's calls run as. Create a user for this application alone, and don't make it an administrator."
  type        = string
  nullable    = false
}

variable "notes" {
  description = "Notes in the record."
  type        = string
  default     = null
}

variable "instance" {
  description = "Instance that the ticket names and `install_url` leads to, such as `demodb.my.erp.net`."
  type        = string
  default     = null
}

variable "registered" {
  description = "Whether the record exists with this hash. If `true`, every plan verifies that the application works, and fails if it doesn't."
  type        = bool
  default     = false
  nullable    = false
}

variable "probe_domain_api" {
  description = "Whether to also call the Domain API once. That opens a session and takes a licence for about 20 minutes."
  type        = bool
  default     = false
  nullable    = false
}
