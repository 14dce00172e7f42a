# A single-page application that users sign in with. It has no secret.
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

# An administrator of the instance opens this link in a browser. A link can't
# carry the post-logout URI: set it in the record afterwards.
output "install_url" {
  value = data.erpnet_registration_request.portal.install_url
}
