"""Slack: the message and how it is sent, or previewed on a terminal."""
