"""What the tables of all native readers have in common: how an answer becomes Terraform's attributes."""
