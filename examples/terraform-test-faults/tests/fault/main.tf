# Puts one fault of erpnet-mock in force, and clears it when the next one comes or
# the test ends. The variable ERPNET_MOCK_CONTROL comes from erpnet-mock -env.
variable "fault" {
  type = any
}

resource "terraform_data" "fault" {
  triggers_replace = [uuid()] # each run sets its fault

  provisioner "local-exec" {
    command     = "curl -fsS -d \"$FAULT\" \"$ERPNET_MOCK_CONTROL/faults\""
    environment = { FAULT = jsonencode(var.fault) }
    quiet       = true
  }

  provisioner "local-exec" {
    when    = destroy
    command = "curl -fsS -X DELETE \"$ERPNET_MOCK_CONTROL/faults\""
    quiet   = true
  }
}
