"""Taking many documents at once is quicker than taking one after the other, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.event import RawRecord, UnreadableRecord
from drift.records import runs
from tests.records.forms import RECORDS, a_record, bodies, errors, lines, listed, read

MANY = [a_record(number) for number in range(2000)]
"""They take more than one run."""

PIECES = [
    *RECORDS[:2],
    b'{"other":{"version":[{"version":1}]}}',
    listed(RECORDS[2:4]),
    b"[]",
    b"7 ",
    b'"text" ',
    b'{"version":tru}',
    b'{"version":{"a":1}',
    b'{"version":"\\ud83d"}',
]
BETWEEN = [b",", b"\n", b",\n", b" ", b"", b",,", b"]", b"}"]


def one_by_one(text: bytes) -> list[RawRecord | UnreadableRecord]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "RUN_BYTES", 0)
        return read(text, whole=False)


@pytest.mark.parametrize("text", [listed(MANY), lines(MANY)], ids=["a list", "lines"])
def test_runs_give_every_record(text: bytes) -> None:
    assert len(text) > runs.RUN_BYTES

    found = read(text, whole=False)

    assert bodies(found) == MANY
    assert [record.source.index for record in found] == list(range(len(MANY)))


@pytest.mark.parametrize("at", [0, 1000, 1999])
def test_a_damage_within_a_run_costs_one_record(at: int) -> None:
    spoiled = [*MANY[:at], b'{"version":tru}', *MANY[at:]]

    for text in (listed(spoiled), lines(spoiled)):
        found = read(text, whole=False)

        assert bodies(found) == MANY
        assert len(errors(found)) == 1
        assert isinstance(found[at], UnreadableRecord)


@given(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BETWEEN)), max_size=12),
    st.sampled_from([b"", b"[", b'{"Records":[', b'{"Records":[]}\n']),
)
def test_one_by_one_the_same_is_found(pieces: list[tuple[bytes, bytes]], begin: bytes) -> None:
    text = begin + b"".join(part for piece in pieces for part in piece)

    assert read(text, whole=False) == one_by_one(text)
