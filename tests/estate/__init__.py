"""An estate of a hundred and more resource types, built by the real Terraform, that scans are tried on."""
