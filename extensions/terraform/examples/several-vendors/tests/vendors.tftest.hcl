run "both_pass" {
  assert {
    condition     = terraform_data.release.output == "1.0.0"
    error_message = "Nothing was deployed."
  }
}

run "one_does_not" {
  variables {
    container = "uploads/issues"
  }
  expect_failures = [terraform_data.release]
}
