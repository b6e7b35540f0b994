"""Packs of raw records: one format, and one vault over it, whatever the place that they lie in."""
