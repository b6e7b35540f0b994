"""The daemon at work for a while: records at a steady rate, and a cloud that fails now and then."""
