# In a check block, a failure is only a warning, in every plan and apply.
check "erpnet_credentials" {
  data "erpnet_credentials_check" "this" {
    required_scopes = ["read"]
  }

  assert {
    condition     = data.erpnet_credentials_check.this.system_user != "admin"
    error_message = "The trusted application runs as an administrator."
  }
}
