"""Tests of checkpoints as commits."""
