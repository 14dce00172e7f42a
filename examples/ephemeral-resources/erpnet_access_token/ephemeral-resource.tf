ephemeral "erpnet_access_token" "this" {
  scopes = ["read"]
}

# The token can go wherever an ephemeral value can: here, into the environment of
# a program. The precondition checks its claims before the program runs.
resource "terraform_data" "report" {
  lifecycle {
    precondition {
      condition     = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token).system_user != "admin"
      error_message = "Reports must not run as an administrator."
    }
  }

  provisioner "local-exec" {
    command = "./report.sh"

    environment = {
      ACCESS_TOKEN = ephemeral.erpnet_access_token.this.access_token
    }
  }
}
