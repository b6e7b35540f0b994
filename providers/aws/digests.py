"""What CloudTrail vouches for: its digest files, one an hour for each account and region, chained and signed.

A digest names the log files that were delivered in its hour, with their hashes, also if there were none;
and the digest before it. So the files are all there were, and unaltered, as long as each digest is
signed by AWS, names the one that was read before it, and every file has the hash that it names.
"""

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from drift.errors import ProviderError, ProviderResponseError
from drift.model.coverage import AskedSince, Attestation, Trail
from providers.aws.digest_chain import Chain
from providers.aws.digest_file import Digest, LoggedFile, read_digest
from providers.aws.digest_keys import DigestKeys
from providers.aws.s3_objects import is_gone, list_objects, open_object, uri
from providers.aws.session import AwsAccess
from providers.aws.trail_partitions import Partition, TrailPlace, partitions
from providers.aws.trail_paths import DIGESTS
from providers.aws.written_files import NotAsWrittenError, unpacked

LATE = timedelta(hours=3)
"""A digest is written once its hour is over; one that is missing for longer does not come."""

BEFORE = timedelta(hours=2)
"""How far back the digest lies that the first one is held against."""

_NAME = re.compile(r"(?P<chain>.+)_(?P<at>\d{8}T\d{6}Z)(?P<added>_backfill)?\.json\.gz")
"""`ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_TIME.json.gz`; those that were added later have a
chain of their own."""


class Digests:
    """The digest files of a trail, in its bucket."""

    def __init__(
        self,
        place: TrailPlace,
        s3: Any,
        access: AwsAccess,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._place = place
        self._s3 = s3
        self._keys = DigestKeys(access)
        self._now = now

    def attested(self, since: AskedSince) -> Iterator[Attestation]:
        """Verify the digests of each trail since its time, and every file that they name; see `Attesting`."""
        found = list(partitions(self._s3, self._place, DIGESTS))
        if not found:
            raise ProviderResponseError(
                f"there are no digest files in {uri(self._place.bucket, self._place.prefix)}",
                hint="turn on log file validation of the trail, or `digests` off",
            )
        chains = (self._partition(one, since) for one in found)
        yield from heapq.merge(*chains, key=lambda one: one.to_at)

    def _partition(self, one: Partition, since: AskedSince) -> Iterator[Attestation]:
        chains: dict[tuple[str, bool], Chain] = {}
        earliest = since.of_place(one.account, one.region)
        after = f"{one.prefix}{earliest - timedelta(days=1):%Y/%m/%d}"
        for listed in list_objects(self._s3, self._place.bucket, one.prefix, after=after):
            name = _NAME.fullmatch(listed.key.rpartition("/")[2])
            if name is None or (at := _time(name["at"])) is None:
                continue
            trail = _trail_in(name["chain"], one)
            asked = since.of(Trail(account=one.account, region=one.region, name=trail))
            if at <= asked - BEFORE:
                continue
            key = name["chain"], bool(name["added"])
            new = Chain(trail=trail, since=asked, is_added=bool(name["added"]))
            chain = chains.setdefault(key, new)
            yield from self._next(one, _Found(listed.key, at), chain)
        now = self._now()
        for chain in chains.values():
            if not chain.is_added and chain.end_at and chain.end_at < now - LATE:
                where = uri(self._place.bucket, one.prefix)
                problem = "no digest was written since"
                yield _attest(one, chain, chain.end_at, now - LATE, where, problem)

    def _next(self, one: Partition, found: "_Found", chain: Chain) -> Iterator[Attestation]:
        """Verify one digest, and what it says of the one before it."""
        where = uri(self._place.bucket, found.key)
        try:
            digest = read_digest(self._s3, self._place.bucket, found.key, one.region, self._keys)
        except NotAsWrittenError as error:
            if found.at > chain.since:
                begin = chain.end_at or found.at - timedelta(hours=1)
                yield _attest(one, chain, begin, found.at, where, str(error))
            chain.move_to_broken(found.key, found.at)
            return
        if problem := chain.problem_before(digest):
            begin = chain.end_at or chain.since
            yield _attest(one, chain, begin, max(begin, digest.says.digest_start_time), where, problem)
        if digest.end_at > chain.since:
            files = digest.says.log_files
            problem = self._problem_of(digest)
            begin = digest.says.digest_start_time
            yield _attest(one, chain, begin, digest.end_at, where, problem, files=len(files))
        chain.move_to(digest)

    def _problem_of(self, digest: Digest) -> str | None:
        """Hold every file that a digest names against its hash; say what is wrong with the first bad one."""
        problems = [problem for file in digest.says.log_files if (problem := self._problem_with(file))]
        others = len(problems) - 1
        more = f"; and {others} more" if others > 0 else ""
        return f"{problems[0]}{more}" if problems else None

    def _problem_with(self, file: LoggedFile) -> str | None:
        name = uri(file.s3_bucket, file.s3_object)
        found = sha256()
        try:
            with open_object(self._s3, file.s3_bucket, file.s3_object) as stream:
                for text in unpacked(stream):
                    found.update(text)
        except NotAsWrittenError as error:
            return f"{name} was altered: {error}"
        except ProviderError as error:
            if is_gone(error):
                return f"{name} is missing"
            raise
        return (
            None if found.hexdigest() == file.hash_value else f"{name} was altered: its hash is another one"
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A digest by its name: where it lies, and when its hour ended."""

    key: str
    at: datetime


def _trail_in(chain: str, one: Partition) -> str:
    """Return the name of a trail with the region that it is at home in, out of the name of its digests."""
    return chain.partition(f"_CloudTrail-Digest_{one.region}_")[2] or chain


def _attest(
    one: Partition,
    chain: Chain,
    from_at: datetime,
    to_at: datetime,
    document: str,
    problem: str | None,
    *,
    files: int = 0,
) -> Attestation:
    return Attestation(
        account=one.account,
        region=one.region,
        from_at=from_at,
        to_at=to_at,
        document=document,
        files=files,
        problem=problem,
        trail=chain.trail,
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
