# A single-page application, by which people sign in. It keeps no secret.
data "erpnet_registration_request" "portal" {
  name                                 = "Portal"
  application_uri                      = "my.trusted.app/portal"
  client_type                          = "Public"
  scopes                               = ["read"]
  impersonate_as_internal_user_allowed = true
  redirect_uris                        = ["https://portal.example.com/signed-in"]
  post_logout_redirect_uris            = ["https://portal.example.com/signed-out"]
  instance                             = "demodb.my.erp.net"
}

# An administrator of the instance opens it in a browser. It cannot carry the
# post-logout URI, which is set in the record afterwards.
output "install_url" {
  value = data.erpnet_registration_request.portal.install_url
}
