provider "datascan" {
  alias   = "catalogue"
  vendor  = "bigid"
  api_url = "https://bigid.example.com/api/v1"
}

data "datascan_cluster_columns" "salaries" {
  provider = datascan.catalogue
  cluster = {
    name   = "Sensitive HR Data"
    status = "Active"
  }

  lifecycle {
    postcondition {
      condition     = self.complete && self.untagged == 0
      error_message = "${self.untagged} columns have no tag."
    }
  }
}
