# Also calls the Domain API once, which opens a session and takes a licence.
data "erpnet_credentials_check" "api" {
  required_scopes  = ["read"]
  probe_domain_api = true
}
