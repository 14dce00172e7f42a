# Writes the hash of a secret to a file, to send to the administrator who
# registers the trusted application. The secret itself is stored nowhere.
variable "client_secret" {
  type      = string
  ephemeral = true
}

resource "terraform_data" "hash" {
  provisioner "local-exec" {
    command = "printf '%s' \"$HASH\" > application-secret-hash.txt"

    environment = {
      HASH = provider::erpnet::secret_hash(var.client_secret)
    }
  }
}
