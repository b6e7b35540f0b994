"""OCSF, the schema of security data lakes and SIEMs."""
