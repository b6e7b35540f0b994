"""What somebody changes past the code: every change to another resource."""

from tests.estate.changes import compute, data, identity, network, services

CHANGES = (*network.CHANGES, *compute.CHANGES, *identity.CHANGES, *data.CHANGES, *services.CHANGES)
