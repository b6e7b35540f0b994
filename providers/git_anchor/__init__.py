"""Checkpoints as commits of a branch."""
