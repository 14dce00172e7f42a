# By the ApplicationUri
import {
  to = erpnet_trusted_application.orders
  id = "my.trusted.app/orders"
}

# By the Id of the record
import {
  to = erpnet_trusted_application.reports
  id = "2c0f5f0e-8a4b-4f7e-9d57-0b6a4c1d2e3f"
}
