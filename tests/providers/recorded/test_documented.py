"""What docs/recorded-answers.md says of the files is what the adapters read."""

import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drift.model.baseline import DeclaredResource
from drift.model.resource import Found, NotRead, NotReadReason
from providers.recorded import code_host, live_config, tickets
from providers.recorded.code_host import RecordedCodeHost, RecordedCodeHostSettings
from providers.recorded.live_config import RecordedLiveConfig, RecordedLiveConfigSettings
from providers.recorded.tickets import RecordedTickets, RecordedTicketsSettings
from tests.stages.detect_builders import a_declared

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "recorded-answers.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[msgspec.Struct]] = {
    "Live configuration": live_config._Document,
    "Tickets": tickets._Document,
    "Pipeline runs": code_host._Document,
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_field_is_documented_with_whether_it_is_required(heading: str) -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (yes|no|no, or null) \|", section(heading), re.MULTILINE)

    assert dict(rows) == dict(fields_of(SECTIONS[heading]))
    assert len(dict(rows)) == len(rows)


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_example_leaves_no_field_out(heading: str) -> None:
    paths = set(paths_in(msgspec.json.decode(example(heading))))

    assert {path.replace("schemas.aws_security_group", "schemas.*") for path in paths} >= {
        path for path, _ in fields_of(SECTIONS[heading])
    }


def test_the_example_of_live_configuration_answers(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Live configuration")
    live = RecordedLiveConfig(RecordedLiveConfigSettings(path=path))

    found, denied = live.read([a_group("sg-0abc"), a_group("sg-0def")])

    assert isinstance(found, Found)
    assert found.resource.attributes["name"] == "web"
    assert found.resource.schema.sets == {"ingress", "ingress[].cidr_blocks"}
    assert isinstance(denied, NotRead)
    assert denied.reason is NotReadReason.UNREADABLE


def test_the_example_of_tickets_answers(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Tickets")

    [ticket] = RecordedTickets(RecordedTicketsSettings(path=path)).find({"OPS-123"}, ())

    assert ticket.approvals[0].by == "bob@example.com"
    assert ticket.resources == ("sg-0abc",)
    assert ticket.window_end is not None


def test_the_example_of_pipeline_runs_answers(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Pipeline runs")

    run = RecordedCodeHost(RecordedCodeHostSettings(path=path)).deployment("9182736455")

    assert run is not None
    assert run.pull_request is not None
    assert run.pull_request.reviews[0].commit == run.pull_request.head_sha


def section(heading: str) -> str:
    return DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def example(heading: str) -> str:
    [block] = re.findall(r"```json\n(.*?)```", section(heading), re.DOTALL)
    return str(block)


def a_file(folder: Path, heading: str) -> str:
    (folder / "recorded.json").write_text(example(heading), encoding="utf-8")
    return str(folder / "recorded.json")


def a_group(resource_id: str) -> DeclaredResource:
    return a_declared(type="aws_security_group", resource_id=resource_id)


def fields_of(row: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of each field of a document, and whether it is required."""
    for field in msgspec.structs.fields(row):
        path = prefix + field.name
        is_null_allowed = type(None) in typing.get_args(field.type)
        yield path, "yes" if field.required else "no, or null" if is_null_allowed else "no"
        inner = _inner(field.type)
        if inner:
            yield from fields_of(inner[0], path + inner[1])


def _inner(kind: Any) -> tuple[type[msgspec.Struct], str] | None:
    """Return the rows within a field and how their path goes on."""
    steps = {tuple: "[].", dict: ".*.", types.UnionType: "."}
    for one in typing.get_args(kind):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return one, steps[typing.get_origin(kind)]
    return None


def paths_in(value: object, prefix: str = "") -> Iterator[str]:
    match value:
        case dict():
            for name, member in value.items():
                path = f"{prefix}.{name}" if prefix else name
                yield path
                yield from paths_in(member, path)
        case list():
            for element in value:
                yield from paths_in(element, f"{prefix}[]")
