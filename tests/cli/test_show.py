import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from drift.cli.show_json import ChangeObject, FindingObject
from drift.model.finding import AttributeDrift
from drift.model.resource import Resource
from drift.model.ticket import ApprovalDecision, Coverage, Edit
from drift.model.verdict import Channel, Confidence, Credential, Disposition, Severity, Tool
from tests.builders import (
    NOON,
    a_classification,
    a_deployment,
    a_finding,
    a_judgement,
    a_match,
    a_review,
    a_standing,
    a_ticket,
    a_write,
    an_actor,
    an_approval,
)
from tests.cli.running import Drift, OnTerminal
from tests.world import World

HOUR = timedelta(hours=1)
CALL = f"{'':23}ec2 AuthorizeSecurityGroupIngress, console with console-session from 198.51.100.7"
BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


def test_a_change_is_told_from_who_did_what_to_the_evidence(drift: Drift, world: World) -> None:
    match = a_match(Coverage.NONE, "no ticket is named")
    change = world.happened("opened tcp/22 to 0.0.0.0/0", "opened tcp/23 to 0.0.0.0/0")
    world.compared(a_finding(), at=NOON + HOUR)
    judged = world.judged(
        change,
        a_judgement(severity=Severity.CRITICAL, match=match, standing=a_standing(a_finding())),
        at=NOON + HOUR,
    )
    world.told(judged, at=NOON + HOUR)

    ran = drift("show", change.change_id)

    assert ran.code == 0
    assert ran.lines == [
        f"{change.change_id}  critical, unticketed",
        "alice@example.com: opened tcp/22 to 0.0.0.0/0 and 1 more",
        "",
        "What        aws_security_group.web (aws_security_group sg-0abc), declared at main.tf:12",
        "Who         alice@example.com, human, high confidence",
        "            as arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com",
        "How         console: console with console-session, infrastructure lane",
        "            a console change",
        "Where       production, 111122223333, eu-west-1",
        "Why         no ticket is named",
        "Covered by  nothing",
        "Due         an answer by 2026-11-16 16:00 UTC",
        "Told        oncall, sent 2026-11-16 13:00",
        "Live now    differs from the code",
        "",
        "Declared -> live",
        "  ingress: [] -> [22]",
        "",
        "Time line (UTC)",
        "  2026-11-16 12:00:00  opened tcp/22 to 0.0.0.0/0  [entry 0]",
        CALL,
        "  2026-11-16 12:01:00  opened tcp/23 to 0.0.0.0/0  [entry 1]",
        CALL,
        "  2026-11-16 13:00:00  found that it differs from the code  [entry 2]",
        "                       f-1",
        "  2026-11-16 13:00:00  judged unticketed, critical  [entry 3]",
        "  2026-11-16 13:00:00  oncall accepted the alert  [entry 4]",
        f"                       {ran.lines[-3].strip()}",
        "",
        "Evidence    ledger entries 0, 1, 2, 3, 4",
    ]


def test_an_edit_of_what_was_approved_shows_in_its_place(drift: Drift, world: World) -> None:
    edits = (
        Edit(at=NOON + HOUR, by="mallory@example.com", field="window_end", before="12:00", after="18:00"),
        Edit(at=NOON + HOUR, by=None, field="labels"),
    )
    approval = an_approval(at=NOON - HOUR)
    withdrawn = replace(approval, decision=ApprovalDecision.WITHDRAWN, at=NOON + 2 * HOUR)
    ticket = replace(
        a_ticket(approvals=[approval, withdrawn]), history=edits, closed_at=NOON + 3 * HOUR, is_open=False
    )
    change = world.happened("write", judged=a_judgement(match=a_match(ticket=ticket)))

    lines = [line.strip() for line in drift("show", change.change_id).lines]

    assert "2026-11-16 13:00:00  mallory@example.com edited OPS-1: window end" in lines
    assert "2026-11-16 14:00:00  what erin@example.com said of OPS-1 was withdrawn" in lines
    assert "2026-11-16 15:00:00  OPS-1 was closed" in lines
    assert not any("labels" in line for line in lines)


