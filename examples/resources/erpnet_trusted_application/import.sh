# By ApplicationUri, or by the Id of the record.
terraform import erpnet_trusted_application.orders my.trusted.app/orders
