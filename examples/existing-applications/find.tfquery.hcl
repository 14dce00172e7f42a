list "erpnet_trusted_application" "reports" {
  provider         = erpnet
  include_resource = true

  config {
    name_contains = "report"
    is_enabled    = true
  }
}
