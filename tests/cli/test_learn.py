"""`drift learn`, on files and on the store."""

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from drift.cli.learn_lines import Line
from drift.model.verdict import Channel
from tests.builders import NOON, a_classification, a_principal, a_write, an_actor, an_event
from tests.cli.running import CONFIG, Drift, OnTerminal
from tests.providers.aws.records import a_record, a_role_session
from tests.providers.azure.records import a_record as an_activity
from tests.world import World

STORIES = Path(__file__).parents[2] / "terraform-fixtures"
PIPELINE = str(STORIES / "pipeline-apply-reviewed" / "audit-log.json")
BREAK_GLASS = str(STORIES / "break-glass" / "audit-log.json")


def toml_at_the_end(out: str) -> str:
    return out.split("# For config.toml", 1)[1].split("\n", 1)[1]


def test_who_wrote_is_told_with_the_evidence_and_what_to_paste(drift: Drift) -> None:
    ran = drift("learn", PIPELINE, BREAK_GLASS)

    assert ran.code == 0
    assert ran.lines[0].split() == ["6", "pipeline", "repo:example/infra:environment:production"]
    assert "a token of GitHub Actions" in ran.lines[1]
    assert "on 2026-11-17, 09-10 h UTC; aws 111122223333" in ran.lines[2]
    assert tomllib.loads(toml_at_the_end(ran.out)) == {
        "pipeline": [
            {
                "name": "example/infra production",
                "repository": "example/infra",
                "environment": "production",
                "role": "terraform-deploy",
            }
        ],
        "break_glass": {"roles": ["BreakGlassAdmin"]},
    }
    assert ran.err == "2 principals made 7 writes\n"


def test_what_was_learned_is_in_force_once_it_is_pasted(drift: Drift, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG + drift("learn", "--toml", PIPELINE, BREAK_GLASS).out)

    ran = drift("learn", PIPELINE, BREAK_GLASS)

    assert 'the configuration trusts it; [[pipeline]] "example/infra production"' in ran.out
    assert "the configuration calls it emergency access" in ran.out
    assert ran.lines[-1] == "Nothing to add to the configuration."
    assert drift("learn", "--toml", PIPELINE).out == ""


def test_json_has_every_key_in_every_line_and_nothing_else_on_stdout(drift: Drift) -> None:
    ran = drift("learn", "--json", *map(str, sorted(STORIES.glob("*/audit-log.json"))))

    lines = [json.loads(line) for line in ran.lines]
    assert {tuple(line) for line in lines} == {Line.__struct_fields__}
    assert lines[0]["proposed"] == "pipeline"
    assert lines[0]["hours"][9] == lines[0]["writes"] == 6
    assert tomllib.loads(lines[0]["toml"][0])["pipeline"][0]["environment"] == "production"
    assert ran.err.startswith("11 principals made ")


def test_the_store_remembers_who_wrote(drift: Drift, world: World) -> None:
    role = "arn:aws:iam::111122223333:role/cron-cleanup"
    for day, session in enumerate(("i-1", "i-2", "i-3")):
        principal = a_principal(session, role=role, session_name=session)
        world.happened(
            writes=[
                a_write(
                    an_event(event_id=session, at=NOON + timedelta(days=day), principal=principal),
                    an_actor("carol@example.com"),
                    a_classification(channel=Channel.MANUAL),
                )
            ]
        )

    ran = drift("learn", "--since", "30h", "--json")

    (line,) = (json.loads(line) for line in ran.lines)
    assert (line["principal"], line["writes"], line["days"]) == ("carol@example.com", 2, 2)
    assert ran.err == "1 principal made 2 writes\n"


def test_a_file_that_is_delivered_twice_counts_once(drift: Drift, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    again.write_text(Path(PIPELINE).read_text())

    assert drift("learn", PIPELINE, str(again)).err == drift("learn", PIPELINE).err


def test_an_operation_that_never_ends_is_counted(drift: Drift, tmp_path: Path) -> None:
    log = tmp_path / "activity.json"
    begun = an_activity(status="Started", correlationId="never-ends", eventDataId="begun")
    ended = [
        an_activity(status=status, correlationId="ends", eventDataId=status)
        for status in ("Started", "Succeeded")
    ]
    log.write_text(json.dumps([begun, *ended]))

    assert drift("learn", str(log)).err == "1 principal made 2 writes\n"


def test_a_record_that_cannot_be_read_is_counted_and_the_rest_is_learned_from(
    drift: Drift, tmp_path: Path
) -> None:
    trail = tmp_path / "damaged.ndjson"
    trail.write_text(json.dumps(a_record()) + '\n{"eventVersion": \n')

    ran = drift("learn", str(trail))

    assert ran.code == 2
    assert "person" in ran.lines[0]
    assert "1 record unreadable (the first: " in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say from what to learn (give audit-log files or folders, or --since 14d)"),
        (("--since", "2d", PIPELINE), "say from what to learn"),
        (("--json", "--toml", PIPELINE), "--json and --toml contradict each other"),
        (("nowhere.json",), "nowhere.json"),
        (("--since", "soon"), '"soon" is no time'),
    ],
)
def test_what_cannot_be_learned_from_is_said_in_one_line(
    drift: Drift, arguments: tuple[str, ...], said: str
) -> None:
    ran = drift("learn", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said.split(" (")[0] in ran.err
    assert len(ran.err.splitlines()) == 1


def test_nobody_who_wrote_is_told_as_such(drift: Drift, tmp_path: Path) -> None:
    (tmp_path / "reads.json").write_text(json.dumps(a_record(eventName="DescribeVpcs", readOnly=True)))

    ran = drift("learn", str(tmp_path / "reads.json"))

    assert (ran.code, ran.out, ran.err) == (0, "", "0 principals made 0 writes\n")


def test_no_line_obeys_a_name_or_is_wider_than_the_terminal(
    drift: Drift, on_terminal: OnTerminal, tmp_path: Path
) -> None:
    hostile = "\x1b[2J\u202e" + "x" * 500
    record = a_record(userIdentity=a_role_session(f"role{hostile}", hostile), userAgent=hostile)
    (tmp_path / "trail.json").write_text(json.dumps(record))

    lines = on_terminal(80, drift, "learn", str(tmp_path / "trail.json"))

    told = lines[: next(number for number, line in enumerate(lines) if line.startswith("# For config"))]
    assert all(line.isprintable() for line in lines)
    assert max(map(len, told)) <= 80
