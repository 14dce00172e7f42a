# The environment has the address of the mock and the credentials of its sample
# application, as erpnet-mock -env prints them.
run "credentials_work" {
  command = plan

  assert {
    condition     = output.system_user == "svc.integration"
    error_message = "The trusted application runs as another user."
  }
}

run "all_checks_pass_or_are_skipped" {
  command = plan

  variables {
    required_scopes = ["read", "update"]
  }

  assert {
    condition     = alltrue([for check in data.erpnet_credentials_check.this.checks : contains(["passed", "skipped"], check.status)])
    error_message = "A check neither passed nor was skipped."
  }
}
