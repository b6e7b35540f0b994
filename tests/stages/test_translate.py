from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from msgspec import structs

from drift.model.event import ChangeEvent, RawRecord, Source, UnreadableRecord
from drift.model.resource import Cloud
from drift.stages.translate import UNKNOWN_FORMAT, Translators
from tests.builders import an_event


@dataclass
class Understands:
    """A translator that understands the records which begin with its word."""

    word: bytes
    cloud: Cloud = Cloud.AWS
    asked: list[bytes] = field(default_factory=list)

    def unwrap(self, document: bytes) -> None:
        """Know no envelopes."""

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Understand, or not."""
        self.asked.append(raw.body)
        if raw.body == self.word + b"!":
            return UnreadableRecord(error="damaged", source=raw.source)
        return an_event(action=raw.body.decode()) if raw.body.startswith(self.word) else None

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Say who described it."""
        return structs.replace(event, summary=f"as {self.cloud} tells it")


def raw(body: bytes) -> RawRecord:
    return RawRecord(body=body, source=Source(file="trail.json", index=3, sha256="00"))


def test_the_translator_that_understands_a_record_translates_it() -> None:
    translators = Translators([Understands(b"aws"), Understands(b"gcp")])

    said = translators.translate(raw(b"gcp-1"))

    assert isinstance(said, ChangeEvent)
    assert said.call.action == "gcp-1"


def test_the_translator_that_understood_the_last_record_is_asked_first() -> None:
    aws, gcp, azure = Understands(b"aws"), Understands(b"gcp"), Understands(b"azure")
    translators = Translators([aws, gcp, azure])

    for body in (b"azure-1", b"azure-2", b"azure-3", b"gcp-1", b"gcp-2"):
        translators.translate(raw(body))

    assert aws.asked == [b"azure-1", b"gcp-1"]
    assert gcp.asked == [b"azure-1", b"gcp-1", b"gcp-2"]
    assert azure.asked == [b"azure-1", b"azure-2", b"azure-3", b"gcp-1"]


def test_the_order_in_which_they_are_listed_stays_as_it_was_given() -> None:
    given = [Understands(b"aws"), Understands(b"gcp")]
    translators = Translators(given)

    translators.translate(raw(b"gcp-1"))

    assert translators.all == tuple(given)


def test_what_no_translator_understands_is_unreadable_and_says_so() -> None:
    record = raw(b"{}")

    said = Translators([Understands(b"aws")]).translate(record)

    assert said == UnreadableRecord(error=UNKNOWN_FORMAT, source=record.source)


def test_what_a_translator_recognises_but_cannot_read_is_not_offered_to_the_next() -> None:
    other = Understands(b"aws")

    said = Translators([Understands(b"aws"), other]).translate(raw(b"aws!"))

    assert isinstance(said, UnreadableRecord)
    assert (said.error, other.asked) == ("damaged", [])


def test_a_damaged_region_is_passed_on_as_it_is() -> None:
    aws = Understands(b"aws")
    damage = UnreadableRecord(error="not valid JSON", source=Source(file="trail.json", index=0, sha256="00"))

    assert Translators([aws]).translate(damage) is damage
    assert aws.asked == []


@pytest.mark.parametrize("year", [1, 1999, 2200, 9999])
def test_a_time_that_nobody_can_believe_is_no_time(year: int) -> None:
    """
    One record of the year 9999 would otherwise stop every run: no deadline can be reckoned from it.
    """

    class Odd(Understands):
        def translate(self, raw: RawRecord) -> ChangeEvent:
            return an_event(at=datetime(year, 12, 31, 23, 59, tzinfo=UTC))

    said = Translators([Odd(b"aws")]).translate(raw(b"aws-1"))

    assert isinstance(said, ChangeEvent)
    assert said.occurred_at is None


def test_a_write_is_described_by_the_translator_of_its_cloud() -> None:
    translators = Translators([Understands(b"gcp", cloud=Cloud.GCP), Understands(b"aws")])

    assert translators.describe(an_event()).summary == "as aws tells it"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            rb"half \ud83d, half \uDE00, \\ud83d and \ud83d\ude00",
            rb"half \ufffd, half \ufffd, \\ud83d and \ud83d\ude00",
        ),
        (b"no UTF-8: \xff", "no UTF-8: \ufffd".encode()),
    ],
)
def test_a_character_that_is_none_costs_itself_alone(text: bytes, read: bytes) -> None:
    """
    Whoever chooses a user agent must not be able to hide with it what they did.
    """

    class Strict(Understands):
        def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
            self.asked.append(raw.body)
            return (
                super().translate(raw)
                if raw.body == read
                else UnreadableRecord(error="no", source=raw.source)
            )

    strict = Strict(b"")

    said = Translators([strict]).translate(raw(text))

    assert isinstance(said, ChangeEvent)
    assert strict.asked[0] == text


def test_what_cannot_be_mended_stays_unreadable() -> None:
    said = Translators([Understands(b"aws")]).translate(raw(rb"\ud83d"))

    assert said == UnreadableRecord(error=UNKNOWN_FORMAT, source=raw(b"").source)
