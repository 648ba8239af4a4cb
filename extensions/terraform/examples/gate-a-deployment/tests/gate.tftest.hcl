run "a_clean_container_is_deployed" {
  assert {
    condition     = module.deployment.release == "1.0.0"
    error_message = "The module was not deployed."
  }
}

run "a_container_with_issues_is_not" {
  variables {
    container = "uploads/issues"
  }
  expect_failures = [data.datascan_gate.uploads]
}
