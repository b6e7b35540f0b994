"""The page about the watch itself."""

from datetime import UTC, datetime, timedelta

from drift.errors import ProviderUnavailableError
from drift.model.alarm import Alarm
from drift.model.verdict import Severity
from drift.model.visitor import Role
from drift.stages.alarm import raise_alarm
from drift.stages.record import record_outage
from drift.store.job_runs import note_failure
from tests.web.looking import HOSTILE, is_harmless, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited


def test_a_watch_that_works_says_so(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.VIEWER).get("/health"))

    assert "The watch works: 1 source read, and no alarm stands." in said
    assert "trail read 41 h ago 0 min ago" in said
    assert "sealed up to" in said


def test_what_is_wrong_with_the_watch_stands_at_the_top(site: Visited) -> None:
    now = site.site.now()
    with site.database.transaction() as connection:
        error = ProviderUnavailableError("the bucket does not answer", hint="")
        record_outage(connection, "trail", error, now)
        raise_alarm(connection, (), _an_alarm("two accounts are silent", now), now)
        note_failure(connection, "seal", "no space is left", now)

    said = text_of(site.visitor(Role.VIEWER).get("/health"))

    assert "1 alarm stands; 1 of 1 source cannot be read; 1 job failed." in said
    assert "The watch works" not in said
    assert "critical two accounts are silent Ask their owners." in said
    assert "the bucket does not answer" in said
    assert "failed 1 time since: no space is left" in said


def test_an_auditor_of_another_time_sees_nothing_of_how_the_watch_stands_now(site: Visited) -> None:
    auditor = an_auditor(site, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))

    assert auditor.get("/health").status_code == 404


def test_an_auditor_of_the_present_sees_how_the_watch_stands(site: Visited) -> None:
    now = site.site.now()

    answer = an_auditor(site, now - timedelta(days=30), now + timedelta(days=30)).get("/health")

    assert "The watch works" in text_of(answer)


def test_hostile_text_about_the_watch_stays_text(site: Visited) -> None:
    now = site.site.now()
    with site.database.transaction() as connection:
        record_outage(connection, "trail", ProviderUnavailableError(HOSTILE, hint=HOSTILE), now)
        raise_alarm(connection, (), _an_alarm(HOSTILE, now), now)
        note_failure(connection, HOSTILE, HOSTILE, now)

    answer = site.visitor(Role.ADMIN).get("/health")

    assert answer.status_code == 200
    assert is_harmless(answer)
    assert text_of(answer).count("alert(1)") == 4


def _an_alarm(text: str, now: datetime) -> Alarm:
    return Alarm(
        slug="silent-account",
        subject="trail",
        text=text,
        hint="Ask their owners.",
        severity=Severity.CRITICAL,
        since=now,
    )