def test_a_ticket_is_told_with_why_it_does_not_count(drift: Drift, world: World) -> None:
    ticket = a_ticket(created_at=NOON + HOUR, approvals=[an_approval(at=NOON + 2 * HOUR)])
    match = a_match(Coverage.AFTERWARDS, "OPS-1 was created 60 min after the first write", ticket=ticket)
    change = world.happened(judged=a_judgement(Disposition.RETROACTIVE, match=match))

    lines = drift("show", change.change_id).lines

    assert "Covered by  only afterwards (high confidence)" in lines
    assert (
        "            OPS-1 (In Progress): Open the port https://example.atlassian.net/browse/OPS-1" in lines
    )
    assert "Why         OPS-1 was created 60 min after the first write" in lines
    assert "  2026-11-16 13:00:00  OPS-1 was created by alice@example.com" in lines
    assert "  2026-11-16 14:00:00  erin@example.com approved OPS-1" in lines
    assert not [line for line in lines if line.startswith("Due")]


def test_a_pipeline_change_is_told_with_its_run_and_reviews(drift: Drift, world: World) -> None:
    stale = a_review("mallory@example.com", commit="0dd", at=NOON - 2 * HOUR)
    match = replace(
        a_match(Coverage.APPROVED_BEFORE), method="pipeline run", deployment=a_deployment(a_review(), stale)
    )
    authorised = a_judgement(Disposition.AUTHORISED, alert=False, match=match)
    change = world.happened(by="deploy", channel=Channel.PIPELINE, judged=authorised)

    lines = drift("show", change.change_id).lines

    assert "Covered by  approved before the first write (high confidence)" in lines
    assert "            https://code.example.com/pulls/7: Open the port" in lines
    assert (
        "  2026-11-16 10:00:00  mallory@example.com reviewed pull request #7: approved, "
        "of an earlier state of the code"
    ) in lines
    assert "  2026-11-16 11:00:00  erin@example.com reviewed pull request #7: approved" in lines
    assert "  2026-11-16 11:55:00  run 9182736455 of example/infra was started by dave@example.com" in lines


def test_what_no_code_declares_is_named_once_and_whole(drift: Drift, world: World) -> None:
    vault = "/subscriptions/11112222-3333/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/web"
    change = world.happened(resource=Resource(type="azurerm_key_vault", id=vault))

    out = drift("show", change.change_id).out

    assert [line for line in out.splitlines() if vault in line] == [f"What        azurerm_key_vault {vault}"]


def test_what_is_not_known_of_the_means_is_said_in_words(drift: Drift, world: World) -> None:
    unknown = a_classification(channel=Channel.AUTOMATION, tool=Tool.UNKNOWN, credential=Credential.UNKNOWN)
    change = world.happened(writes=[a_write(classification=unknown)])

    lines = drift("show", change.change_id).lines

    means = "an unknown program with an unknown credential"
    assert f"How         automation: {means}, infrastructure lane" in lines


def test_a_long_list_of_what_was_done_is_told_whole(drift: Drift, world: World) -> None:
    change = world.happened("granted roles/owner to user:bob@example.net on " + "x" * 100)

    lines = drift("show", change.change_id).lines

    assert lines[1].endswith("on")
    assert lines[2] == "x" * 100


def test_a_change_that_was_not_judged_yet_is_told_all_the_same(drift: Drift, world: World) -> None:
    change = world.happened()

    ran = drift("show", change.change_id)

    assert ran.lines[0] == f"{change.change_id}  not judged yet"
    assert "Live now    not compared with any code" in ran.lines


def test_a_change_that_was_reverted_says_that_live_is_as_declared(drift: Drift, world: World) -> None:
    change = world.happened(judged=a_judgement(standing=a_standing(is_compared=True)))

    assert "Live now    as declared" in drift("show", change.change_id).lines


def test_an_alert_that_was_not_accepted_says_why(drift: Drift, world: World) -> None:
    judged = world.judged(world.happened())
    world.told(judged, at=NOON + HOUR, is_down=True)

    told = drift("show", judged.change.change_id).out

    assert "Told        oncall, queued after 1 attempt: Slack does not answer" in told


