from dataclasses import replace
from datetime import datetime, timedelta

from drift.model.alarm import DEAD_JOB, SILENT_ACCOUNT
from drift.model.missing import Missing
from drift.reports.weekly.counts import Watch
from drift.reports.weekly.layout import Health, Page
from drift.reports.weekly.page import page_of
from drift.reports.weekly.report import (
    Action,
    AlarmSeen,
    Alerts,
    Closed,
    Figure,
    Seen,
    SourceSeen,
    Unread,
)
from tests.builders import NOON
from tests.reports.reporting import SEEN, a_report, an_action

UNREAD = Unread(file="trail/a.json.gz", index=3, error="half a line")
UNREADABLE = replace(SEEN, unreadable=3)


def values_of(page: Page) -> dict[str, str]:
    return {tile.title: tile.value for tile in page.tiles}


def actions(*missing: Missing) -> tuple[Action, ...]:
    return tuple(an_action(missing=(one,)) for one in missing)


def test_the_subject_says_how_many_need_somebody() -> None:
    page = page_of(a_report(actions=actions(Missing.TICKET, Missing.TICKET, Missing.REVIEW)))

    assert page.subject == "[3 need you] Infra change control - wk 47 - example"
    assert page.verdict == "3 need you: 2 without a ticket, 1 to be reviewed after an emergency."


def test_one_that_needs_somebody_is_said_in_the_singular() -> None:
    page = page_of(a_report(actions=actions(Missing.CODE)))

    assert page.subject.startswith("[1 needs you]")
    assert page.verdict == "1 needs you: 1 to be put into code or reverted."


def test_what_is_not_due_yet_is_waiting_and_not_without() -> None:
    waiting = an_action(is_pending=True)

    page = page_of(a_report(actions=(an_action(), waiting), unticketed=Figure(now=1, before=0), pending=1))

    assert page.verdict == "2 need you: 1 without a ticket, 1 waiting for a ticket."
    assert (page.tiles[1].value, page.tiles[1].note) == ("1", "of 14 changes, 1 waiting")


def test_the_subject_says_both_that_somebody_is_needed_and_that_not_all_was_seen() -> None:
    page = page_of(a_report(actions=(an_action(),), seen=UNREADABLE))

    assert page.subject.startswith("[1 needs you, not all seen] Infra")


def test_a_quiet_week_says_so() -> None:
    page = page_of(a_report())

    assert page.subject.startswith("[0 need you]")
    assert page.verdict == "Nothing needs you: 14 changes, none waits for anybody."
    assert values_of(page) == {
        "Manual writes": "0",
        "Unticketed": "0",
        "Emergencies": "0 of 9",
        "Open drift": "0",
    }


def test_a_quiet_week_that_was_not_read_whole_is_never_called_zero() -> None:
    page = page_of(a_report(seen=UNREADABLE))

    assert page.subject.startswith("[not all seen]")
    assert page.verdict == "Nothing that was seen needs you, but not everything was seen."
    assert values_of(page) == {
        "Manual writes": "0 seen",
        "Unticketed": "0 seen",
        "Emergencies": "0 seen of 9",
        "Open drift": "0",
    }


def test_no_drift_is_only_what_was_seen_where_not_everything_was_compared() -> None:
    page = page_of(a_report(seen=replace(SEEN, compared=38)))

    assert values_of(page)["Open drift"] == "0 seen"
    assert "38 of 40 declared resources compared" in page.coverage


def test_numbers_above_zero_stand_as_they_are() -> None:
    page = page_of(a_report(seen=UNREADABLE, manual_writes=Figure(now=1204, before=3)))

    assert values_of(page)["Manual writes"] == "1,204"


def test_the_coverage_line_names_every_gap() -> None:
    seen = Seen(
        sources=(
            SourceSeen(name="trail", records=1204, outage="the bucket does not answer"),
            SourceSeen(name="org", records=0, outage=None),
        ),
        unreadable=1,
        unread=(UNREAD,),
        outages=2,
        declared=0,
        compared=0,
        watch=Watch(covered=9798, of=10080),
    )

    page = page_of(a_report(seen=seen))

    assert page.coverage == (
        "1,205 records read from trail, org, 1 of them unreadable, 2 outages, org delivered nothing, "
        "trail cannot be read now. No declared resource was compared: no drift can be seen. "
        "97.2 % of the time covered by every source."
    )
    assert not page.is_covered


