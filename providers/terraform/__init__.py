"""What Terraform declares: states, and facts out of the HCL."""
