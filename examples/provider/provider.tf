terraform {
  required_providers {
    erpnet = {
      source = "erpnet/erpnet"
    }
  }
}

# The secret comes from the environment variable ERPNET_CLIENT_SECRET.
provider "erpnet" {
  instance  = "demodb.my.erp.net"
  client_id = "my.trusted.app/service"
}
