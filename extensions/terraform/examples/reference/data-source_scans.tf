data "datascan_scans" "failed" {
  states        = ["failed"]
  started_after = timeadd(plantimestamp(), "-24h")
}

output "failed" {
  value = [for scan in data.datascan_scans.failed.scans : "${scan.id}: ${coalesce(scan.error, "no reason")}"]
}
