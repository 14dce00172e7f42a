# The plan fails if the trusted application doesn't work.
data "erpnet_credentials_check" "this" {
  required_scopes = ["read", "update"]
}

# Test what the check found before you deploy something.
resource "terraform_data" "deployment" {
  lifecycle {
    precondition {
      condition     = data.erpnet_credentials_check.this.database == "DEMODB"
      error_message = "This is not the production database."
    }
  }
}
