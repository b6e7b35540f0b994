"""Draws samples of the changes of a period, so that nobody can steer them and anybody can draw them again."""
