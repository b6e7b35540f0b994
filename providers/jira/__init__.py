"""Jira's issues as tickets: Jira Cloud, and Jira Data Center on servers of one's own."""
