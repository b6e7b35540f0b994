"""One page a file: what is asked for becomes an answer."""
