"""A large estate, written by program: 900 states of 40 accounts, and what a person would say of each."""
