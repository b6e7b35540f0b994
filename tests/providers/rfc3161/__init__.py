"""Tests of the time stamps."""
