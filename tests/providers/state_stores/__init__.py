"""The places where states live, run for real on the loopback interface."""
