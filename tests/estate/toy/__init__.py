"""An estate of the toy provider, which Terraform builds in a cloud that is a file."""
