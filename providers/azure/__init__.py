"""Azure: the Activity Log, what Event Grid and Resource Graph tell of it, and App Configuration."""
