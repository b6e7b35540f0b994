"""What the state of Terraform or OpenTofu declares: start with `read_state`."""

from providers.terraform.state.key_providers import StateKeys
from providers.terraform.state.read import read_state

__all__ = ["StateKeys", "read_state"]
