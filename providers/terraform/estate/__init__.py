"""Which code, account, region and owner belong to each state of an estate."""
