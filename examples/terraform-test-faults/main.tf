# A module that refuses to go on without working credentials, a free licence and
# tokens that live long enough.
terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
  }
}

check "credentials" {
  data "erpnet_credentials_check" "this" {
    required_scopes  = ["read"]
    probe_domain_api = true
  }

  assert {
    condition     = timecmp(data.erpnet_credentials_check.this.expires_at, timeadd(plantimestamp(), "5m")) > 0
    error_message = "The access token ends in less than five minutes."
  }
}
