variable "containers" {
  type    = set(string)
  default = ["invoices", "reports"]
}

resource "datascan_scan" "each" {
  for_each = var.containers
  glasswall = {
    source_connection_string      = var.storage
    source_container_path         = each.key
    destination_connection_string = var.storage
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }
  wait = false
}

resource "datascan_wait" "all" {
  scan_ids     = [for scan in datascan_scan.each : scan.id]
  wait_timeout = 4 * 60 * 60
}
