"""Damaged logs: every record that can be read comes out, and what cannot is told and kept as a gap."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.processes import Done, drift
from tests.cli.running import CONFIG as WATCHING_A_TRAIL
from tests.providers.aws.records import a_record, as_bytes

CONFIG = f"""{WATCHING_A_TRAIL}
[[live]]
name = "recorded"
type = "recorded"
path = "live.json"
"""

LIVE = '{"read_at": "2026-11-20T12:00:00Z", "schemas": {}, "resources": []}'
"""Nothing is compared with it: it tells the time of the recording."""

MANY = 100
"""Enough that half of their file still holds some."""


def a_write(number: int) -> bytes:
    """A person makes a network: each is a change of its own."""
    made = {"vpc": {"vpcId": f"vpc-{number:08x}"}}
    return as_bytes(a_record(eventID=f"e-{number}", responseElements=made))


WRITES = [a_write(number) for number in range(MANY)]
RUBBISH = bytes((number * 7919 + number * number) % 256 for number in range(5000))


def listed(writes: list[bytes]) -> bytes:
    return b'{"Records": [' + b", ".join(writes) + b"]}"


def cut_off() -> dict[str, bytes]:
    """A compressed file of which half arrived, between two whole ones."""
    delivered = gzip.compress(listed(WRITES[10:]), mtime=0)
    return {
        "1.json": listed(WRITES[:5]),
        "2.json.gz": delivered[: len(delivered) // 2],
        "3.json.gz": gzip.compress(listed(WRITES[5:10]), mtime=0),
    }


def half_a_line() -> dict[str, bytes]:
    """Lines of which the writer of one was stopped."""
    return {"1.ndjson": b"\n".join([*WRITES[:5], WRITES[5][:300], *WRITES[6:10]]) + b"\n"}


def rubbish_between() -> dict[str, bytes]:
    """Bytes of something else between good lines."""
    return {"1.ndjson": b"\n".join([*WRITES[:5], RUBBISH, *WRITES[5:10]]) + b"\n"}


def rubbish_alone() -> dict[str, bytes]:
    """A whole file of something else between good ones."""
    return {"1.json": listed(WRITES[:5]), "2.json": RUBBISH, "3.json": listed(WRITES[5:10])}


def another_format() -> dict[str, bytes]:
    """Good JSON that is no audit record of any cloud."""
    return {"1.ndjson": b"\n".join([*WRITES[:5], b'{"level": "info", "message": "hello"}', *WRITES[5:10]])}


DAMAGES: dict[str, tuple[Callable[[], dict[str, bytes]], set[int], str]] = {
    "half a compressed file": (cut_off, {*range(10)}, "2.json.gz"),
    "half a line": (half_a_line, {*range(5), *range(6, 10)}, "1.ndjson"),
    "rubbish between lines": (rubbish_between, {*range(10)}, "1.ndjson"),
    "a file of rubbish": (rubbish_alone, {*range(10)}, "2.json"),
    "another format": (another_format, {*range(10)}, "1.ndjson"),
}
"""How each is made, which writes must come out all the same, and which file is damaged."""


@pytest.fixture(params=DAMAGES)
def damage(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, set[str], str]:
    """A folder with a damaged trail, the ids of what is whole in it, and the damaged file."""
    make, whole, file = DAMAGES[request.param]
    lay_out(tmp_path, make())
    return tmp_path, {f"e-{number}" for number in whole}, file


def lay_out(folder: Path, delivered: dict[str, bytes]) -> None:
    """Write a configuration and its trail."""
    (folder / "config.toml").write_text(CONFIG)
    (folder / "live.json").write_text(LIVE)
    (folder / "trail").mkdir()
    for name, content in delivered.items():
        (folder / "trail" / name).write_bytes(content)


def told_in_one_line(done: Done) -> str:
    """Return what a command that could not do all of its work said of that."""
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    return done.err


def test_classify_gives_every_record_and_counts_what_it_could_not_read(
    damage: tuple[Path, set[str], str],
) -> None:
    folder, whole, file = damage

    done = drift(folder, "classify", "trail", "--json")

    lines = [json.loads(line) for line in done.out.splitlines()]
    read = [line["event_id"] for line in lines if "unreadable" not in line]
    unreadable = [line for line in lines if "unreadable" in line]
    assert whole <= set(read)
    assert len(read) == len(set(read))
    assert [Path(line["source"]["file"]).name for line in unreadable] == [file]
    assert all(line["error"] for line in unreadable)
    said = told_in_one_line(done)
    assert f"{len(read)} records read, 1 unreadable" in said
    assert file in said


def test_classify_of_half_a_file_gives_what_arrived(tmp_path: Path) -> None:
    lay_out(tmp_path, cut_off())

    done = drift(tmp_path, "classify", "trail/2.json.gz", "--json")

    read = [json.loads(line) for line in done.out.splitlines()]
    ids = [line["event_id"] for line in read[:-1]]
    assert ids == [f"e-{number}" for number in range(10, 10 + len(ids))]
    assert 10 < len(ids) < MANY - 10
    assert read[-1]["error"] == "the gzip data is cut off"


def test_a_cycle_keeps_every_write_and_records_the_gap(damage: tuple[Path, set[str], str]) -> None:
    folder, whole, file = damage

    done = drift(folder, "run", "--once")

    said = told_in_one_line(done)
    assert "trail: 1 unreadable" in said
    assert file in said
    assert whole <= writes_kept(folder)
    [gap] = gaps_in_a_pack(folder)
    assert (gap["source"], Path(gap["file"]).name) == ("trail", file)
    assert gap["error"]
    report = " ".join(drift(folder, "report", "weekly").out.split())
    assert "not all seen" in report
    assert "1 of them unreadable" in report


def test_a_gap_is_told_once_and_stays_on_record(tmp_path: Path) -> None:
    """
    A cron job must not fail for ever for a file that nobody can mend; its evidence says it for ever.
    """
    lay_out(tmp_path, half_a_line())
    drift(tmp_path, "run", "--once")

    again = drift(tmp_path, "run", "--once")

    assert (again.code, again.err) == (0, "")
    assert len(gaps_in_a_pack(tmp_path)) == 1


def test_a_file_that_arrives_whole_after_all_gives_the_rest(tmp_path: Path) -> None:
    delivered = gzip.compress(listed(WRITES), mtime=0)
    lay_out(tmp_path, {"1.json.gz": delivered[: len(delivered) // 2]})
    drift(tmp_path, "run", "--once")
    before = writes_kept(tmp_path)

    (tmp_path / "trail" / "1.json.gz").write_bytes(delivered)
    done = drift(tmp_path, "run", "--once")

    assert done.code == 0
    assert 0 < len(before) < MANY
    assert writes_kept(tmp_path) == {f"e-{number}" for number in range(MANY)}


def writes_kept(folder: Path) -> set[str]:
    """Return the ids of every write that belongs to a change."""
    changes = (json.loads(line) for line in drift(folder, "changes", "--json").out.splitlines())
    return {event.removeprefix("aws:") for change in changes for event in change["events"]}


def gaps_in_a_pack(folder: Path) -> list[dict[str, str]]:
    """Export a pack, and return the gaps that it tells the auditor of."""
    assert drift(folder, "evidence", "export", "--out", "pack").code == 0
    with (folder / "pack" / "01_ipe" / "gaps.csv").open(newline="") as file:
        return list(csv.DictReader(file))
