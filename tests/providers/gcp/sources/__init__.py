"""The sources of Google Cloud, against services that speak its protocols."""
