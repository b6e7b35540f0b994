"""What people look at: read-only views over the store that stay quick however much it holds.

Each takes a connection and typed filters, and a period that bounds what can be seen at all.
"""
