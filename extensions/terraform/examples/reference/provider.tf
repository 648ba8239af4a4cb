terraform {
  required_providers {
    datascan = {
      source = "datascan/datascan"
    }
  }
}

# The token is in the environment: DATASCAN_API_TOKEN.
provider "datascan" {
  vendor  = "glasswall"
  api_url = "https://scans.example.com/api/v1"
}
