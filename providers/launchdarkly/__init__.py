"""LaunchDarkly: feature flags, whose audit log is a source of the configuration lane."""
