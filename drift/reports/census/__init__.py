"""The eight tests over every change of a period, instead of over a sample of them."""
