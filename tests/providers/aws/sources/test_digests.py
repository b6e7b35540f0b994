"""Digest files: what AWS signed holds; whatever was altered, removed or never written is told, and where."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.coverage import AskedSince, Attestation, Trail
from drift.ports import Attesting
from providers.aws.digests import Digests
from providers.aws.s3_objects import open_s3
from providers.aws.session import AwsAccess
from providers.aws.trail_partitions import TrailPlace
from tests.builders import NOON
from tests.providers.aws.sources.cloudtrail_service import CloudTrailService, Refusal, cloudtrail_service
from tests.providers.aws.sources.place import Place, a_log
from tests.providers.aws.sources.trail_digests import HOUR, Validated, a_signing_key, public_key
from tests.providers.state_stores.s3 import REGION


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A trail with validation, and the CloudTrail that tells its keys."""

    trail: Validated
    service: CloudTrailService
    place: Place
    known: dict[Trail, datetime] = field(default_factory=dict)
    """Since when it is asked about some trails; of the others as a test says."""

    def attested(
        self, since: datetime = NOON, *, now: datetime | None = None, prefix: str = ""
    ) -> list[Attestation]:
        """Verify what is there, an hour after the last digest."""
        s3 = open_s3(AwsAccess(region=REGION, endpoint=self.place.proxy.url))
        access = AwsAccess(region=REGION, endpoint=self.service.url)
        place = TrailPlace.at(self.place.bucket, prefix)
        at = now or self.trail.end_at + HOUR
        asked = AskedSince(trails=self.known, others=since)
        return list(Digests(place, s3, access, now=lambda: at).attested(asked))

    def problems(self, since: datetime = NOON) -> list[str]:
        """Only what is wrong."""
        return [one.problem for one in self.attested(since) if one.problem]

    def replace(self, key: str, body: bytes, *, keep_signature: bool = True) -> None:
        """Write over an object, as somebody with access to the bucket may."""
        s3 = self.place.client("s3")
        kept = s3.head_object(Bucket=self.place.bucket, Key=key)["Metadata"] if keep_signature else {}
        self.place.put(key, body, Metadata=kept)


@pytest.fixture
def account(place: Place) -> Iterator[Account]:
    """An account whose keys are known; nothing was logged yet."""
    with cloudtrail_service() as service:
        trail = Validated(place=place)
        service.keys[REGION] = {trail.fingerprint: public_key()}
        yield Account(trail=trail, service=service, place=place)


def hours(found: list[Attestation]) -> list[tuple[int, int, int, str | None]]:
    """Each span in hours since noon, its files, and what is wrong."""

    def since_noon(at: datetime) -> int:
        return round((at - NOON) / HOUR)

    return [(since_noon(one.from_at), since_noon(one.to_at), one.files, one.problem) for one in found]


def test_hours_that_aws_signed_hold_also_those_without_a_log(account: Account) -> None:
    account.trail.hour("one", "two")
    account.trail.hour()
    account.trail.hour("three")

    found = account.attested()

    assert hours(found) == [(0, 1, 2, None), (1, 2, 0, None), (2, 3, 1, None)]
    assert {(one.account, one.region) for one in found} == {(account.trail.account, REGION)}
    assert [one.document for one in found] == [
        f"s3://{account.place.bucket}/{key}" for key in account.trail.digests
    ]


def test_only_what_is_newer_is_told_and_held_against_the_one_before(account: Account) -> None:
    for id_ in ("one", "two", "three"):
        account.trail.hour(id_)

    assert hours(account.attested(NOON + 2 * HOUR)) == [(2, 3, 1, None)]


def test_trails_of_an_organisation_and_of_several_regions_are_verified_by_the_keys_of_each(
    account: Account,
) -> None:
    account.service.keys["us-east-1"] = {"other": public_key("other")}
    below = "o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5/"
    here = Validated(place=account.place, below=below)
    there = Validated(place=account.place, below=below, region="us-east-1", fingerprint="other", key="other")
    for trail in (here, there):
        trail.hour("one")
        trail.hour("two")

    found = account.attested(now=NOON + 3 * HOUR, prefix="o-a1b2c3d4e5")

    assert [(one.region, one.problem) for one in found] == [("eu-west-1", None), ("us-east-1", None)] * 2
    assert [one.to_at for one in found] == sorted(one.to_at for one in found)


def test_two_trails_in_one_bucket_have_a_chain_each(account: Account) -> None:
    other = Validated(place=account.place, trail="other")
    for trail in (account.trail, other):
        trail.hour("one")
        trail.hour("two")

    assert account.problems() == []
    assert len(account.attested()) == 4


