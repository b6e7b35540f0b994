"""The page of one finding: what differs, who made it so, and what is said about it."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.model.action import Acknowledged, Waived
from drift.model.finding import HIDDEN, AttributeDrift
from drift.model.visitor import Role
from drift.store.actions import actions_about, waivers
from drift.store.findings import open_findings
from drift.web.acting import new_key
from tests.builders import a_finding
from tests.web.looking import HOSTILE, is_harmless, named_in, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited, fields
from tests.world import World

NOBODY = "0" * 16


def test_a_finding_shows_what_differs_and_who_made_it_so(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get(f"/findings/{_on(looked_at, 'sg-8732b3a7972cdb86d')}")
    said = text_of(answer)

    assert "aws_security_group.web differs from the code" in said
    assert "ingress [] [ {" in said
    assert '"0.0.0.0/0"' in said
    assert "2026-11-17 14:12 alice@example.com , console, no ticket unticketed" in said
    assert 'href="/changes/chg-20261117T141231' in answer.text
    assert "In the code main.tf:27" in said
    assert "found that it differs from the code" in said


def test_each_attribute_has_its_own_writer(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.RESPONDER).get(f"/findings/{_on(looked_at, 'orders-production')}"))

    assert 'instance_class "db.m5.large" "db.m5.2xlarge" 2026-11-21 02:38 frank@example.com' in said
    assert "INC-204 emergency" in said


def test_a_finding_offers_the_commands_to_copy(looked_at: Visited) -> None:
    id_ = _on(looked_at, "sg-8732b3a7972cdb86d")

    said = text_of(looked_at.visitor(Role.VIEWER).get(f"/findings/{id_}"))

    assert f"drift adopt {id_}" in said
    assert f"drift revert {id_}" in said


def test_what_no_code_declares_cannot_be_reverted(looked_at: Visited) -> None:
    id_ = _on(looked_at, "example-heidi-churn-export")

    said = text_of(looked_at.visitor(Role.VIEWER).get(f"/findings/{id_}"))

    assert f"drift adopt {id_}" in said
    assert "drift revert" not in said


def test_a_sensitive_value_is_never_shown(site: Visited) -> None:
    secret = AttributeDrift(path="password", declared="hunter2", live="hunter3", sensitive=True)
    World(database=site.database).compared(a_finding(NOBODY, attributes=(secret,)), at=site.site.now())

    answer = site.visitor(Role.ADMIN).get(f"/findings/{NOBODY}")

    assert "hunter" not in answer.text
    assert f"password sensitive {HIDDEN} {HIDDEN}" in text_of(answer)


def test_only_who_may_is_offered_forms(looked_at: Visited) -> None:
    path = f"/findings/{_on(looked_at, 'sg-8732b3a7972cdb86d')}"
    pages = {
        role: looked_at.visitor(role).get(path).text for role in (Role.VIEWER, Role.RESPONDER, Role.ADMIN)
    }

    assert "/acknowledge" in pages[Role.RESPONDER]
    assert '/waive"' not in pages[Role.RESPONDER]
    assert "<form class" not in pages[Role.VIEWER].partition("<main")[2]
    assert '/waive"' not in pages[Role.ADMIN]
    assert '/waive"' in looked_at.visitor(Role.APPROVER).get(path).text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER, Role.ADMIN])
def test_nobody_else_waives(looked_at: Visited, role: Role) -> None:
    browser, id_ = looked_at.visitor(role), _on(looked_at, "sg-8732b3a7972cdb86d")
    form = {
        **fields(browser.get(f"/findings/{id_}").text),
        "reason": "No.",
        "owner": "x",
        "until": "2026-12-31",
    }

    assert browser.post(f"/findings/{id_}/waive", data=form).status_code == 403


def test_an_approver_waives_a_finding_until_a_day(site: Visited) -> None:
    browser, id_ = site.visitor(Role.APPROVER), _on(site, "sg-8732b3a7972cdb86d")
    form = fields(browser.get(f"/findings/{id_}").text)
    form |= {"reason": "The office moves on Friday.", "owner": "network", "until": "2026-12-01"}

    answer = browser.post(f"/findings/{id_}/waive", data=form)

    assert answer.status_code == 303
    with site.database.reading() as connection:
        waiver = waivers(connection, [id_])[id_]
    assert waiver.by.name == "erin@example.com"
    assert waiver.deed == Waived(
        reason="The office moves on Friday.", owner="network", expires_at=datetime(2026, 12, 1, tzinfo=UTC)
    )
    said = text_of(browser.get(answer.headers["location"]))
    assert "Recorded: erin@example.com waived it until 2026-12-01 00:00, owner network" in said
    assert "Waived until 2026-12-01 00:00 . network answers for it" in said


def test_a_form_that_is_sent_twice_counts_once(site: Visited) -> None:
    browser, id_ = site.visitor(Role.RESPONDER), _on(site, "sg-8732b3a7972cdb86d")
    form = {**fields(browser.get(f"/findings/{id_}").text), "reason": "I close the port after lunch."}

    answers = [browser.post(f"/findings/{id_}/acknowledge", data=form) for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    with site.database.reading() as connection:
        (only,) = actions_about(connection, [id_])[id_]
    assert only.deed == Acknowledged(reason="I close the port after lunch.")
    assert "acknowledged it: I close the port" in text_of(browser.get(f"/findings/{id_}"))


def test_a_refusal_says_why_and_keeps_what_was_written(site: Visited) -> None:
    browser, id_ = site.visitor(Role.APPROVER), _on(site, "sg-8732b3a7972cdb86d")
    form = fields(browser.get(f"/findings/{id_}").text)
    form |= {"reason": "We always do it so.", "owner": "network", "until": "2036-12-01"}

    answer = browser.post(f"/findings/{id_}/waive", data=form)

    assert answer.status_code == 403
    assert "the waiver would last for more than 366 days" in text_of(answer)
    assert "We always do it so.</textarea>" in answer.text


@pytest.mark.parametrize("until", ["", "soon", "2026-13-40", "9" * 400])
def test_a_waiver_without_a_day_is_refused(site: Visited, until: str) -> None:
    browser, id_ = site.visitor(Role.APPROVER), _on(site, "sg-8732b3a7972cdb86d")
    form = {**fields(browser.get(f"/findings/{id_}").text), "reason": "r", "owner": "o", "until": until}

    answer = browser.post(f"/findings/{id_}/waive", data=form)

    assert answer.status_code == 403
    assert "write a day such as 2026-12-31" in text_of(answer)


def test_a_form_with_a_key_of_somebody_elses_making_is_refused(site: Visited) -> None:
    browser, id_ = site.visitor(Role.RESPONDER), _on(site, "sg-8732b3a7972cdb86d")
    form = {**fields(browser.get(f"/findings/{id_}").text), "key": "cli/1", "reason": "Seen."}

    assert browser.post(f"/findings/{id_}/acknowledge", data=form).status_code == 403


def test_the_address_alone_makes_nothing_look_done(looked_at: Visited) -> None:
    id_ = _on(looked_at, "sg-8732b3a7972cdb86d")

    answer = looked_at.visitor(Role.APPROVER).get(f"/findings/{id_}?done={new_key()}")

    assert "Recorded" not in answer.text


def test_a_viewer_reads_of_a_finding_what_and_not_who(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.VIEWER)
    for id_ in _all(looked_at):
        if "heidi" in (name := _resource(looked_at, id_)):
            continue
        assert named_in(browser.get(f"/findings/{id_}")) == set(), name


def test_an_auditor_sees_no_finding_of_another_time(site: Visited) -> None:
    id_ = _on(site, "sg-8732b3a7972cdb86d")
    past = an_auditor(site, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))

    assert past.get(f"/findings/{id_}").status_code == 404

    now = site.site.now()
    present = an_auditor(site, now - timedelta(days=1), now + timedelta(days=1))
    said = text_of(present.get(f"/findings/{id_}"))
    assert "found that it differs" in said
    assert "chg-20261117T141231" not in said


@pytest.mark.parametrize("id_", ["nothing", "e4afbc", "%2e%2e", "e4afbc9241eb78f4x", "a" * 3000, "%00"])
def test_what_is_no_finding_is_not_found(looked_at: Visited, id_: str) -> None:
    assert looked_at.visitor(Role.VIEWER).get(f"/findings/{id_}").status_code == 404


def test_hostile_text_of_a_finding_stays_text(site: Visited) -> None:
    drift = AttributeDrift(path=HOSTILE, declared=[HOSTILE], live={HOSTILE: HOSTILE})
    one = a_finding(NOBODY, address=HOSTILE, attributes=(drift,), baseline=HOSTILE, source=HOSTILE)
    World(database=site.database).compared(one, at=site.site.now())
    browser = site.visitor(Role.APPROVER)
    form = fields(browser.get(f"/findings/{NOBODY}").text)
    form |= {"reason": HOSTILE, "owner": HOSTILE, "until": HOSTILE}

    refused = browser.post(f"/findings/{NOBODY}/waive", data=form)
    form["until"] = "2026-12-31"
    answer = browser.get(browser.post(f"/findings/{NOBODY}/waive", data=form).headers["location"])

    assert is_harmless(refused)
    assert is_harmless(answer)
    assert text_of(answer).count("alert(1)") > 5


def _all(site: Visited) -> list[str]:
    with site.database.reading() as connection:
        return list(open_findings(connection))


def _on(site: Visited, resource_id: str) -> str:
    """Return the finding on a resource."""
    return next(id_ for id_ in _all(site) if _resource(site, id_) == resource_id)


def _resource(site: Visited, id_: str) -> str:
    with site.database.reading() as connection:
        return open_findings(connection)[id_].finding.resource_id or ""
