"""Stand-ins of the services that keep keys and sign."""
