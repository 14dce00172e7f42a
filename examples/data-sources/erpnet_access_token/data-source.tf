# The state and saved plans store the token in plain text. Use the ephemeral
# resource of the same name wherever you can.
data "erpnet_access_token" "this" {
  scopes = ["read"]
}

output "expires_at" {
  value = data.erpnet_access_token.this.expires_at
}
