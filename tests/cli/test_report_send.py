"""`drift report weekly --send`: mail that a real server took, over TLS and after a sign-in."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from drift.ledger.verify import read_kept_checkpoints
from drift.model.resource import Resource
from tests.builders import NOON, a_judgement
from tests.cli.running import Drift
from tests.providers.channels.fake_mail import PASSWORD, UNKNOWN, USER, FakeMail, certified, fake_mail
from tests.world import World

MAIL = """
[report]
send_at = "0 6 * * mon"

[[team]]
name = "network"

[[owner]]
name = "groups"
team = "network"
resource_type = "aws_security_group"

[[mail]]
name = "company"
type = "smtp"
host = "127.0.0.1"
port = {port}
ca_file = "{authority}"
sender = "drift@example.com"
username = "{user}"
password_env = "SMTP_PASSWORD"

[[report_mail]]
name = "oncall"
to = ["oncall@example.com", "second@example.com"]
audience = "responders"
xlsx = true

[[report_mail]]
name = "leads"
to = ["leads@example.com"]
audience = "managers"

[[report_mail]]
name = "network"
to = ["network@example.com"]
team = "network"
"""


@pytest.fixture
def mail(drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMail]:
    """A mail server that takes nothing without TLS and a sign-in, in the configuration of `drift`."""
    context, authority = certified(tmp_path)
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    with fake_mail(starttls=context, signs_in=True) as (server, port):
        config = tmp_path / "config.toml"
        config.write_text(config.read_text() + MAIL.format(port=port, authority=authority, user=USER))
        yield server


def happened(world: World) -> None:
    world.happened("opened tcp/22", "opened tcp/23", judged=a_judgement())
    world.happened(
        resource=Resource(type="aws_s3_bucket", id="logs"), by="bob@example.com", judged=a_judgement()
    )
    world.sealed(at=NOON)


def by_address(mail: FakeMail) -> dict[str, EmailMessage]:
    return {to: letter for (_, [to]), letter in zip(mail.envelopes, mail.letters, strict=True)}


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_everybody_gets_a_letter_of_their_own_with_what_they_may_read(
    drift: Drift, mail: FakeMail, world: World
) -> None:
    happened(world)

    ran = drift("report", "weekly", "--send")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "4 letters sent, 4 of them written now\n"
    assert mail.signed_in
    letters = by_address(mail)
    assert set(letters) == {
        *("oncall@example.com", "second@example.com", "leads@example.com", "network@example.com")
    }
    for address, letter in letters.items():
        assert letter["To"] == address
        assert letter["From"] == "drift@example.com"
        assert letter["Auto-Submitted"] == "auto-generated"
    oncall, leads, network = (letters[f"{one}@example.com"] for one in ("oncall", "leads", "network"))
    for kind in ("plain", "html"):
        assert "alice@example.com" in part(oncall, kind)
        assert not re.search("alice|bob@", part(leads, kind))
        assert "sg-0abc" in part(network, kind)
        assert "logs" not in part(network, kind)
    assert network["Subject"].strip().endswith(" Infra change control - wk 47 - example - network")


def test_the_numbers_of_the_mail_are_those_that_sql_counts(
    drift: Drift, mail: FakeMail, world: World
) -> None:
    happened(world)

    drift("report", "weekly", "--send")

    with world.database.reading() as connection:
        writes = connection.execute(text("SELECT count(*) FROM write")).scalar_one()
        unticketed = connection.execute(
            text("SELECT count(*) FROM change WHERE disposition = 'unticketed'")
        ).scalar_one()
        changes = connection.execute(text("SELECT count(*) FROM change")).scalar_one()
        size, root = connection.execute(
            text("SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1")
        ).one()
    letter = by_address(mail)["oncall@example.com"]
    said, html = part(letter, "plain"), re.sub(r"<[^>]*>", " ", part(letter, "html"))
    for document in (said, html):
        flat = " ".join(document.split())
        assert re.search(rf"Manual writes {writes} in {changes} changes by hand", flat)
        assert re.search(rf"Unticketed {unticketed} of {changes} changes", flat)
        assert f"Ledger: {size} entries, root {root}" in flat


def test_the_whole_mail_is_a_witness_as_it_was_received(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    happened(world)
    drift("report", "weekly", "--send")

    kept = tmp_path / "kept.eml"
    kept.write_text(part(mail.letters[0], "plain"), encoding="utf-8")

    assert read_kept_checkpoints(str(kept))


def test_sent_again_nobody_gets_a_second_letter(drift: Drift, mail: FakeMail, world: World) -> None:
    happened(world)
    drift("report", "weekly", "--send")

    ran = drift("report", "weekly", "--send")

    assert ran.out == "0 letters sent, 0 of them written now\n"
    assert len(mail.letters) == 4


def test_the_workbook_has_every_row_as_text(drift: Drift, mail: FakeMail, world: World) -> None:
    for number in range(12):
        bucket = Resource(type="aws_s3_bucket", id=f"=cmd|'/c calc'!A{number}")
        world.happened(resource=bucket, judged=a_judgement())
    drift("report", "weekly", "--send")

    letter = by_address(mail)["oncall@example.com"]
    [attached] = letter.iter_attachments()
    assert attached.get_filename() == "weekly-2026-W47.xlsx"
    book = openpyxl.load_workbook(BytesIO(attached.get_content()))
    rows = list(book["Needs action"].iter_rows(values_only=True))
    assert len(rows) == 1 + 12
    assert {cell.data_type for row in book["Needs action"].iter_rows() for cell in row} <= {"s", "n"}
    assert not list(by_address(mail)["leads@example.com"].iter_attachments())


def test_no_name_or_resource_adds_a_header_or_a_link(drift: Drift, mail: FakeMail, world: World) -> None:
    hostile = "x\r\nBcc: everybody@example.com\r\n\r\n<a href='https://evil.example'>www.evil.example</a>"
    world.happened(resource=Resource(type="aws_s3_bucket", id=hostile), judged=a_judgement())

    drift("report", "weekly", "--send")

    for letter in mail.letters:
        assert letter["Bcc"] is None
        assert "href" not in part(letter, "html").replace("href=&#39;", "").replace("href='", "")
        for kind in ("plain", "html"):
            assert "https://evil" not in part(letter, kind)
            assert "www.evil" not in part(letter, kind)


def test_an_address_that_is_refused_is_told_and_stands_in_nobodys_way(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("second@example.com", UNKNOWN))
    happened(world)

    ran = drift("report", "weekly", "--send")

    assert ran.code == 2
    assert ran.out == "3 letters sent, 4 of them written now\n"
    assert f"oncall, 2026-W47: the recipient {UNKNOWN} is refused (code 550)" in ran.err
    assert PASSWORD not in ran.err


def test_without_anybody_to_send_to_the_next_step_is_named(drift: Drift) -> None:
    ran = drift("report", "weekly", "--send")

    assert ran.code == 2
    assert "nobody gets a report by mail; add a [[report_mail]]" in ran.err


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            'to = ["leads@example.com"]',
            'to = ["leads@example.com\\r\\nBcc: x@example.com"]',
            '"to" holds no plain address',
        ),
        ('audience = "managers"', "", "says not for whom it is"),
        ('send_at = "0 6 * * mon"', 'send_at = "mondays"', '"send_at" is no time as crontab writes it'),
    ],
)
def test_what_is_wrong_in_the_configuration_is_named(
    drift: Drift, mail: FakeMail, tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace(right, wrong))

    ran = drift("report", "weekly")

    assert ran.code == 2
    assert told in ran.err
