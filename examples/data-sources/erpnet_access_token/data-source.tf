# The token is stored in the state and in saved plans in clear. Prefer the
# ephemeral resource of the same name.
data "erpnet_access_token" "this" {
  scopes = ["read"]
}

output "expires_at" {
  value = data.erpnet_access_token.this.expires_at
}
