# Is this the secret whose hash is registered?
variable "client_secret" {
  type      = string
  ephemeral = true
}

variable "application_secret_hash" {
  description = "ApplicationSecretHash of the Trusted Application record."
  type        = string
}

resource "terraform_data" "deployment" {
  lifecycle {
    precondition {
      condition     = provider::erpnet::secret_matches(var.client_secret, var.application_secret_hash)
      error_message = "The client secret is not the one whose hash is registered."
    }
  }
}
