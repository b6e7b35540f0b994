"""What the code beside a state says, read without running anything of it."""
