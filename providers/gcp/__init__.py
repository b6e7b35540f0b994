"""Google Cloud: what its audit logs say."""
