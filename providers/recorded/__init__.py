"""Recorded answers in files: live configuration, tickets and pipeline runs, for stories and air gaps."""
