"""Goes through history again: to take in what the store lacks, or to try other rules on it.

What was read is remembered in the database that it goes to, in the transaction that keeps it. So a
replay that was stopped goes on where it was when the same command is run again.
"""
