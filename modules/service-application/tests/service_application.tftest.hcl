# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

# The environment has the address of the mock and the credentials of its sample
# application, as erpnet-mock -env prints them. These variables describe that
# application. Its secret is public; this is its hash:
#   printf %s "$ERPNET_CLIENT_SECRET" | openssl dgst -sha256 -binary | openssl base64
variables {
  name            = "My Service Application"
  application_uri = "my.trusted.app/service"
  secret_hash     = "b1DG7V46sd0EGFg5XimcNFQz//q1RFFZ2REHRpc43+Y="
  scopes          = ["update", "read"]
  system_user     = "svc.integration"
}

run "registration_has_what_was_set" {
  command = plan

  variables {
    notes = "Run by the reports pipeline."
  }

  assert {
    condition = jsondecode(output.record_json) == {
      Name                              = "My Service Application"
      ApplicationUri                    = "my.trusted.app/service"
      ClientType                        = "Confidential"
      ApplicationSecretHash             = var.secret_hash
      Scope                             = "read update"
      SystemUser                        = { "@erpnet.action" = "find", Login = "svc.integration" }
      SystemUserAllowed                 = true
      ImpersonateAsInternalUserAllowed  = false
      ImpersonateAsCommunityUserAllowed = false
      BasicAuthenticationAllowed        = false
      Notes                             = "Run by the reports pipeline."
      IsEnabled                         = true
    }
    error_message = "Another record: ${output.record_json}"
  }

  assert {
    condition = alltrue([for row in [
      "| Name | `My Service Application` |",
      "| ApplicationUri | `my.trusted.app/service` |",
      "| ApplicationSecretHash | `${var.secret_hash}` |",
      "| Scope | `read update` |",
      "| SystemUserAllowed | `true` |",
      "| SystemUser | `svc.integration` |",
      "| Notes | `Run by the reports pipeline.` |",
    ] : strcontains(output.ticket, row)])
    error_message = "Another ticket:\n${output.ticket}"
  }

  assert {
    condition     = output.secret_hash == var.secret_hash
    error_message = "Another hash than the one that was set."
  }
}

run "reads_unless_told_otherwise" {
  command = plan

  variables {
    scopes = null # the default
  }

  assert {
    condition     = jsondecode(output.record_json).Scope == "read"
    error_message = "Not the scope read alone."
  }
}

run "instance_gives_a_link" {
  command = plan

  variables {
    instance = "demodb.my.erp.net"
  }

  assert {
    condition     = startswith(coalesce(output.install_url, "null"), "https://demodb.my.erp.net/manage/apps/install?") && strcontains(output.ticket, "https://demodb.my.erp.net")
    error_message = "Link and ticket do not name the instance."
  }
}

run "nothing_is_verified_before_the_registration" {
  command = plan

  assert {
    condition     = output.checks == null && output.install_url == null
    error_message = "Checks or a link, without registered and instance."
  }
}

run "registered_application_is_verified" {
  command = plan

  variables {
    registered = true
  }

  assert {
    condition     = alltrue([for name in ["token", "issuer", "client_id", "signature", "scopes"] : output.checks[name] == "passed"])
    error_message = "A check has not passed."
  }

  assert {
    condition     = output.checks["domain_api"] == "skipped"
    error_message = "The Domain API was called without probe_domain_api."
  }
}

run "domain_api_is_called_too" {
  command = plan

  variables {
    registered       = true
    probe_domain_api = true
  }

  assert {
    condition     = output.checks["domain_api"] == "passed"
    error_message = "The Domain API was not called."
  }
}

run "letter_case_of_the_user_does_not_matter" {
  command = plan

  variables {
    registered  = true
    system_user = "SVC.Integration"
  }
}

run "another_user_is_refused" {
  command = plan

  variables {
    registered  = true
    system_user = "svc.orders"
  }

  expect_failures = [data.erpnet_credentials_check.this]
}

run "no_scopes_are_refused" {
  command = plan

  variables {
    scopes = []
  }

  expect_failures = [var.scopes]
}
