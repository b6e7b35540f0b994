"""The first page: an engineer who was just woken up knows in ten seconds."""

from datetime import UTC, datetime, timedelta

from drift.errors import ProviderUnavailableError
from drift.model.alarm import Alarm
from drift.model.verdict import Severity
from drift.model.visitor import Role
from drift.stages.alarm import raise_alarm
from drift.stages.record import record_outage
from tests.acting import a_request, a_waiver
from tests.builders import a_finding, a_judgement
from tests.web.looking import HOSTILE, is_harmless, named_in, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited
from tests.world import World


def test_what_needs_somebody_is_said_in_one_sentence(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.RESPONDER).get("/"))

    assert said.startswith("Overview 9 changes need somebody; 4 critical and 7 overdue.")


def test_each_row_says_who_did_what_and_what_is_missing(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get("/")
    said = text_of(answer)

    assert (
        "5 d critical aws_security_group.web opened tcp/22 to 0.0.0.0/0 alice@example.com ticket and code "
        "was due 2026-11-17 18:12"
    ) in said
    assert 'href="/changes/chg-20261117T141231' in answer.text
    assert "41 h critical aws_db_instance.orders" in said
    assert "review and code" in said


def test_the_worst_comes_first(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.RESPONDER).get("/")).partition("Needs somebody")[2]

    assert said.rindex(" critical ") < said.index(" high ") < said.index(" medium ")


def test_drift_that_no_change_explains_is_a_row_too(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.RESPONDER).get("/"))

    assert "aws_security_group.database differs from the code last written by bob@example.com code" in said


def test_deadlines_of_emergencies_stand_beside(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.VIEWER).get("/")).partition("Next deadlines")[2]

    assert "was due 2026-11-22 02:38 aws_db_instance.orders: the approval of an authorised approver" in said
    assert "2026-11-26 02:38 aws_db_instance.orders: the review after the incident" in said


def test_a_number_says_how_much_of_what_it_counts_was_seen(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.VIEWER).get("/"))

    assert "Unticketed 7 in the last 7 days; 89.5 % covered" in said
    assert "Only 89.5 % of the last 7 days is covered." in said


def test_what_is_not_seen_is_named(site: Visited) -> None:
    now = site.site.now()
    alarm = Alarm(
        slug="silent-account",
        subject="x",
        text="111122223333 is silent",
        hint="",
        severity=Severity.HIGH,
        since=now,
    )
    with site.database.transaction() as connection:
        raise_alarm(connection, (), alarm, now)
        record_outage(connection, "trail", ProviderUnavailableError("it does not answer", hint=""), now)

    said = text_of(site.visitor(Role.VIEWER).get("/")).partition("Not seen")[2]

    assert "111122223333 is silent" in said
    assert "The source trail is not read." in said


def test_what_is_waived_needs_nobody(site: Visited) -> None:
    one = a_finding("0" * 16, severity=Severity.CRITICAL)
    World(database=site.database).compared(one, at=site.site.now())
    browser = site.visitor(Role.VIEWER)
    before = browser.get("/").text.count(f"/findings/{'0' * 16}")
    deed = a_waiver(expires_at=site.site.now() + timedelta(days=3))

    site.site.desk().take(a_request(deed, "0" * 16), site.site.now())

    said = browser.get("/")
    assert before == 1
    assert f"/findings/{'0' * 16}" not in said.text.partition("Not seen")[0]
    assert "its waiver ends" in text_of(said)


def test_a_viewer_reads_on_the_first_page_what_and_not_who(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/")

    # The bucket is called so.
    assert named_in(answer) <= {"heidi"}
    assert "@example.com" not in answer.text.partition("<main")[2]


def test_an_auditor_of_the_past_is_led_to_what_lies_in_their_period(site: Visited) -> None:
    past = an_auditor(site, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))

    answer = past.get("/")

    assert "lies outside of the period" in text_of(answer)
    assert "aws_" not in answer.text
    for path in ("/changes", "/findings", "/emergencies", "/waivers", "/accounts", "/weekly", "/evidence"):
        assert f'href="{path}"' in answer.text
        assert past.get(path).status_code == 200, path


def test_hostile_text_on_the_first_page_stays_text(site: Visited) -> None:
    world, now = World(database=site.database), site.site.now()
    world.happened(HOSTILE, by=HOSTILE, at=now, judged=a_judgement(severity=Severity.CRITICAL))
    world.compared(a_finding("0" * 16, address=HOSTILE, severity=Severity.CRITICAL), at=now)

    answer = site.visitor(Role.ADMIN).get("/")

    assert is_harmless(answer)
    assert text_of(answer).count("alert(1)") >= 2
