"""The accounts: which days of each are known to be read, and what is not known."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.model.coverage import Acceptance, Gap, GapKind
from drift.model.visitor import Role
from drift.store.gaps import GapRow, keep_gap
from tests.web.looking import HOSTILE, is_harmless, named_in, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited

ACCOUNT = "111122223333"


def test_each_account_says_how_it_stands(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/accounts")

    assert f"{ACCOUNT} production trail: 6 days complete, 1 day in part, 83 days before the watch" in _told(
        answer.text, text_of(answer)
    )
    assert "enforce 9 21 0" in text_of(answer)
    assert f'href="/findings?open=yes&amp;account={ACCOUNT}"' in answer.text


def test_the_days_are_said_to_who_does_not_see_them(looked_at: Visited) -> None:
    listed = looked_at.visitor(Role.VIEWER).get("/accounts").text
    alone = looked_at.visitor(Role.VIEWER).get(f"/accounts/{ACCOUNT}").text

    words = "trail: 6 days complete, 1 day in part, 83 days before the watch"
    assert f'role="img" aria-label="{words}"' in listed
    assert "<title>2026-11-17 to 2026-11-22: complete</title>" in listed
    assert "<li>2026-11-22: complete</li>" in alone
    assert alone.count("<rect ") == 90


def test_a_gap_is_told_with_its_owner(site: Visited) -> None:
    _gap(site, "gap-1", error="the bucket was emptied", owner="platform")

    listed = text_of(site.visitor(Role.VIEWER).get("/accounts"))
    alone = site.visitor(Role.RESPONDER).get(f"/accounts/{ACCOUNT}")

    assert "enforce 9 21 1" in listed
    assert "trail: the bucket was emptied 111122223333 eu-west-1" in text_of(alone)
    assert "from 2026-11-19 00:00 to 2026-11-20 00:00 platform no" in text_of(alone)
    assert "<title>2026-11-19: not at all</title>" in alone.text


def test_an_accepted_gap_stays_one_and_says_who_accepted_it(site: Visited) -> None:
    accepted = Acceptance(by="frank@example.com", reason="it has expired", at=site.site.now())
    _gap(site, "gap-1", error="lost", owner="frank@example.com", accepted=accepted)

    path = f"/accounts/{ACCOUNT}"

    assert "frank@example.com by frank@example.com: it has expired" in text_of(
        site.visitor(Role.RESPONDER).get(path)
    )
    assert named_in(site.visitor(Role.VIEWER).get(path)) == set()
    assert "<title>2026-11-19: not at all</title>" in site.visitor(Role.VIEWER).get(path).text


@pytest.mark.parametrize("account", ["444455556666", "%00", "x" * 3000])
def test_an_account_that_nothing_told_of_is_not_there(looked_at: Visited, account: str) -> None:
    assert looked_at.visitor(Role.VIEWER).get(f"/accounts/{account}").status_code == 404


@pytest.mark.parametrize("after", ["zzz", "9" * 900, "%00%ff", HOSTILE])
def test_a_place_behind_all_accounts_has_no_rows(looked_at: Visited, after: str) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/accounts", params={"after": after})

    assert answer.status_code == 200
    assert is_harmless(answer)


def test_an_auditor_sees_only_the_days_of_their_period(site: Visited) -> None:
    now = site.site.now()
    auditor = an_auditor(site, now - timedelta(days=3), now + timedelta(days=1))

    page = auditor.get(f"/accounts/{ACCOUNT}").text

    assert "<li>2026-11-22: complete</li>" in page
    assert "2026-11-18:" not in page


def test_an_auditor_of_the_past_sees_the_days_up_to_its_end(site: Visited) -> None:
    auditor = an_auditor(site, datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC))

    page = auditor.get(f"/accounts/{ACCOUNT}").text

    assert "<li>2026-11-18: complete</li>" in page
    assert "2026-11-20" not in page.partition("<main")[2].partition("Newest record")[0]


def test_hostile_text_about_accounts_stays_text(site: Visited) -> None:
    accepted = Acceptance(by=HOSTILE, reason=HOSTILE, at=site.site.now())
    _gap(site, HOSTILE, error=HOSTILE, owner=HOSTILE, accepted=accepted)

    for path in ("/accounts", f"/accounts/{ACCOUNT}"):
        answer = site.visitor(Role.ADMIN).get(path)
        assert answer.status_code == 200
        assert is_harmless(answer)


def _told(page: str, said: str) -> str:
    """Return what is said, without what titles say of single cells."""
    for part in page.split("<title>")[1:]:
        said = said.replace(part.partition("</title>")[0] + " ", "", 1)
    return said


def _gap(site: Visited, gap_id: str, *, error: str, owner: str, accepted: Acceptance | None = None) -> None:
    gap = Gap(
        kind=GapKind.LOST,
        source="trail",
        error=error,
        owner=owner,
        opened_at=site.site.now(),
        account=ACCOUNT,
        region="eu-west-1",
        from_at=datetime(2026, 11, 19, tzinfo=UTC),
        to_at=datetime(2026, 11, 20, tzinfo=UTC),
        accepted=accepted,
    )
    with site.database.transaction() as connection:
        keep_gap(connection, GapRow(gap_id=gap_id, gap=gap, recorded_at=site.site.now(), ledger_seq=1))
