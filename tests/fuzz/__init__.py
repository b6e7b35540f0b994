"""Bytes that nobody has thought of, guided to where the program has not been: `make fuzz`."""
