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

# Set TF_VAR_source_connection_string and TF_VAR_destination_connection_string.
variable "source_connection_string" {
  type      = string
  ephemeral = true
}

variable "destination_connection_string" {
  type      = string
  ephemeral = true
}

variable "replication" {
  type    = string
  default = "LRS"
}

# Stands for the storage account, such as an azurerm_storage_account.
resource "terraform_data" "account" {
  input = {
    name        = "acct"
    replication = var.replication
  }
}

resource "datascan_scan" "uploads" {
  glasswall = {
    source_connection_string      = var.source_connection_string
    source_container_path         = "uploads"
    destination_connection_string = var.destination_connection_string
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }

  # Any change of a value starts another scan. A change that is only known after apply does, too.
  triggers = {
    replication = terraform_data.account.output.replication
  }
}

output "scan_id" {
  value = datascan_scan.uploads.id
}
