# The environment says where the mock instance is, and holds the credentials of
# its sample application: erpnet-mock -env prints it.
run "credentials_work" {
  command = plan

  assert {
    condition     = output.system_user == "svc.integration"
    error_message = "Not the user that the trusted application runs as."
  }
}

run "all_checks_pass_or_are_skipped" {
  command = plan

  variables {
    required_scopes = ["read", "update"]
  }

  assert {
    condition     = alltrue([for check in data.erpnet_credentials_check.this.checks : contains(["passed", "skipped"], check.status)])
    error_message = "A check has another status."
  }
}