def test_each_trail_is_verified_since_its_own_time(account: Account) -> None:
    """
    One that is given up must not have all others verified again with it.
    """
    other = Validated(place=account.place, trail="other")
    other.hour("one")
    for id_ in ("one", "two", "three"):
        account.trail.hour(id_)
    [first, *_] = account.attested()
    names = {one.trail for one in account.attested()}
    assert names == {first.trail, f"other_{REGION}"}

    account.known[first.of_trail] = NOON + 2 * HOUR

    found = account.attested(now=NOON + 3 * HOUR)
    assert {(one.trail, round((one.to_at - NOON) / HOUR)) for one in found} == {
        (f"other_{REGION}", 1),
        (first.trail, 3),
    }


def test_files_that_are_added_later_are_verified_by_a_digest_of_their_own(account: Account) -> None:
    account.trail.hour("one")
    account.trail.hour("two")
    key = account.trail.added(NOON + HOUR, "late", generated_at=NOON + 2 * HOUR)

    found = account.attested()

    assert account.problems() == []
    assert [one.files for one in found if one.document.endswith(key)] == [1]


# What somebody did to the logs


def test_a_log_that_was_altered_is_told_by_name(account: Account) -> None:
    account.trail.hour("one", "two")
    account.place.put(account.trail.logs[1], a_log("forged"))

    (problem,) = account.problems()

    assert (
        problem == f"s3://{account.place.bucket}/{account.trail.logs[1]} was altered: its hash is another one"
    )


def test_a_log_that_was_removed_is_told_by_name(account: Account) -> None:
    account.trail.hour("one", "two", "three")
    for key in account.trail.logs[:2]:
        account.place.remove(key)

    (problem,) = account.problems()

    assert problem == f"s3://{account.place.bucket}/{account.trail.logs[0]} is missing; and 1 more"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (a_log("one") + gzip.compress(b"more"), "something was appended to it"),
        (a_log("one") + b"\0", "something was appended to it"),
        (a_log("one")[:-9], "it is cut off"),
        (b"no gzip", "its compression is damaged"),
        (b"", "it is cut off"),
    ],
)
def test_a_log_is_all_there_is_of_its_file(body: bytes, told: str, account: Account) -> None:
    """
    What stands behind the hashed part would be read by those who forgive it.
    """
    account.trail.hour("one")
    account.place.put(account.trail.logs[0], body)

    (problem,) = account.problems()

    assert told in problem


def test_a_large_log_is_hashed_as_it_arrives(account: Account) -> None:
    """
    A full piece of output may wait inside zlib when all input is used up.
    """
    big = b"x" * (4 * 256 * 1024)
    account.trail.hour("one")
    account.place.put(account.trail.logs[0], gzip.compress(big))

    (problem,) = account.problems()

    assert "its hash is another one" in problem


# What somebody did to the digests


def test_a_digest_that_was_altered_is_told(account: Account) -> None:
    key = account.trail.hour("one")
    account.trail.hour("two")
    said = json.loads(gzip.decompress(_body(account, key)))
    account.replace(key, gzip.compress(json.dumps(said | {"logFiles": []}).encode()))

    assert hours(account.attested()) == [
        (0, 1, 0, "its signature is not that of AWS"),
        (1, 2, 1, None),
    ]


@pytest.mark.parametrize("signature", ["", "no hex", "00" * 256])
def test_a_digest_without_a_real_signature_is_told(signature: str, account: Account) -> None:
    key = account.trail.hour("one")
    account.place.put(key, _body(account, key), Metadata={"signature": signature} if signature else {})

    assert account.problems() == ["its signature is not that of AWS"]


def test_a_digest_that_somebody_else_signed_is_told(account: Account) -> None:
    a_signing_key("forger")
    forged = Validated(place=account.place, key="forger")
    forged.hour("one")

    assert account.problems() == ["its signature is not that of AWS"]


def test_a_digest_with_a_key_that_is_not_of_aws_is_told(account: Account) -> None:
    forged = Validated(place=account.place, key="forger", fingerprint="f00")
    forged.hour("one")

    assert account.problems() == ["AWS has no key f00 in eu-west-1"]


@pytest.mark.parametrize(
    "body",
    [b"", b"no gzip", gzip.compress(b"[]", mtime=0), gzip.compress(b'{"awsAccountId": 1}', mtime=0)],
    ids=["nothing", "no gzip", "a list", "another object"],
)
def test_a_digest_that_is_none_is_told(body: bytes, account: Account) -> None:
    key = account.trail.hour("one")
    account.replace(key, body)

    assert len(account.problems()) == 1


