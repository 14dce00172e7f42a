ephemeral "erpnet_access_token" "this" {}

locals {
  claims = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token)
}

# The claims of an ephemeral token are ephemeral too: you can test them, and pass
# them to programs and other ephemeral places.
resource "terraform_data" "import" {
  lifecycle {
    precondition {
      condition     = contains(local.claims.scopes, "update")
      error_message = "The import needs the scope update."
    }
  }
}
