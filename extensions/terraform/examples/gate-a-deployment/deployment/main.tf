# Stands for what is deployed.
resource "terraform_data" "release" {
  input = "1.0.0"
}

output "release" {
  value = terraform_data.release.output
}
