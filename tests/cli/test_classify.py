import gzip
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from drift.cli import main
from tests.providers.aws.records import Fields, a_record, a_role_session, as_bytes

HEAVY = frozenset(
    {"alembic", "apscheduler", "azure", "boto3", "botocore", "cryptography", "deepdiff", "google", "hcl2"}
    | {"jinja2", "rich", "slack_sdk", "sqlalchemy"}
)

KEYS = [
    "event_id",
    "occurred_at",
    "cloud",
    "account",
    "region",
    "service",
    "action",
    "effect",
    "outcome",
    "tool",
    "credential",
    "actor",
    "channel",
    "lane",
    "resources",
    "tickets",
    "reasons",
    "confidence",
    "source",
]

ROLE = "AWSReservedSSO_Admin_0123456789abcdef"

PROJECT = Path(__file__).parents[2]

HOSTILE = [
    "\x1b[2J\x1b]8;;https://evil.example.com\x07",
    "two\nlines\r\n",
    "c1 \x9b31m",
    "\u202egnp.exe\u2066",
    "<script>alert(1)</script> =cmd()",
    "x" * 1_000_000,
    "{" * 5_000,
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    output: bytes
    errors: str

    @property
    def lines(self) -> list[str]:
        return self.output.decode().removesuffix("\n").split("\n") if self.output else []

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


class Drift(Protocol):
    """Calls the program in a folder of its own, without a configuration."""

    def __call__(self, *arguments: str) -> Ran:
        """Return what it left behind."""
        ...


@pytest.fixture
def drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Drift:
    """The program, as its script calls it."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        output, errors = capfdbinary.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(code=left.value.code, output=output, errors=errors.decode())

    return call


def a_trail(folder: Path, *records: Fields, name: str = "trail.json") -> Path:
    """A file as CloudTrail delivers it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Records": records}))
    return path


def in_a_process(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[bytes]":
    """Run a command for which the test's own process is no place."""
    environ = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False)


def ndjson(folder: Path, *lines: bytes, name: str = "trail.ndjson") -> Path:
    path = folder / name
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


# JSON


def test_a_json_line_keeps_the_documented_contract(drift: Drift, tmp_path: Path) -> None:
    """
    Scripts rely on every key, and on the order of lines.
    """
    a_trail(tmp_path, a_record(userAgent="console.ec2.amazonaws.com"))

    ran = drift("classify", "--json", "trail.json")

    (line,) = ran.objects
    assert (ran.code, ran.errors) == (0, "1 records\n")
    assert list(line) == KEYS
    assert line == {
        "event_id": "6f1c0c5e-1111-4222-8333-444455556666",
        "occurred_at": "2026-11-20T10:11:12Z",
        "cloud": "aws",
        "account": "111122223333",
        "region": "eu-west-1",
        "service": "ec2",
        "action": "CreateVpc",
        "effect": "write",
        "outcome": "success",
        "tool": "console",
        "credential": "console-session",
        "actor": {
            "kind": "human",
            "name": "alice@example.com",
            "principal": f"arn:aws:sts::111122223333:assumed-role/{ROLE}/alice@example.com",
            "chain": [f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/{ROLE}"],
        },
        "channel": "console",
        "lane": "infrastructure",
        "resources": [{"type": "aws_vpc", "id": "vpc-0a1b2c3d4e5f60718"}],
        "tickets": [],
        "reasons": line["reasons"],
        "confidence": line["confidence"],
        "source": {"file": "trail.json", "index": 0, "sha256": line["source"]["sha256"]},
    }


def test_what_a_record_does_not_say_is_null_and_its_key_is_there(drift: Drift, tmp_path: Path) -> None:
    ndjson(
        tmp_path,
        as_bytes({"eventSource": "ec2.amazonaws.com", "eventName": "CreateVpc", "eventVersion": "1.11"}),
    )

    ran = drift("classify", "--json", "trail.ndjson")

    (line,) = ran.objects
    assert ran.code == 0
    assert list(line) == KEYS
    assert [line[key] for key in ("event_id", "occurred_at", "account", "region")] == [None] * 4
    assert line["actor"] == {"kind": "unknown", "name": "unknown", "principal": None, "chain": []}
    assert line["channel"] == "unknown"


def test_an_unreadable_record_gives_its_line_in_its_place_and_the_run_goes_on(
    drift: Drift, tmp_path: Path
) -> None:
    good = as_bytes(a_record())
    ndjson(tmp_path, good, b'{"eventVersion": "1.11", "eventName": }', good, b'{"hello": "world"}')

    ran = drift("classify", "--json", "trail.ndjson")

    first, damaged, third, strange = ran.objects
    assert ran.code == 2
    assert list(first) == list(third) == KEYS
    for line, index in ((damaged, 1), (strange, 3)):
        assert list(line) == ["unreadable", "error", "source"]
        assert line["unreadable"] is True
        assert line["error"]
        assert list(line["source"]) == ["file", "index", "sha256"]
        assert line["source"]["index"] == index
    assert strange["error"] == "valid JSON, but no audit record of a cloud that is understood"


def test_one_line_on_stderr_counts_what_was_read_and_what_was_not(drift: Drift, tmp_path: Path) -> None:
    good = as_bytes(a_record())
    ndjson(tmp_path, good, b'{"hello": "world"}', good, b"not json", good)

    ran = drift("classify", "trail.ndjson")

    assert ran.code == 2
    assert ran.errors == (
        "drift: 3 records read, 2 unreadable (the first: trail.ndjson record 1); "
        "the lines that say unreadable name each\n"
    )
    assert len(ran.lines) == 5


def test_an_empty_delivery_gives_no_line(drift: Drift, tmp_path: Path) -> None:
    a_trail(tmp_path)

    ran = drift("classify", "--json", "trail.json")

    assert (ran.code, ran.output, ran.errors) == (0, b"", "0 records\n")


def test_a_session_is_known_to_the_records_that_come_after_its_opening_only(
    drift: Drift, tmp_path: Path
) -> None:
    opening = a_record(
        eventID="opening",
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={
            "roleArn": "arn:aws:iam::111122223333:role/Deploy",
            "roleSessionName": "botocore-session-1",
        },
        responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLE"}},
        readOnly=True,
    )
    later = a_record(eventID="later", userIdentity=a_role_session("Deploy", "botocore-session-1"))
    a_trail(tmp_path, later, opening, later)

    before, _, after = drift("classify", "--json", "trail.json").objects

    assert before["actor"]["kind"] == "unknown"
    assert (after["actor"]["kind"], after["actor"]["name"]) == ("human", "alice@example.com")
    assert after["channel"] == "manual"


# Files


def test_folders_recurse_in_order_and_gzip_is_recognised(drift: Drift, tmp_path: Path) -> None:
    a_trail(tmp_path / "logs", a_record(eventID="b"), name="2026/b.json")
    packed = a_trail(tmp_path / "logs", a_record(eventID="a"), name="2026/a.json.gz")
    packed.write_bytes(gzip.compress(packed.read_bytes()))
    a_trail(tmp_path, a_record(eventID="c"), name="named.json")

    ran = drift("classify", "--json", "named.json", "logs")

    assert [line["event_id"] for line in ran.objects] == ["c", "a", "b"]
    assert [line["source"]["file"] for line in ran.objects] == [
        "named.json",
        "logs/2026/a.json.gz",
        "logs/2026/b.json",
    ]


def test_a_path_that_does_not_exist_is_one_line_on_stderr(drift: Drift, tmp_path: Path) -> None:
    a_trail(tmp_path, a_record())

    ran = drift("classify", "trail.json", "nowhere")

    assert (ran.code, ran.output) == (2, b"")
    assert ran.errors == ("drift: no such file or folder: nowhere; check the path, and that it may be read\n")


def test_a_file_that_cannot_be_read_hides_no_other(drift: Drift, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    a_trail(folder, a_record(eventID="a"), name="a.json")
    (folder / "b.json").symlink_to("nothing")
    a_trail(folder, a_record(eventID="c"), name="c.json")

    ran = drift("classify", "--json", "logs")

    first, unreadable, last = ran.objects
    assert ran.code == 2
    assert (first["event_id"], last["event_id"]) == ("a", "c")
    assert unreadable["error"] == "the file cannot be read: No such file or directory"
    assert (unreadable["source"]["file"], unreadable["source"]["index"]) == ("logs/b.json", 0)


def test_a_file_may_be_called_anything(drift: Drift, tmp_path: Path) -> None:
    name = os.fsdecode(b"trail-\xff\x1b[2J.json")
    a_trail(tmp_path, a_record(), name=name)

    for form in ([], ["--json"]):
        ran = drift("classify", *form, ".")

        assert ran.code == 0
        assert len(ran.lines) == 1
        assert b"\x1b" not in ran.output


def test_without_a_path_it_says_what_is_missing(drift: Drift) -> None:
    ran = drift("classify")

    assert (ran.code, ran.output) == (2, b"")
    assert ran.errors.startswith("drift: classify: ")
    assert ran.errors.count("\n") == 1


# Text


def test_a_text_line_reads_from_time_and_effect_to_ticket(drift: Drift, tmp_path: Path) -> None:
    identity = a_role_session("Admin", "alice@example.com.OPS-123")
    a_trail(tmp_path, a_record(userIdentity=identity))

    ran = drift("classify", "trail.json")

    (line,) = ran.lines
    assert line.split() == [
        "2026-11-20",
        "10:11:12",
        "write",
        "manual",
        "cli",
        "alice@example.com",
        "CreateVpc",
        "aws_vpc",
        "vpc-0a1b2c3d4e5f60718",
        "OPS-123",
    ]


@pytest.mark.parametrize("form", [["--json"], []], ids=["json", "text"])
@pytest.mark.parametrize("text", HOSTILE, ids=["ansi", "lines", "c1", "rtl", "markup", "long", "deep"])
def test_hostile_text_stays_inert_and_in_its_line(
    text: str, form: list[str], drift: Drift, tmp_path: Path
) -> None:
    record = a_record(
        eventID=text,
        eventName=text,
        awsRegion=text,
        userAgent=text,
        userIdentity=a_role_session(text, text),
        requestParameters={"description": text, "tagSet": {"items": [{"key": text, "value": text}]}},
        responseElements={"vpc": {"vpcId": text}},
    )
    a_trail(tmp_path, record, a_record())

    ran = drift("classify", *form, "trail.json")

    assert (ran.code, ran.errors) == (0, "2 records\n")
    assert len(ran.lines) == 2
    shown = ran.output.decode().replace("\n", "")
    assert not set(shown) & {chr(code) for code in [*range(32), *range(0x7F, 0xA0)]}
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    if form:
        assert ran.objects[0]["action"] == text
    else:
        assert max(map(len, ran.lines)) <= 240


# Pipes, start-up and rules


def test_a_reader_that_goes_away_leaves_no_traceback(tmp_path: Path) -> None:
    a_trail(tmp_path, *(a_record(eventID=str(number)) for number in range(5_000)))
    command = f"{sys.executable} -m drift classify --json trail.json | head -n 1"

    done = in_a_process(["/bin/sh", "-c", command], tmp_path)

    assert json.loads(done.stdout)["event_id"] == "0"
    assert done.stderr == b""


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["classify", "--json", "trail.json"]], ids=lambda one: one[0]
)
def test_nothing_heavy_is_imported(arguments: Sequence[str], tmp_path: Path) -> None:
    """
    Start-up stays quick: the clouds' SDKs, the store and the printers are for those who need them.
    """
    a_trail(tmp_path, a_record())
    program = (
        "import sys\n"
        "from drift.cli import main\n"
        "try:\n"
        f"    main({list(arguments)!r})\n"
        "except SystemExit as left:\n"
        "    assert not left.code\n"
        f"heavy = sorted({set(HEAVY)!r} & set(sys.modules))\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )

    done = in_a_process([sys.executable, "-c", program], tmp_path)

    assert done.returncode == 0, done.stderr.decode()


def test_the_rules_of_a_configuration_are_heeded(drift: Drift, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[identities]\nmachines = ["arn:aws:iam::*:role/cron-*"]\n[policy]\nticket_projects = ["OPS"]\n'
    )
    identity = a_role_session("cron-backup", "OPS-1.WEB-2")
    a_trail(tmp_path, a_record(userIdentity=identity))

    (line,) = drift("classify", "--json", "trail.json").objects

    assert (line["actor"]["kind"], line["actor"]["name"]) == ("machine", "cron-backup")
    assert (line["channel"], line["tickets"]) == ("automation", ["OPS-1"])


def test_a_configuration_that_does_not_exist_is_one_line_on_stderr(drift: Drift, tmp_path: Path) -> None:
    a_trail(tmp_path, a_record())

    ran = drift("classify", "--config", "other.toml", "trail.json")

    assert (ran.code, ran.output) == (2, b"")
    assert "other.toml" in ran.errors
    assert ran.errors.count("\n") == 1
