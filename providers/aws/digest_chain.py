"""Whether each digest follows the one before it."""

from dataclasses import dataclass
from datetime import datetime

from providers.aws.digest_file import Digest


@dataclass(eq=False, kw_only=True, slots=True)
class Chain:
    """The digests of one trail, account and region, as far as they were read."""

    trail: str
    """Its name."""
    since: datetime
    """What ended before is read only to hold the next one against it."""
    is_added: bool
    """They were added later, each for an hour of its own, and need not follow one another."""
    end_at: datetime | None = None
    """Of the last one; `None` before the first."""
    last: Digest | None = None
    """The last one, if it was sound."""
    broken: str = ""
    """The key of the last one, if it was not."""

    def problem_before(self, digest: Digest) -> str | None:
        """Return what is wrong between the last digest and this one, or `None` if it follows."""
        if self.is_added:
            return None
        says = digest.says
        before = says.previous_digest_s3_object
        if before is None:
            began = "CloudTrail began a new chain: its logging or validation was off"
            return began if self.end_at is not None else None
        if self.end_at is None:
            is_first = says.digest_start_time <= self.since
            return None if is_first else f"the digest before it, {before}, is missing"
        if before == self.broken:
            return None  # that it is not as written was told already
        if self.last is None or before != self.last.key:
            return f"the digest before it, {before}, is missing"
        is_named = (says.previous_digest_hash_value, says.previous_digest_signature) == (
            self.last.sha256,
            self.last.signature,
        )
        return None if is_named else "the digest before it is another one than it names"

    def move_to(self, digest: Digest) -> None:
        """Remember a sound digest as the last one."""
        self.last, self.broken, self.end_at = digest, "", digest.end_at

    def move_to_broken(self, key: str, end_at: datetime) -> None:
        """Remember one that is not as written; only its name is known."""
        self.last, self.broken, self.end_at = None, key, end_at
