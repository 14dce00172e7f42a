import {
  to = erpnet_trusted_application.reports
  identity = {
    id = "2c0f5f0e-8a4b-4f7e-9d57-0b6a4c1d2e3f"
  }
}