def test_a_digest_that_was_copied_over_another_is_told(account: Account) -> None:
    first, second = account.trail.hour("one"), account.trail.hour("two")
    account.place.put(second, _body(account, first))

    assert account.problems() == ["it was moved: it says that it lies somewhere else"]


@pytest.mark.parametrize("removed", [1, 2])
def test_digests_that_were_removed_leave_a_hole_of_their_time(removed: int, account: Account) -> None:
    """
    aws-cli once did not see two in a row (issue 7054).
    """
    keys = [account.trail.hour(str(number)) for number in range(4)]
    for key in keys[1 : 1 + removed]:
        account.place.remove(key)

    found = hours(account.attested())

    missing = f"the digest before it, {keys[removed]}, is missing"
    assert found[1] == (1, 1 + removed, 0, missing)
    assert [one[3] for one in found].count(None) == 4 - removed


def test_the_first_digests_after_the_given_time_are_missed_too(account: Account) -> None:
    keys = [account.trail.hour(str(number)) for number in range(3)]
    account.place.remove(keys[0])
    account.place.remove(keys[1])

    assert hours(account.attested()) == [
        (0, 2, 0, f"the digest before it, {keys[1]}, is missing"),
        (2, 3, 1, None),
    ]


def test_a_chain_that_begins_anew_tells_that_it_was_off(account: Account) -> None:
    account.trail.hour("one")
    account.trail.hours += 3
    account.trail.hour("two", restart=True)

    assert hours(account.attested()) == [
        (0, 1, 1, None),
        (1, 4, 0, "CloudTrail began a new chain: its logging or validation was off"),
        (4, 5, 1, None),
    ]


def test_a_digest_that_names_another_one_before_it_is_told(account: Account) -> None:
    account.trail.hour("one")
    account.trail.previous["sha256"] = "0" * 64
    account.trail.hour("two")

    assert account.problems() == ["the digest before it is another one than it names"]


def test_digests_that_stop_are_told(account: Account) -> None:
    account.trail.hour("one")

    found = account.attested(now=NOON + 6 * HOUR)

    assert hours(found) == [(0, 1, 1, None), (1, 3, 0, "no digest was written since")]


def test_a_trail_without_digests_says_how_to_turn_them_on(account: Account) -> None:
    account.place.put("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/16/x.json.gz")

    with pytest.raises(ProviderResponseError, match="no digest files") as raised:
        account.attested()

    assert "log file validation" in raised.value.hint


def test_keys_that_are_denied_name_the_permission(account: Account) -> None:
    account.trail.hour("one")
    account.service.refuse = lambda *_: Refusal("AccessDeniedException")

    with pytest.raises(ProviderAccessError, match="cloudtrail:ListPublicKeys"):
        account.attested()


def test_an_answer_of_somebody_else_is_not_taken_for_a_missing_key(account: Account) -> None:
    account.trail.hour("one")
    account.service.instead = {}

    with pytest.raises(ProviderUnavailableError, match="somebody else"):
        account.attested()


def test_a_file_that_is_denied_is_not_taken_for_a_missing_one(account: Account) -> None:
    account.trail.hour("one")
    denied = (403, {}, b"<Error><Code>AccessDenied</Code></Error>")
    account.place.proxy.answer = lambda _method, path, _headers: (
        denied if path.endswith(account.trail.logs[0]) else None
    )

    with pytest.raises(ProviderAccessError, match="s3:GetObject"):
        account.attested()


# By the sources


@pytest.mark.parametrize("kind", ["queue", "bucket"])
def test_a_source_vouches_only_where_its_settings_say_so(
    kind: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.place.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", account.service.url)
    account.trail.hour("one")
    given: dict[str, Any] = {"endpoint": None}

    without = _source(account.place, kind, **given)
    vouching = _source(account.place, kind, **given, digests=_digests(account.place, kind))

    assert isinstance(vouching, Attesting)
    since_noon = AskedSince(trails={}, others=NOON)
    assert list(without.attested(since_noon)) == []
    assert next(vouching.attested(since_noon)).problem is None


def _source(place: Place, kind: str, **given: Any) -> Any:
    return place.queue_source(**given) if kind == "queue" else place.bucket_source(**given)


def _digests(place: Place, kind: str) -> str | bool:
    return f"s3://{place.bucket}" if kind == "queue" else True


def _body(account: Account, key: str) -> bytes:
    return bytes(account.place.client("s3").get_object(Bucket=account.place.bucket, Key=key)["Body"].read())
