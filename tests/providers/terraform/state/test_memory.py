"""How much of a large state is held while it is read: what it declares, and little more."""

import json
import tracemalloc
from collections.abc import Iterator

from providers.terraform.state import read_state
from tests.providers.terraform.builders import a_resource, a_state, an_instance

MEGABYTE = 1024 * 1024
COUNT = 1000


def a_large_state() -> Iterator[bytes]:
    """Make a state of blocks and outputs while it is read, so that it is never held as a whole."""
    head, tail = a_state("HERE", outputs={}).split(b'"HERE"')  # type: ignore[arg-type]
    yield head
    for at in range(COUNT):
        block = a_resource(an_instance({"id": f"queue-{at}", "policy": POLICY}), name=f"queue{at}")
        yield json.dumps(block, indent=2).encode() + (b"," if at < COUNT - 1 else b"")
    yield tail[:-1] + b', "check_results": ['
    for _ in range(COUNT):
        yield b'{"status": "%s"},' % (b"x" * 1000)
    yield b"null]}"


POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Sid": "x" * 2000}]})


def test_a_large_state_is_read_without_being_held() -> None:
    size = sum(map(len, a_large_state()))
    tracemalloc.start()
    try:
        declaration = read_state(a_large_state(), name="production", origin="prod.tfstate")
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(declaration.resources) == COUNT
    assert size > 3 * MEGABYTE
    assert peak - kept < MEGABYTE


def test_a_text_that_is_repeated_is_kept_once() -> None:
    declaration = read_state(a_large_state(), name="production", origin="prod.tfstate")

    assert len({id(resource.attributes["policy"]) for resource in declaration.resources}) == 1
    assert (
        len({id(resource.stored.configuration) for resource in declaration.resources if resource.stored}) == 1
    )
