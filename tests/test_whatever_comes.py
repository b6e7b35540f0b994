"""Whatever a file holds, each record in it gives one harmless line, and nothing is raised."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import records, seeds
from tests.fuzz.target import try_bytes

RECORDS = list(records())
SEEDS = list(seeds())

HOSTILE = [
    "\x1b[2J\x1b]8;;https://evil.example.com\x07",
    "two\nlines\r\n",
    "\x9b31m \u202egnp.exe\u2066",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\ud800",
    "",
    "null",
    "arn:aws:iam::111122223333:role/" + "x" * 3000,
    "{" * 2000,
]

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.sampled_from(HOSTILE)
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, as the keys that lead to it."""
    found = [path]
    if isinstance(value, dict):
        found += [place for key, inner in value.items() for place in places_in(inner, (*path, key))]
    elif isinstance(value, list):
        found += [place for index, inner in enumerate(value) for place in places_in(inner, (*path, index))]
    return found


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A record of a cloud in which a few values were exchanged, left out or wrapped."""
    record = copy.deepcopy(draw(st.sampled_from(RECORDS)))
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from([place for place in places_in(record) if place]))
        around = record
        for step in way:
            around = around[step]
        match draw(st.sampled_from(["exchange", "leave out", "wrap", "as text"])):
            case "exchange":
                around[last] = draw(documents)
            case "leave out" if isinstance(around, dict):
                del around[last]
            case "wrap":
                around[last] = [around[last]]
            case _:
                around[last] = json.dumps(around[last])
    return record


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(mutated(), min_size=1, max_size=3))
def test_a_mutated_record_gives_one_line_and_hides_no_other(files: list[Any]) -> None:
    whole = RECORDS[0]

    text = b"\n".join(json.dumps(one).encode(errors="surrogatepass") for one in (*files, whole))

    assert try_bytes(text) >= 1


@settings(max_examples=100, deadline=None)
@given(documents)
def test_any_json_is_taken_without_complaint(document: Any) -> None:
    try_bytes(json.dumps(document).encode(errors="surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_a_file_with_bytes_exchanged_or_cut_off_is_read_as_far_as_it_goes(
    seed: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(seed)))
    instead = data.draw(st.binary(max_size=8))

    try_bytes(seed[:at] + instead + seed[at + data.draw(st.integers(0, 8)) :])
    try_bytes(seed[:at])


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 1_000_000, "[" * 100_000])
@pytest.mark.parametrize("record", RECORDS[-11:], ids=lambda one: ",".join([*one][:2]))
def test_hostile_text_in_every_field_at_once_gives_one_line(record: dict[str, Any], text: str) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [filled(inner) for inner in value]
        return text if isinstance(value, str) else value

    body = json.dumps(filled(record)).encode(errors="surrogatepass")

    assert len(body) > 30_000_000 or try_bytes(body) == 1
