"""A store of states, with what its users and its operator do at the other end."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from drift.ports import StateStore
from tests.providers.state_stores.proxy import Proxy

ALICE = "alice@laptop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """One kind of store, empty at first."""

    store: StateStore
    location: str
    """Above all states; of a store that lists none, the one state."""
    uri: Callable[[str], str]
    """Of the state of this name."""
    put: Callable[[str, bytes], None]
    """Write a state, as an apply does."""
    remove: Callable[[str], None]
    hold: Callable[[str, bytes], None] | None
    """Take the lock of a state, leaving this JSON; `None` where nobody can read who has it."""
    release: Callable[[str], None] | None
    deny: Callable[[], None] | None
    """Take our permission away; `None` where a test cannot."""
    permission: str
    """What the error must then name."""
    break_down: Callable[[], None]
    proxy: Proxy | None
    """Between the adapter and the server; `None` where there is no server."""
    lists: bool = True


def a_lock_info(**but: str) -> bytes:
    """What Terraform leaves beside a state that it works on."""
    info = {
        "ID": "6d4c4d5d-6e2a-1a4f-9d58-0ac3b4f1f6f0",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": ALICE,
        "Version": "1.11.4",
        "Created": "2026-11-16T11:59:00.123456789Z",
        "Path": "",
    }
    return json.dumps(info | but).encode()
