"""An AWS account that exists only on this machine, and the real Terraform to build things in it.

Shared by the recorder of the stories and by the estate that scans are tried on.
"""
