# Each fault is set by a run of its own. The run after it expects the module's
# check to fail.
run "all_is_well" {
  command = plan
}

run "set_no_licence" {
  module {
    source = "./tests/fault"
  }

  variables {
    fault = { endpoint = "api", what = "no-licence" }
  }
}

run "no_licence_is_free" {
  command         = plan
  expect_failures = [check.credentials]
}

run "set_secret_rotated" {
  module {
    source = "./tests/fault"
  }

  variables {
    fault = { endpoint = "token", what = "oauth-error", error = "invalid_client" }
  }
}

run "secret_was_rotated" {
  command         = plan
  expect_failures = [check.credentials]
}

run "set_short_lifetime" {
  module {
    source = "./tests/fault"
  }

  variables {
    fault = { what = "lifetime", lifetime = "60s" }
  }
}

run "token_ends_too_soon" {
  command         = plan
  expect_failures = [check.credentials]
}

run "set_instance_down" {
  module {
    source = "./tests/fault"
  }

  variables {
    fault = { endpoint = "any", what = "disconnect" }
  }
}

run "instance_is_down" {
  command         = plan
  expect_failures = [check.credentials]
}

run "set_no_fault" {
  module {
    source = "./tests/fault"
  }

  variables {
    fault = { what = "none" }
  }
}

run "all_is_well_again" {
  command = plan
}
