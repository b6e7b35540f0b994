"""Finding the binary of a provider, and making sure that it is the right one."""
