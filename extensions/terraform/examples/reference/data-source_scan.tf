data "datascan_scan" "earlier" {
  id = "83d71394-faa2-4b6c-b13b-6d3118de459e"
}

output "earlier" {
  value = "${data.datascan_scan.earlier.source}: ${data.datascan_scan.earlier.state}"
}
