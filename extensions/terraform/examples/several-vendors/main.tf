terraform {
  required_version = ">= 1.11"
  required_providers {
    datascan = {
      source = "datascan/datascan"
    }
  }
}

# A provider is one vendor, so each has its own address and token.
provider "datascan" {
  alias     = "glasswall"
  vendor    = "glasswall"
  api_url   = var.glasswall_url
  api_token = var.glasswall_token
}

provider "datascan" {
  alias         = "bigid"
  vendor        = "bigid"
  api_url       = var.bigid_url
  refresh_token = var.bigid_token
}

variable "glasswall_url" {
  type = string
}

variable "bigid_url" {
  type = string
}

# Set these four by TF_VAR_ variables.
variable "glasswall_token" {
  type      = string
  ephemeral = true
}

variable "bigid_token" {
  type      = string
  ephemeral = true
}

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

resource "datascan_scan" "files" {
  provider = datascan.glasswall
  glasswall = {
    source_connection_string      = var.source_connection_string
    source_container_path         = var.container
    destination_connection_string = var.destination_connection_string
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }
}

resource "datascan_scan" "catalogue" {
  provider = datascan.bigid
  bigid = {
    scan_profile = "nightly"
  }
}

data "datascan_gate" "files" {
  provider   = datascan.glasswall
  scan_ids   = [datascan_scan.files.id]
  policy     = { max_issues = 0 }
  depends_on = [datascan_scan.files]
}

data "datascan_gate" "catalogue" {
  provider   = datascan.bigid
  scan_ids   = [datascan_scan.catalogue.id]
  depends_on = [datascan_scan.catalogue]
}

# Stands for what is deployed.
resource "terraform_data" "release" {
  input = "1.0.0"

  lifecycle {
    precondition {
      condition     = data.datascan_gate.files.passed && data.datascan_gate.catalogue.passed
      error_message = "${data.datascan_gate.files.message} ${data.datascan_gate.catalogue.message}"
    }
  }
}
