"""How the daemon is watched: what it says, what it answers over HTTP, and how it takes over other rules."""
