"""Adapters: each implements ports of the core, and none knows another."""
