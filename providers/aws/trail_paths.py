"""What the path of an object in a trail's bucket says of it.

    <prefix/>AWSLogs/<organisation/>ACCOUNT/KIND/REGION/yyyy/mm/dd/FILE

Trails of an organisation put its id before the account's; Control Tower's prefix is that id as well.
KIND is `CloudTrail` for the logs themselves. Beside them lie digests, insights and network activity of
CloudTrail, and what other services deliver to the same bucket.
"""

import re
from dataclasses import dataclass

LOGS = "CloudTrail"
DIGESTS = "CloudTrail-Digest"

ENDINGS = (".json.gz", ".json")
"""Whatever else may lie in a bucket (a check file of AWS Config, Parquet) is no log."""

ROOT = "AWSLogs/"
ACCOUNT = re.compile(r"\d{12}")
ORGANISATION = re.compile(r"o-[a-z0-9]{10,32}")

_KIND = re.compile(
    rf"(?:.*/)?{ROOT}(?:{ORGANISATION.pattern}/)?(?P<account>{ACCOUNT.pattern})/(?P<kind>[^/]+)/", re.DOTALL
)
_DATED = re.compile(
    rf"{_KIND.pattern}(?P<region>[a-z0-9-]+)/(?P<day>\d{{4}}/\d{{2}}/\d{{2}})/(?P<file>[^/]+)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class TrailPath:
    """What a path says."""

    account: str
    kind: str
    region: str
    day: str
    """As it stands there, `2026/11/20`: a later day sorts behind an earlier one."""
    file: str


def trail_path(key: str) -> TrailPath | None:
    """Return what the path of a log or digest says; `None` for everything else."""
    found = _DATED.fullmatch(key)
    return TrailPath(**found.groupdict()) if found else None


def may_be_log(key: str) -> bool:
    """Tell whether an object must be read: a log, or what lies outside the order of AWS's and looks like one.

    What is of another kind by its path is none. A copy of logs somewhere else is read, rather than lost.
    A key that cannot be shown is of somebody who wants to hide something, or to break what stores it.
    """
    if not key.endswith(ENDINGS) or not key.isprintable():
        return False
    found = _KIND.match(key)
    return found is None or found["kind"] == LOGS
