# Several trusted applications, each with its own token. The keys of for_each
# must be known and not ephemeral; the secrets can be ephemeral.
variable "client_secrets" {
  type      = map(string)
  ephemeral = true
}

ephemeral "erpnet_access_token" "each" {
  for_each = toset(["my.trusted.app/reports", "my.trusted.app/imports"])

  client_id     = each.key
  client_secret = var.client_secrets[each.key]
}
