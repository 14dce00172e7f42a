# Fails the plan when the trusted application does not work.
data "erpnet_credentials_check" "this" {
  required_scopes = ["read", "update"]
}

# What the check has found may be tested before something is deployed.
resource "terraform_data" "deployment" {
  lifecycle {
    precondition {
      condition     = data.erpnet_credentials_check.this.system_user_type == "InternalUser"
      error_message = "The trusted application must run as an internal user."
    }
  }
}
