# Set TF_VAR_storage. Terraform keeps the value of an ephemeral variable in no file.
variable "storage" {
  type      = string
  ephemeral = true
}

resource "datascan_scan" "uploads" {
  glasswall = {
    source_connection_string      = var.storage
    source_container_path         = "uploads"
    destination_connection_string = var.storage
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }
  fresh_for    = 24 * 60 * 60
  wait_timeout = 1800
}
