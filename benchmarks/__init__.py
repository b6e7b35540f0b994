"""Measures speed and memory, always as ratios within one run: absolute figures are one machine's."""
