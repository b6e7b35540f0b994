"""Time stamps by an authority of RFC 3161."""
