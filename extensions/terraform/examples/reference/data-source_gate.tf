data "datascan_gate" "uploads" {
  scan_ids = [datascan_scan.uploads.id]
  policy = {
    max_issues = 0
    accepted = [{
      issue  = "invoices/2026-11.pdf"
      until  = "2099-12-31T23:59:59Z"
      reason = "TICKET-12"
    }]
  }

  # Judge the scan only once the apply has waited for it.
  depends_on = [datascan_scan.uploads]

  lifecycle {
    postcondition {
      condition     = self.passed
      error_message = self.message
    }
  }
}
