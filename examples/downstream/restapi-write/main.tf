terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
    restapi = {
      source  = "Mastercard/restapi"
      version = ">= 3.0"
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

provider "restapi" {
  uri          = "https://demodb.my.erp.net/api/domain/odata"
  bearer_token = ephemeral.erpnet_access_token.this.access_token
  id_attribute = "@odata.id"

  # The Domain API changes records with PATCH, and returns what it created.
  update_method         = "PATCH"
  create_returns_object = true
}

# A placeholder record. For records of another entity set, change path and data.
resource "restapi_object" "placeholder" {
  path         = "/Systems_Security_TrustedApplications"
  read_path    = "/{id}"
  update_path  = "/{id}"
  destroy_path = "/{id}"

  data = jsonencode({
    ApplicationUri = "my.trusted.app/placeholder"
    ClientType     = "None"
    Name           = "Placeholder"
  })
}
