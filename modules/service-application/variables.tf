# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

variable "name" {
  description = "The name that people see."
  type        = string
  nullable    = false
}

variable "application_uri" {
  description = "The identifier of the application, unique in the instance, such as `my.trusted.app/orders`. The provider's `client_id` must be the same."
  type        = string
  nullable    = false
}

# It is validated by the provider only: what a validation here refuses, the CLI
# would print, and it may be a secret that was given by mistake.
variable "secret_hash" {
  description = "The hash of a long random secret, as `erpnet_secret_hash` gives it. Never the secret itself."
  type        = string
  nullable    = false
}

variable "scopes" {
  description = "The scopes that the application may ask for: `read`, or `read` and `update`."
  type        = set(string)
  default     = ["read"]
  nullable    = false

  validation {
    condition     = length(var.scopes) > 0
    error_message = "Give at least one scope: an application without scopes gets no token."
  }
}

variable "system_user" {
  description = "The login of the user whom the calls run as. Give the application a user of its own, and not an administrator."
  type        = string
  nullable    = false
}

variable "notes" {
  description = "Notes for people, kept in the record."
  type        = string
  default     = null
}

variable "instance" {
  description = "The instance that the ticket names and `install_url` leads to, such as `demodb.my.erp.net`."
  type        = string
  default     = null
}

variable "registered" {
  description = "Whether the record exists with this hash. With `true`, each plan proves that the application works, and fails when it does not."
  type        = bool
  default     = false
  nullable    = false
}

variable "probe_domain_api" {
  description = "Whether the proof calls the Domain API once, too. That opens a session and takes a licence for about 20 minutes."
  type        = bool
  default     = false
  nullable    = false
}
