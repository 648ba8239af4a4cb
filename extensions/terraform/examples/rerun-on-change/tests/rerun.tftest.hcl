run "first" {}

run "nothing_has_changed" {
  assert {
    condition     = output.scan_id == run.first.scan_id
    error_message = "A scan ran although nothing has changed."
  }
}

run "the_account_has_changed" {
  variables {
    replication = "GRS"
  }
  assert {
    condition     = output.scan_id != run.first.scan_id
    error_message = "No scan ran although the account has changed."
  }
}
