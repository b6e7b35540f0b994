"""Stand-ins for the channels beside Slack, and what each does in its own way."""
