ephemeral "erpnet_access_token" "this" {}

locals {
  claims = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token)
}

# What is read from an ephemeral token is ephemeral too: it may be tested, and
# given to programs and other ephemeral places.
resource "terraform_data" "import" {
  lifecycle {
    precondition {
      condition     = contains(local.claims.scopes, "update")
      error_message = "The import needs the scope update."
    }
  }
}
