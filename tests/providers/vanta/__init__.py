"""Vanta."""
