"""Ticket systems of our own: real HTTP servers that refuse what the real ones refuse."""
