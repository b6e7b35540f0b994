"""The provider engine: reads live configuration through the Terraform providers themselves."""