def test_json_is_one_object_with_everything(drift: Drift, world: World) -> None:
    world.compared(a_finding())
    judged = world.judged(world.happened(), a_judgement(match=a_match(ticket=a_ticket())))
    world.told(judged, at=NOON + HOUR)

    (line,) = drift("show", "--json", judged.change.change_id).lines

    shown = json.loads(line)
    assert list(shown) == ["object", *ChangeObject.__struct_fields__]
    assert shown["object"] == "change"
    assert shown["answer_due_at"] == "2026-11-16T16:00:00Z"
    assert shown["match"]["ticket"]["key"] == "OPS-1"
    assert [one["id"] for one in shown["findings"]] == ["f-1"]
    assert [one["status"] for one in shown["alerts"]] == ["sent"]
    assert shown["writes"][0]["source"]["sha256"] == judged.change.first.event.source.sha256
    assert [one["kind"] for one in shown["entries"]] == ["finding", "observation", "disposition", "alert"]
    assert [one["ledger_seq"] for one in shown["timeline"]][-2:] == [2, 3]


def test_what_differs_on_another_resource_with_the_same_id_is_not_told(drift: Drift, world: World) -> None:
    block = Resource(type="aws_security_group", id="sg-declared-0")
    policy = Resource(type="aws_s3_bucket_policy", id="sg-declared-0")
    change = world.happened(resource=block, judged=a_judgement())
    world.compared(
        a_finding("mine", resource=block),
        a_finding("other", resource=policy, attributes=(AttributeDrift(path="policy", declared=1, live=2),)),
    )

    told = drift("show", change.change_id).out

    assert "  ingress: [] -> [22]" in told
    assert "policy" not in told


def test_a_doubtful_identity_is_told_with_the_doubt(drift: Drift, world: World) -> None:
    doubtful = a_write(actor=an_actor("mallory", confidence=Confidence.LOW))
    change = world.happened(writes=[doubtful])

    assert drift("show", change.change_id).lines[1].startswith("mallory (low confidence): opened")


def test_every_entry_on_the_time_line_is_among_the_evidence(drift: Drift, world: World) -> None:
    change = world.happened()
    world.compared(a_finding(), at=NOON + HOUR)
    world.compared(at=NOON + 2 * HOUR)
    world.judged(change, at=NOON + 3 * HOUR)

    told = drift("show", change.change_id)

    assert re.findall(r"\[entry (\d)\]", told.out) == ["0", "1", "2", "3"]
    assert told.lines[-1] == "Evidence    ledger entries 0, 1, 2, 3"


@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_id_is_refused(drift: Drift, world: World, text: str) -> None:
    world.happened()

    ran = drift("show", text)

    assert ran.code == 2
    assert " is empty; " in ran.err


def test_a_narrow_terminal_gets_narrow_lines(drift: Drift, world: World, on_terminal: OnTerminal) -> None:
    change = world.happened("x" * 200, judged=a_judgement(match=a_match(Coverage.NONE, "no ticket " * 20)))

    assert max(map(len, on_terminal(70, drift, "show", change.change_id))) <= 80


def test_the_beginning_of_an_id_is_enough(drift: Drift, world: World) -> None:
    change = world.happened()
    world.happened(at=NOON + HOUR)

    assert drift("show", "chg-20261116T1200").lines[0].startswith(change.change_id)


def test_a_beginning_that_fits_several_names_them(drift: Drift, world: World) -> None:
    ids = [world.happened(at=NOON + number * HOUR).change_id for number in range(6)]

    ran = drift("show", "chg-")

    assert ran.code == 2
    assert ran.out == ""
    named = ", ".join(ids[:5])
    assert ran.err == (
        f'drift: several ids begin with "chg-": {named} and others; write more of the one you mean\n'
    )


def test_an_unknown_id_says_where_to_look(drift: Drift) -> None:
    ran = drift("show", "nothing%_")

    assert ran.code == 2
    assert ran.err == (
        'drift: no change or finding has an id that begins with "nothing%_"; '
        "`drift changes` and `drift findings --all` list them\n"
    )


