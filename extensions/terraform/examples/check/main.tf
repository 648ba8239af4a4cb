terraform {
  required_version = ">= 1.11"
  required_providers {
    datascan = {
      source = "datascan/datascan"
    }
  }
}

# DATASCAN_API_URL and DATASCAN_REFRESH_TOKEN are in the environment.
provider "datascan" {
  vendor = "bigid"
}

variable "scan_profile" {
  type    = string
  default = "nightly"
}

# Each plan and apply warns if the latest scan did not complete within the last day. A check never stops them.
check "latest_scan" {
  data "datascan_gate" "latest" {
    query = {
      name  = var.scan_profile
      limit = 1
    }
    policy = {
      max_age = 24 * 60 * 60
    }
  }

  assert {
    condition     = data.datascan_gate.latest.passed
    error_message = data.datascan_gate.latest.message
  }
}
