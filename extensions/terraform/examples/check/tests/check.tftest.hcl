run "a_profile_that_was_scanned" {
  variables {
    scan_profile = "nightly"
  }
}

run "a_profile_that_was_not" {
  variables {
    scan_profile = "never-scanned"
  }
  expect_failures = [check.latest_scan]
}