def test_what_the_policy_leaves_out_is_said_beside_what_was_read() -> None:
    page = page_of(a_report(seen=replace(SEEN, excluded=12)))

    assert page.coverage.startswith("1,204 records read from trail, none unreadable, 12 writes left out by")
    assert page.is_covered


def test_no_gap_is_claimed_where_nobody_could_notice_one() -> None:
    page = page_of(a_report())

    assert page.coverage.startswith("1,204 records read from trail, none unreadable. ")
    assert "a single file that was never delivered is not." in page.definitions


def test_files_that_were_held_against_what_the_cloud_signed_are_said_to_be() -> None:
    verified = replace(SEEN, verified=(("trail", 1204),))

    said = page_of(a_report(seen=verified)).definitions
    assert "1,204 files of trail were held against what the cloud signed, and all of them fit: there" in said
    broken = page_of(a_report(seen=replace(verified, broken=("trail, account 1 eu: a.gz was altered",))))
    assert "and not all of it fits" in broken.definitions
    assert "1 span not as the cloud signed" in broken.coverage
    told = "Not what the cloud signed: trail, account 1 eu: a.gz was altered"
    assert told in [line.text for line in broken.health if line.is_bad]
    assert not broken.is_covered


def an_alarm(slug: str = SILENT_ACCOUNT, *, ended_at: datetime | None = None) -> AlarmSeen:
    return AlarmSeen(slug=slug, text="account 1 is silent", since=NOON, ended_at=ended_at)


def test_an_alarm_that_stands_is_in_the_subject_the_verdict_and_the_detector() -> None:
    page = page_of(a_report(seen=replace(SEEN, alarms=(an_alarm(),))))

    assert page.subject.startswith("[not all seen, 1 alarm] ")
    assert page.verdict == (
        "Nothing that was seen needs you, but not everything was seen. 1 alarm about the watch itself stands."
    )
    assert page.needs_somebody
    [line] = [line for line in page.health if line.text.startswith("Alarm")]
    assert line == Health(text="Alarm since 2026-11-16 12:00, stands: account 1 is silent", is_bad=True)


def test_a_job_that_is_dead_hides_nothing_of_what_was_seen_and_needs_somebody_all_the_same() -> None:
    page = page_of(a_report(seen=replace(SEEN, alarms=(an_alarm(DEAD_JOB), an_alarm(DEAD_JOB)))))

    assert page.subject.startswith("[2 alarms] ")
    assert page.is_covered
    assert page.verdict.startswith("No change needs you: 14 changes, none waits for anybody. 2 alarms about")


def test_an_alarm_that_is_over_is_told_and_needs_nobody() -> None:
    over = an_alarm(ended_at=NOON + timedelta(hours=2))
    page = page_of(a_report(seen=replace(SEEN, alarms=(over,))))

    assert page.subject.startswith("[0 need you] ")
    text = "Alarm of 2026-11-16 12:00, over since 2026-11-16 14:00: account 1 is silent"
    assert Health(text=text, is_bad=False) in page.health


def test_of_many_alarms_some_are_named_and_the_others_counted() -> None:
    page = page_of(a_report(seen=replace(SEEN, alarms=(an_alarm(),) * 12)))

    assert sum(line.text.startswith("Alarm") for line in page.health) == 10
    assert "2 more alarms: drift alarms --all lists them" in [line.text for line in page.health]


def test_a_source_that_the_vault_holds_up_is_not_said_to_be_down() -> None:
    trail = SourceSeen(name="trail", records=1204, outage=None, held_up="the vault safe cannot keep records")
    page = page_of(a_report(seen=replace(SEEN, sources=(trail,))))

    assert "trail waits for the vault" in page.coverage
    told = "trail is read no further: the vault safe cannot keep records; drift check tries the vault"
    assert told in [line.text for line in page.health if line.is_bad]
    assert not page.is_covered


def test_what_was_not_seen_is_told_with_the_next_step() -> None:
    trail = SourceSeen(name="trail", records=1204, outage="the bucket does not answer")
    seen = replace(SEEN, sources=(trail,), unreadable=3, unread=(UNREAD,), outages=1)

    bad = [line.text for line in page_of(a_report(seen=seen)).health if line.is_bad]

    assert bad == [
        "trail cannot be read: the bucket does not answer; drift check says what is missing",
        "Unreadable: trail/a.json.gz record 3: half a line",
        "Unreadable: 2 more; drift classify FILE shows all of a file",
    ]


