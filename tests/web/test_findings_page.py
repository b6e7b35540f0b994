"""The list of findings: what is looked for stands in the address."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.model.enrolment import Opening
from drift.model.resource import Resource
from drift.model.visitor import Role
from tests.builders import a_finding
from tests.web.looking import HOSTILE, is_harmless, named_in, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited
from tests.world import World


def test_open_findings_are_listed_with_where_they_stand(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.RESPONDER).get("/findings?open=yes"))

    assert "9 findings." in said
    assert "aws_security_group.web differs from the code: ingress 111122223333, eu-west-1 main.tf:27" in said
    assert "critical open drifted" in said


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("severity=critical", 2),
        ("severity=critical&severity=medium", 4),
        ("kind=unmanaged", 1),
        ("type=aws_security_group&open=yes", 4),
        ("account=111122223333", 9),
        ("account=444455556666", 0),
        ("status=resolved", 0),
        ("overdue=yes", 0),
    ],
)
def test_findings_are_sifted_by_the_address(looked_at: Visited, query: str, count: int) -> None:
    answer = looked_at.visitor(Role.VIEWER).get(f"/findings?{query}")

    assert f"{count} finding" in text_of(answer)
    assert answer.text.count('href="/findings/') == count


def test_a_form_with_empty_fields_leads_to_an_address_without_them(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/findings?severity=critical&account=&type=&baseline=")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/findings?severity=critical"


@pytest.mark.parametrize(
    "query",
    [
        "severity=dreadful",
        "colour=red",
        "open=perhaps",
        "account=1&account=2",
        "place=older~then~x",
        "place=" + "9" * 500,
        f"type={'x' * 600}",
        "%00=%ff&kind=%F0%28%8C%28",
    ],
)
def test_a_value_that_says_nothing_is_said_to(looked_at: Visited, query: str) -> None:
    answer = looked_at.visitor(Role.VIEWER).get(f"/findings?{query}")

    assert answer.status_code == 400
    assert "This cannot be looked for" in text_of(answer)


def test_a_viewer_does_not_find_out_who_owns_something_by_asking(site: Visited) -> None:
    answer = site.visitor(Role.VIEWER).get("/findings?owner=alice")

    assert answer.status_code == 400
    assert "you see teams, and no names" in text_of(answer)


def test_what_is_overdue_in_the_register_says_so(site: Visited) -> None:
    old = site.site.now() - timedelta(days=400)
    opening = Opening(baselines=frozenset({"prod"}))
    World(database=site.database).compared(a_finding("0" * 16), at=old, opening=opening)

    said = text_of(site.visitor(Role.VIEWER).get("/findings?overdue=yes"))

    assert "1 finding." in said
    assert "pre-existing drifted was due 20" in said


def test_many_findings_are_paged(site: Visited) -> None:
    many = [a_finding(f"{number:016x}", resource=_bucket(number)) for number in range(60)]
    World(database=site.database).compared(*many, at=site.site.now() + timedelta(minutes=1))
    browser = site.visitor(Role.VIEWER)

    first = browser.get("/findings?type=aws_s3_bucket&severity=high")
    older = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(older)

    assert "60 findings." in text_of(first)
    assert first.text.count('href="/findings/') == 50
    assert second.text.count('href="/findings/') == 10
    assert 'rel="prev"' in second.text


def test_a_viewer_reads_no_name_in_the_list(looked_at: Visited) -> None:
    assert named_in(looked_at.visitor(Role.VIEWER).get("/findings?type=aws_security_group")) == set()


def test_an_auditor_is_listed_only_what_was_found_in_their_period(site: Visited) -> None:
    past = an_auditor(site, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))

    assert "0 findings." in text_of(past.get("/findings"))


def test_hostile_text_in_the_list_stays_text(site: Visited) -> None:
    one = a_finding("0" * 16, resource=Resource(type=HOSTILE, id=HOSTILE), address=HOSTILE, source=HOSTILE)
    World(database=site.database).compared(one, at=site.site.now())

    listed = site.visitor(Role.ADMIN).get("/findings")
    sifted = site.visitor(Role.ADMIN).get("/findings", params={"type": HOSTILE, "severity": HOSTILE})

    assert is_harmless(listed)
    assert "alert(1)" in text_of(listed)
    assert is_harmless(sifted)


def _bucket(number: int) -> Resource:
    return Resource(type="aws_s3_bucket", id=f"bucket-{number}")
