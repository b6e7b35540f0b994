"""AWS's audit logs, read from a simulated AWS with its real client."""