def test_an_outage_that_seems_over_is_told_with_the_next_step() -> None:
    page = page_of(a_report(seen=replace(SEEN, outages=1)))

    text = "1 outage this week; drift check tells whether everything can be read again"
    assert text in [line.text for line in page.health]


def test_without_an_audit_log_no_change_can_be_seen() -> None:
    page = page_of(a_report(seen=replace(SEEN, sources=())))

    assert page.coverage.startswith("No audit log is configured: no change can be seen.")


def test_each_number_is_held_against_last_week() -> None:
    page = page_of(
        a_report(
            manual_writes=Figure(now=21, before=4),
            unticketed=Figure(now=2, before=3),
            open_drift=Figure(now=4, before=4),
            oldest_drift_at=NOON,
        )
    )

    assert [tile.delta for tile in page.tiles] == [
        "17 more than last week",
        "1 fewer than last week",
        "1 of 12 last week",
        "as last week",
    ]
    assert page.tiles[3].note == "the oldest for 6 d"


def test_a_week_that_was_not_watched_is_no_zero_to_compare_with() -> None:
    unknown = Figure(now=1, before=None)

    page = page_of(
        a_report(manual_writes=unknown, unticketed=unknown, production_changes=unknown, open_drift=unknown)
    )

    assert [tile.delta for tile in page.tiles] == ["", "", "", ""]
    assert page.period.endswith("Nothing was read of the week before.")


def test_a_row_says_how_long_what_is_missing_and_since_when_it_is_overdue() -> None:
    page = page_of(a_report(actions=(an_action(missing=(Missing.TICKET, Missing.CODE)),)))

    (line,) = page.actions
    assert (line.age, line.missing, line.due) == ("6 d", "ticket and code", "was due 16 Nov 16:00")


def test_a_row_that_is_not_due_yet_says_when() -> None:
    page = page_of(a_report(as_of=NOON + timedelta(hours=1), actions=(an_action(),)))

    assert (page.actions[0].due, page.actions[0].is_overdue) == ("due 16 Nov 16:00", False)


def test_at_most_ten_rows_are_shown_and_the_rest_is_counted() -> None:
    closed = tuple(Closed(at=NOON, resource=f"bucket-{number}", how="gone") for number in range(11))

    page = page_of(a_report(actions=actions(*[Missing.TICKET] * 12), closed=closed))

    assert len(page.actions) == 10
    assert page.more_actions == "and 2 more: see drift changes and drift findings"
    assert (len(page.tables[0].rows), page.tables[0].more) == (10, "and 1 more")


def test_a_week_that_is_not_over_says_how_far_it_goes() -> None:
    page = page_of(a_report(as_of=NOON))

    assert (
        page.period
        == "Week 2026-W47, 2026-11-16 to 2026-11-22, so far: until 2026-11-16 12:00. Times are UTC."
    )


def test_alerts_that_nobody_gets_are_bad_health() -> None:
    page = page_of(a_report(alerts=Alerts(sent=0, waiting=2, dead=0, has_notifier=False)))

    [line] = [line for line in page.health if line.text.startswith("Alerts")]
    assert line.is_bad
    assert line.text == "Alerts: 0 sent, 2 waiting, 0 given up; no notifier is configured"


def test_a_ledger_that_was_not_sealed_for_a_day_is_bad_health() -> None:
    report = a_report()
    assert report.checkpoint is not None
    old = replace(report.checkpoint, made_at=report.as_of - timedelta(days=3))

    page = page_of(replace(report, checkpoint=old))

    assert page.health[-1].is_bad
    assert "3 d before the end of this report" in page.health[-1].text


def test_a_ledger_that_was_sealed_lately_says_only_when() -> None:
    assert page_of(a_report()).health[-1].text == "Evidence: sealed 2026-11-22 23:55 at 61 entries"


def test_a_ledger_that_was_never_sealed_says_so() -> None:
    page = page_of(a_report(checkpoint=None))

    assert page.health[-1].is_bad
    assert page.note is None
