"""Spacelift."""
