data "erpnet_instance" "this" {}

output "domain_api_url" {
  value = data.erpnet_instance.this.domain_api_url
}

output "sites_not_working" {
  value = [for site in data.erpnet_instance.this.web_sites : site.type if site.status != "Working"]
}
