"""Reads live configuration by AWS's own APIs, and finds what nobody declared; tables stand in `tables/`."""
