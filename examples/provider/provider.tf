terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
  }
}

# Set ERPNET_CLIENT_SECRET in the environment.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}
