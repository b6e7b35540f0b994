"""Where states are stored: one file for each kind of place."""
