# The record of the provider's own trusted application.
data "erpnet_trusted_application" "own" {
  application_uri = "my.trusted.app/service"
}

check "trusted_application" {
  assert {
    condition     = !data.erpnet_trusted_application.own.basic_authentication_allowed
    error_message = "The trusted application allows Basic authentication."
  }

  # Null if the instance doesn't show the hash.
  assert {
    condition     = data.erpnet_trusted_application.own.secret_matches != false
    error_message = "The record has the hash of another secret: this one was rotated."
  }
}