def test_wildcards_in_an_id_mean_themselves(drift: Drift, world: World) -> None:
    world.happened()

    assert drift("show", "chg%").code == 2


def test_a_finding_is_told_with_the_writes_to_its_resource(drift: Drift, world: World) -> None:
    change = world.happened(judged=a_judgement())
    keys = tuple(write.event.key for write in change.writes)
    world.compared(replace(a_finding("f00d"), explained_by=keys), at=NOON + HOUR)

    ran = drift("show", "f00")

    assert ran.lines == [
        "f00d  high, open",
        "aws_security_group.web differs from the code",
        "",
        "What        aws_security_group sg-0abc",
        "Where       111122223333, eu-west-1",
        "Declared    in prod, at main.tf:12",
        "Seen        2026-11-16 13:00 first, 2026-11-16 13:00 last",
        "",
        "Declared -> live",
        "  ingress: [] -> [22]",
        "Made so by  ingress: no known write explains it",
        "",
        "Time line (UTC)",
        "  2026-11-16 12:00:00  alice@example.com: opened tcp/22 to 0.0.0.0/0  [entry 1]",
        f"                       {change.change_id}, console, unticketed",
        "  2026-11-16 13:00:00  found that it differs from the code  [entry 2]",
        "",
        "Evidence    ledger entries 1, 2",
    ]


def test_a_resolved_finding_says_when_and_that_a_comparison_did_it(drift: Drift, world: World) -> None:
    world.compared(a_finding(), at=NOON)
    world.compared(at=NOON + HOUR)

    lines = drift("show", "f-1").lines

    assert lines[0] == "f-1  high, resolved"
    assert "Seen        2026-11-16 12:00, resolved 2026-11-16 13:00" in lines
    assert "  2026-11-16 13:00:00  resolved: code and cloud agree again  [entry 1]" in lines
    assert "Made so by  no write to it is known" in lines


def test_a_finding_as_json_holds_the_changes_to_its_resource(drift: Drift, world: World) -> None:
    change = world.happened(judged=a_judgement())
    keys = tuple(write.event.key for write in change.writes)
    world.compared(replace(a_finding("f00d"), explained_by=keys))

    shown = json.loads(drift("show", "--json", "f00d").out)

    assert list(shown) == ["object", *FindingObject.__struct_fields__]
    assert shown["object"] == "finding"
    assert [one["change_id"] for one in shown["changes"]] == [change.change_id]


def test_long_values_are_shown_whole(drift: Drift, world: World) -> None:
    """Somebody may have to copy them at night."""
    world.compared(a_finding(attributes=(AttributeDrift(path="policy", declared="a" * 500, live=None),)))

    assert "a" * 500 in drift("show", "f-1").out


def test_names_chosen_by_an_attacker_add_no_line_and_move_no_cursor(drift: Drift, world: World) -> None:
    hostile = "x\x1b[2J\nWho  nobody\u202e"
    plain = drift("show", world.happened(judged=a_judgement()).change_id)
    change = world.happened(
        hostile, by="bob\n" + hostile, at=NOON + HOUR, resource=BUCKET, judged=a_judgement()
    )

    ran = drift("show", change.change_id)

    assert len(ran.lines) == len(plain.lines)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_a_finding_says_which_write_made_each_attribute_so(drift: Drift, world: World) -> None:
    change = world.happened(by="bob@example.com", judged=a_judgement())
    key = change.first.event.key
    explained = AttributeDrift(path="ingress", declared=[], live=[22], explained_by=(key,), is_explained=True)
    unexplained = AttributeDrift(path="tags.team", declared="a", live="b")
    finding = a_finding("f00d", attributes=(explained, unexplained))
    world.compared(replace(finding, explained_by=(key,)), at=NOON + HOUR)

    told = drift("show", "f00d")

    call = "bob@example.com, console, no ticket, unticketed: AuthorizeSecurityGroupIngress"
    assert f"Made so by  ingress: 2026-11-16 12:00 {call}" in told.out
    assert "            tags.team: no known write explains it" in told.lines
