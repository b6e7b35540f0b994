"""Directories of our own: real servers that refuse what the real ones refuse."""
