terraform {
  required_version = ">= 1.11"
  required_providers {
    datascan = {
      source = "datascan/datascan"
    }
  }
}

# DATASCAN_API_URL and DATASCAN_API_TOKEN are in the environment.
provider "datascan" {
  vendor = "glasswall"
}

# Set TF_VAR_source_connection_string and TF_VAR_destination_connection_string. Terraform keeps the value of an ephemeral
# variable in no file.
variable "source_connection_string" {
  type      = string
  ephemeral = true
}

variable "destination_connection_string" {
  type      = string
  ephemeral = true
}

variable "container" {
  type    = string
  default = "uploads"
}

resource "datascan_scan" "uploads" {
  glasswall = {
    source_connection_string      = var.source_connection_string
    source_container_path         = var.container
    destination_connection_string = var.destination_connection_string
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }
  wait_timeout = 1800
}

data "datascan_gate" "uploads" {
  scan_ids = [datascan_scan.uploads.id]
  policy = {
    max_issues = 0
  }

  # Without this, a plan would judge a scan that the apply is about to wait for or to replace.
  depends_on = [datascan_scan.uploads]

  lifecycle {
    postcondition {
      condition     = self.passed
      error_message = self.message
    }
  }
}

# Nothing in the module changes before the gate has passed.
module "deployment" {
  source     = "./deployment"
  depends_on = [data.datascan_gate.uploads]
}
