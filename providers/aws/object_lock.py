"""An anchor in storage: checkpoints under S3 Object Lock, which nobody can delete before their time.

1. The bucket must have Object Lock. Each checkpoint is written in compliance mode, in which not even the
   root user of the account can shorten the time; in governance mode somebody could.
2. It is written on the condition that none of its size is there. One that is there is only good if it is
   the same: another one of the same size is what an anchor is there to show.
3. What counts is what S3 says afterwards: content, version, mode and date are read back.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

import shlex
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final

from msgspec import Meta

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.anchor import NOTE, Receipt
from drift.model.evidence import Checkpoint
from providers.aws.refusals import Asker, code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings

ANCHORS: Final = Asker("[[anchor]]", "docs/anchors.md")

COMPLIANCE: Final = "COMPLIANCE"

_IS_THERE: Final = "PreconditionFailed"

SECOND: Final = timedelta(seconds=1)
"""S3 keeps no parts of one."""

_NO_SUCH_VERSION: Final = '"00000000000000000000000000000000"'
"""The ETag of nothing: a write on condition of it is allowed or refused, but never made."""


class S3ObjectLockSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which bucket checkpoints are kept, for how long, and how it is reached."""

    bucket: str
    prefix: str = "driftledger/checkpoints"
    """What all keys begin with; empty: nothing."""
    retain_days: Annotated[int, Meta(ge=1, le=36_500)] = 397
    """At least as long as an auditor may ask."""


class S3ObjectLock:
    """An `Anchor` that keeps the checkpoints themselves."""

    def __init__(self, settings: S3ObjectLockSettings) -> None:
        self._bucket = settings.bucket
        self._root = f"{settings.prefix.strip('/')}/".lstrip("/")
        self._retain = timedelta(days=settings.retain_days)
        self._access = settings.access()

    def check(self) -> str:
        """Look at the bucket, and try whether it may be written to, writing nothing."""
        self._refuse_without_lock()
        key = f"{self._root}trial"
        with self._asking("trying to write", "s3:PutObject", key):
            try:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=b"", IfMatch=_NO_SUCH_VERSION)
            except self._s3.exceptions.ClientError as error:
                if code_of(error) not in (_IS_THERE, "NoSuchKey"):
                    raise
        return f"s3://{self._bucket} has Object Lock; each checkpoint stays for {self._retain.days} days"

    def hold(self, checkpoint: Checkpoint, now: datetime) -> Receipt:
        """Write the note under its size, and read back how it is kept."""
        self._refuse_without_lock()
        key, note = f"{self._root}{checkpoint.size:012d}.note", checkpoint.note.encode()
        self._write(key, note, until=now + self._retain)
        version, kept_until = self._kept(key, note)
        if kept_until + SECOND < checkpoint.made_at + self._retain:
            raise ProviderResponseError(
                f"s3://{self._bucket}/{key} is kept until {kept_until:%Y-%m-%d} only",
                hint="somebody wrote it for a shorter time: prolong its retention, or set another `prefix`",
            )
        return Receipt(
            reference=f"s3://{self._bucket}/{key}?versionId={version}",
            check=self._line(key, version),
            kept_until=kept_until,
        )

    @cached_property
    def _s3(self) -> Any:
        return open_client("s3", self._access)

    def _refuse_without_lock(self) -> None:
        """Raise `ProviderResponseError` if the bucket does not keep what it is told to keep."""
        with self._asking("looking at Object Lock", "s3:GetBucketObjectLockConfiguration"):
            try:
                answer = self._s3.get_object_lock_configuration(Bucket=self._bucket)
            except self._s3.exceptions.ClientError as error:
                if code_of(error) != "ObjectLockConfigurationNotFoundError":
                    raise
                answer = {}
        if answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") != "Enabled":
            raise ProviderResponseError(
                f"s3://{self._bucket} has no Object Lock: a checkpoint there could be deleted",
                hint="name a bucket that was made with Object Lock; docs/anchors.md has the commands",
            )

    def _write(self, key: str, note: bytes, until: datetime) -> None:
        """Write the note, unless there is one already."""
        with self._asking("writing", "s3:PutObject and s3:PutObjectRetention", key):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=note,
                    ChecksumAlgorithm="SHA256",
                    IfNoneMatch="*",
                    ObjectLockMode=COMPLIANCE,
                    ObjectLockRetainUntilDate=until,
                )
            except self._s3.exceptions.ClientError as error:
                if code_of(error) != _IS_THERE:
                    raise

    def _kept(self, key: str, note: bytes) -> tuple[str, datetime]:
        """Return the version that is there, and until when nobody can delete it."""
        where = f"s3://{self._bucket}/{key}"
        with self._asking("reading", "s3:GetObject", key):
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
            content = answer["Body"].read()
        if content != note:
            raise ProviderResponseError(
                f"{where} is another checkpoint of as many entries",
                hint="this ledger was rewritten, or another one has the same prefix: find out which",
            )
        if "ObjectLockMode" not in answer:  # S3 leaves out what we may not know
            raise ProviderAccessError(
                f"{where} does not say how long it is kept: s3:GetObjectRetention is missing",
                hint=f"grant it on arn:aws:s3:::{self._bucket}/{self._root}*; docs/anchors.md lists all",
            )
        if answer["ObjectLockMode"] != COMPLIANCE:
            raise ProviderResponseError(
                f"{where} is kept in the mode {answer['ObjectLockMode']}, which can be lifted",
                hint="let nobody write there but drift, or set another `prefix`",
            )
        until: datetime = answer["ObjectLockRetainUntilDate"]
        return str(answer["VersionId"]), until

    def _asking(self, what: str, action: str, key: str = "") -> Any:
        place = f"{self._bucket}/{key}" if key else self._bucket
        return refusals(f"{what} s3://{place}", action=action, on=f"arn:aws:s3:::{place}", asker=ANCHORS)

    def _line(self, key: str, version: str) -> str:
        """Return the line that compares the version that is kept with the note, and shows how it is kept."""
        which = shlex.join(["--bucket", self._bucket, "--key", key, "--version-id", version])
        return (
            f"aws s3api get-object {which} held.note && cmp held.note {NOTE}"
            f" && aws s3api get-object-retention {which}"
        )
