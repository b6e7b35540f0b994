"""Stand-ins of the places that take evidence."""
