"""Who writes here? What was seen of every principal, and what the configuration could say of it.

`gather` adds up writes, `propose` says what they look like, `toml` what to paste. Nothing of it
is in force: a principal is trusted only when it stands in the configuration.
"""
