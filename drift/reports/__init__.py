"""Read-only views of the store and the ledger."""
