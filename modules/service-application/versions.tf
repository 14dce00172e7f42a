# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

terraform {
  # Nothing here needs more: the secret stays outside, so that the module has no
  # ephemeral value. Postconditions came with 1.2; OpenTofu's first is 1.6.
  required_version = ">= 1.2"

  required_providers {
    erpnet = {
      source  = "erpnet/erpnet"
      version = ">= 0.1.0"
    }
  }
}
