"""The file of one change that was drawn: all that the ledger has about it, on one time line."""
