terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    restful = {
      source  = "magodo/restful"
      version = ">= 0.17"
    }
  }
}

# Set ERPNET_CLIENT_SECRET in the environment.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}

ephemeral "erpnet_access_token" "this" {
  scopes = ["read", "update"]
}

# The token isn't stored: arguments of a provider are in neither the state nor the
# plan.
provider "restful" {
  base_url = "https://demodb.my.erp.net/api/domain/odata"

  security = {
    http = {
      token = {
        token = ephemeral.erpnet_access_token.this.access_token
      }
    }
  }
}

# A placeholder record. For records of another entity set, change path and body.
# The Domain API returns the Id of what it created, and changes records with PATCH.
resource "restful_resource" "placeholder" {
  path          = "/Systems_Security_TrustedApplications"
  read_path     = "$(path)($(body.Id))"
  update_method = "PATCH"

  body = {
    ApplicationUri = "my.trusted.app/placeholder"
    ClientType     = "None"
    Name           = "Placeholder"
  }
}
