import json
from dataclasses import replace
from datetime import timedelta

from drift.cli.lines import FindingLine
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.model.resource import Resource
from drift.model.verdict import Severity
from tests.builders import NOON, a_finding
from tests.cli.running import Drift
from tests.world import World

DAY = timedelta(days=1)
BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


def an_unmanaged_bucket(finding_id: str = "f-2") -> DriftFinding:
    return a_finding(
        finding_id, kind=FindingKind.UNMANAGED, resource=BUCKET, address=None, attributes=(), baseline=None
    )


def test_open_findings_are_told_with_what_differs(drift: Drift, world: World) -> None:
    world.compared(a_finding())

    ran = drift("findings")

    assert ran.code == 0
    assert ran.lines == [
        "high      aws_security_group.web differs from the code (main.tf:12)",
        "          f-1  found 2026-11-16 12:00",
        "          ingress: [] -> [22]",
    ]
    assert ran.err == "1 finding: 1 drifted\n"


def test_a_finding_names_the_write_that_explains_it(drift: Drift, world: World) -> None:
    change = world.happened(by="bob@example.com")
    keys = tuple(write.event.key for write in change.writes)
    world.compared(replace(a_finding(), explained_by=keys), at=NOON + timedelta(hours=1))

    life = drift("findings").lines[1]

    assert life == "          f-1  found 2026-11-16 13:00, written 2026-11-16 12:00 by bob@example.com"


def test_a_write_that_explains_nothing_is_only_the_last_one(drift: Drift, world: World) -> None:
    world.happened(by="bob@example.com")
    world.compared(a_finding(), at=NOON + timedelta(hours=1))

    life = drift("findings").lines[1]

    assert life.endswith("found 2026-11-16 13:00, last written 2026-11-16 12:00 by bob@example.com")


def test_json_tells_who_wrote_it(drift: Drift, world: World) -> None:
    change = world.happened(by="bob@example.com")
    keys = tuple(write.event.key for write in change.writes)
    world.compared(replace(an_unmanaged_bucket(), explained_by=()), replace(a_finding(), explained_by=keys))

    drifted, unmanaged = (json.loads(line) for line in drift("findings", "--json").lines)

    assert drifted["written_by"] == {
        "change_id": change.change_id,
        "began_at": "2026-11-16T12:00:00Z",
        "actor": "bob@example.com",
        "actor_kind": "human",
        "channel": "console",
        "is_explanation": True,
    }
    assert unmanaged["written_by"] is None


def test_a_finding_that_came_back_says_so(drift: Drift, world: World) -> None:
    for findings in ((a_finding(),), (), (a_finding(),)):
        world.compared(*findings)

    assert drift("findings").lines[1] == "          f-1  found 2026-11-16 12:00, reopened"
    assert json.loads(drift("findings", "--json").out)["status"] == "reopened"


def test_the_worst_is_listed_first(drift: Drift, world: World) -> None:
    world.compared(a_finding())
    world.compared(a_finding(), replace(an_unmanaged_bucket(), severity=Severity.CRITICAL), at=NOON + DAY)

    ran = drift("findings", "--json")

    assert [json.loads(line)["id"] for line in ran.lines] == ["f-2", "f-1"]


def test_what_is_resolved_is_listed_only_on_wish(drift: Drift, world: World) -> None:
    world.compared(a_finding())
    world.compared(at=NOON + timedelta(days=1))

    assert drift("findings").lines == []
    assert "f-1  found 2026-11-16 12:00, resolved 2026-11-17 12:00" in drift("findings", "--all").out


def test_json_has_every_key_in_every_line(drift: Drift, world: World) -> None:
    world.compared(a_finding(), an_unmanaged_bucket())

    ran = drift("findings", "--json")

    first, second = (json.loads(line) for line in ran.lines)
    assert list(first) == list(second) == list(FindingLine.__struct_fields__)
    explained: dict[str, object] = {"explained_by": [], "is_explained": False}
    assert first["attributes"] == [
        {"path": "ingress", "declared": [], "live": [22], "sensitive": False, **explained}
    ]
    assert (first["status"], first["first_seen_at"], first["resolved_at"]) == (
        "open",
        "2026-11-16T12:00:00Z",
        None,
    )
    assert (second["kind"], second["address"], second["baseline"]) == ("unmanaged", None, None)


def test_findings_are_chosen_by_kind(drift: Drift, world: World) -> None:
    world.compared(a_finding(), an_unmanaged_bucket())

    ran = drift("findings", "--json", "--kind", "unmanaged")

    assert [json.loads(line)["id"] for line in ran.lines] == ["f-2"]


def test_exit_code_tells_whether_anything_is_listed(drift: Drift, world: World) -> None:
    assert drift("findings", "--exit-code").code == 0

    world.compared(a_finding())

    assert drift("findings", "--exit-code").code == 1


def test_a_long_difference_takes_a_line_for_each_side(drift: Drift, world: World) -> None:
    long = AttributeDrift(path="policy", declared="a" * 300, live="b" * 300)
    world.compared(a_finding(attributes=(long,)))

    path, declared, live = drift("findings").lines[2:]

    assert path == "          policy"
    assert declared.startswith('            - "aaa')
    assert live.startswith('            + "bbb')
    assert max(len(declared), len(live)) <= 120


def test_members_that_say_nothing_are_left_out_of_the_text(drift: Drift, world: World) -> None:
    rule = {"from_port": 22, "self": False, "description": "", "prefix_list_ids": [], "protocol": None}
    world.compared(a_finding(attributes=(AttributeDrift(path="ingress", declared=[], live=[rule]),)))

    assert drift("findings").lines[2] == '          ingress: [] -> [{"from_port":22,"self":false}]'


def test_a_sensitive_value_stays_hidden(drift: Drift, world: World) -> None:
    hidden = AttributeDrift(path="password", declared="(sensitive)", live="(sensitive)", sensitive=True)
    world.compared(a_finding(attributes=(hidden,)))

    assert drift("findings").lines[2] == "          password: (sensitive) -> (sensitive)"
