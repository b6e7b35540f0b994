"""Messages lead to the page of what they are about, wherever the pages are."""

import re
from pathlib import Path

import pytest

from drift import wiring
from drift.model.alarm import COMPROMISE, Alarm, ToldAlarm
from drift.model.verdict import Severity
from drift.model.visitor import Role
from drift.stages.alarm.wording import message
from tests.builders import NOON
from tests.scenarios.world import lay_out
from tests.web.visiting import NAMES, WEB, Visited

STORY = "console-open-security-group"


def messages(folder: Path, more: str) -> str:
    """Return what the program tells of a story, whose configuration gets `more`."""
    config = lay_out(folder, [STORY])
    config.write_text(config.read_text() + more)
    with wiring.running(wiring.settings_of(str(config))) as pipeline:
        assert pipeline.run_once() == ()
    return "\n".join(file.read_text() for file in sorted((folder / "alerts").glob("*.txt")))


@pytest.mark.parametrize(
    ("web", "address"),
    [
        (WEB, "http://127.0.0.1:8088"),
        (WEB.replace("[web]", '[web]\nurl = "https://drift.example.com/"'), "https://drift.example.com"),
    ],
)
def test_a_message_links_to_the_page_of_its_change(
    looked_at: Visited, tmp_path: Path, web: str, address: str
) -> None:
    text = messages(tmp_path, web)

    found = re.search(rf"Open in Driftledger \({re.escape(address)}(/changes/chg-[0-9TZa-f-]+)\)", text)
    assert found
    assert looked_at.visitor(Role.RESPONDER).get(found[1]).status_code == 200


def test_whoever_follows_a_link_and_signs_in_arrives_at_the_change(
    looked_at: Visited, tmp_path: Path
) -> None:
    found = re.search(r"http://127\.0\.0\.1:8088(/changes/chg-[^)]+)\)", messages(tmp_path, WEB))
    assert found

    answer = looked_at.visitor().get(found[1])

    assert answer.headers["location"] == f"/sign-in?next={found[1].replace('/', '%2F')}"


@pytest.mark.parametrize("more", ["", WEB.replace("127.0.0.1:8088", "0.0.0.0:8088")])
def test_where_nobody_knows_the_address_of_the_pages_there_is_no_link(tmp_path: Path, more: str) -> None:
    assert "Open in Driftledger" not in messages(tmp_path, more)


@pytest.mark.parametrize(("slug", "page"), [(COMPROMISE, "/changes/chg-1"), ("source-silent", "/health")])
def test_an_alarm_leads_to_its_change_or_to_the_health_of_the_watch(
    looked_at: Visited, slug: str, page: str
) -> None:
    alarm = Alarm(slug=slug, subject="chg-1", text="x", hint="y", severity=Severity.HIGH, since=NOON)

    alert = message("alm-1", ToldAlarm(alarm=alarm, ended_at=None, ledger_seq=1), NOON)

    assert alert.linked("https://drift.example.com").link == f"https://drift.example.com{page}"
    assert looked_at.visitor(NAMES[Role.VIEWER]).get("/health").status_code == 200
