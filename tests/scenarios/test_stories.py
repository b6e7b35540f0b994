"""Each recorded story, from the audit log to the text of the Slack message."""

from pathlib import Path
from typing import Any

import pytest

from drift.store.changes import ChangeRow
from tests.scenarios.world import STORIES, expected, told


@pytest.mark.parametrize("story", STORIES)
def test_a_story_ends_as_it_says(story: str, tmp_path: Path) -> None:
    tale = expected(story)

    with told(tmp_path, [story]) as end:
        changes = [_as_expected(row) for row in end.changes()]
        findings = [
            {
                "kind": finding.kind.value,
                "address": finding.address,
                "type": finding.type,
                "resource_id": finding.resource_id,
                "paths": sorted(attribute.path for attribute in finding.attributes),
                "explained_by": end.explanations(finding),
            }
            for finding in end.findings()
        ]
        messages = [message.splitlines() for message in end.messages()]

    assert changes == tale["changes"]
    assert _sorted(findings) == _sorted(tale["findings"])
    assert messages == tale["slack"]


def test_all_stories_together_end_as_each_alone(tmp_path: Path) -> None:
    """
    They share one account and one week, and must not colour each other.
    """
    alone = [change for story in STORIES for change in expected(story)["changes"]]

    with told(tmp_path) as end:
        together = [_as_expected(row) for row in end.changes()]
        messages = end.messages()

    assert _sorted(together) == _sorted(alone)
    assert len(messages) == sum(len(expected(story)["slack"]) for story in STORIES)


def test_telling_a_story_twice_tells_nothing_new(tmp_path: Path) -> None:
    with told(tmp_path, ["console-open-security-group"]) as end:
        before = (end.changes(), end.findings(), end.messages())

        end.pipeline.run_once()

        assert (end.changes(), end.findings(), end.messages()) == before


def _as_expected(row: ChangeRow) -> dict[str, Any]:
    assert row.judgement is not None
    change, decision, ticket = row.change, row.judgement.decision, row.judgement.match.ticket
    return {
        "resource": {"type": change.resource.type, "id": change.resource.id},
        "actor": {"kind": change.actor.kind.value, "name": change.actor.name},
        "channel": change.last.classification.channel.value,
        "tool": change.last.classification.tool.value,
        "lane": change.last.classification.lane.value,
        "disposition": decision.disposition.value,
        "ticket": ticket.key if ticket else None,
        "alert": decision.alert,
    }


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=str)
