"""What every anchor must do; a new one is one row of `ANCHORS`."""

import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.anchor import DOCUMENT, NOTE, Receipt
from drift.model.evidence import Checkpoint
from drift.model.secret import Secret
from drift.ports import Anchor
from providers.aws.object_lock import S3ObjectLock, S3ObjectLockSettings
from providers.git_anchor.anchor import GitAnchor, GitAnchorSettings
from providers.rfc3161.anchor import Rfc3161, Rfc3161Settings
from tests.builders import NOON, a_checkpoint
from tests.providers.aws.locked_bucket import a_locked_bucket
from tests.providers.git_anchor.host import BRANCH, TOKEN, host
from tests.providers.rfc3161.authority import PASSWORD, authority
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.s3 import DENIED, KEY, REGION, a_client
from tests.providers.state_stores.servers import Servers
from tests.providers.tickets.server import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Bay:
    """An anchor, with the holder at its other end."""

    anchor: Anchor
    is_held: Callable[[Receipt, Checkpoint], bool]
    """Ask the holder, or look at its word, as an auditor would who has none of our code."""
    deny: Callable[[], None]
    missing: str
    """What is then said to be missing."""
    break_down: Callable[[], None]
    count: Callable[[], int]
    """How many checkpoints are held."""


def checked_by_its_line(receipt: Receipt, checkpoint: Checkpoint, folder: Path) -> bool:
    """Run the line that the receipt gives, in a folder with the two files."""
    note, document = folder / "a note", folder / "a document"
    note.write_text(checkpoint.note, encoding="utf-8", newline="\n")
    document.write_bytes(receipt.document or b"")
    line = receipt.check.replace(NOTE, shlex.quote(str(note))).replace(DOCUMENT, shlex.quote(str(document)))
    return subprocess.run(line, shell=True, cwd=folder, capture_output=True).returncode == 0  # noqa: S602


@contextmanager
def rfc3161(_: Servers, folder: Path) -> Iterator[Bay]:
    """`openssl ts` behind HTTP."""
    with authority(folder) as tsa:
        server = tsa.server
        settings = Rfc3161Settings(
            url=f"{server.url}/stamp", roots=tsa.ca_file, user="acme", password=Secret(PASSWORD)
        )

        def fail(status: int) -> None:
            server.fault = lambda _: Answer(status=status, body={})

        yield Bay(
            anchor=Rfc3161(settings),
            is_held=lambda receipt, checkpoint: checked_by_its_line(receipt, checkpoint, folder),
            deny=lambda: fail(403),
            missing="it refuses us",
            break_down=lambda: fail(503),
            count=lambda: 0,  # it keeps nothing: its word is the receipt
        )
        assert not server.refused


@contextmanager
def s3_object_lock(servers: Servers, _: Path) -> Iterator[Bay]:
    """A bucket with Object Lock on moto."""
    client, bucket = a_client("s3", servers.moto), a_locked_bucket(servers.moto)
    with pytest.MonkeyPatch.context() as environment, proxy_of(servers.moto) as proxy:
        environment.setenv("AWS_ACCESS_KEY_ID", KEY)
        environment.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        settings = S3ObjectLockSettings(bucket=bucket, region=REGION, endpoint=proxy.url)

        def is_held(receipt: Receipt, checkpoint: Checkpoint) -> bool:
            found = re.fullmatch(r"s3://([^/]+)/(.+)\?versionId=(.+)", receipt.reference)
            assert found
            which = {"Bucket": found[1], "Key": found[2], "VersionId": found[3]}
            assert all(shlex.quote(value) in receipt.check for value in which.values())
            kept = client.get_object(**which)
            assert kept["ObjectLockMode"] == "COMPLIANCE"
            assert kept["ObjectLockRetainUntilDate"] == receipt.kept_until
            body: bytes = kept["Body"].read()
            return body == checkpoint.note.encode()

        yield Bay(
            anchor=S3ObjectLock(settings),
            is_held=is_held,
            deny=lambda: proxy.refuse(403, DENIED),
            missing="the permission s3:GetBucketObjectLockConfiguration on arn:aws:s3:::",
            break_down=lambda: proxy.refuse(503, b""),
            count=lambda: len(client.list_object_versions(Bucket=bucket).get("Versions", ())),
        )


@contextmanager
def git(_: Servers, folder: Path) -> Iterator[Bay]:
    """A repository behind HTTPS."""
    with host(folder) as hosting:
        settings = GitAnchorSettings(
            repository=hosting.url, token=Secret(TOKEN), ca_file=hosting.ca_file, branch=BRANCH
        )

        def is_held(receipt: Receipt, checkpoint: Checkpoint) -> bool:
            """Look into the repository itself: a reader has other ways to it than our token."""
            clone = Path(tempfile.mkdtemp(dir=folder))
            there = replace(receipt, check=receipt.check.replace(hosting.url, str(hosting.bare)))
            return checked_by_its_line(there, checkpoint, clone)

        def fail(status: int) -> None:
            hosting.status = status

        yield Bay(
            anchor=GitAnchor(settings),
            is_held=is_held,
            deny=lambda: fail(403),
            missing="error: 403",
            break_down=lambda: fail(503),
            count=lambda: len(hosting.commits()),
        )


ANCHORS: dict[str, Callable[[Servers, Path], AbstractContextManager[Bay]]] = {
    "rfc3161": rfc3161,
    "s3-object-lock": s3_object_lock,
    "git": git,
}


@pytest.fixture(params=ANCHORS)
def bay(request: pytest.FixtureRequest, state_servers: Servers, tmp_path: Path) -> Iterator[Bay]:
    """Each anchor in turn, holding nothing yet."""
    with ANCHORS[request.param](state_servers, tmp_path) as opened:
        yield opened


def test_by_its_receipt_anybody_can_check_that_this_checkpoint_is_held_and_no_other(bay: Bay) -> None:
    receipt = bay.anchor.hold(a_checkpoint(size=13), NOON)

    assert bay.is_held(receipt, a_checkpoint(size=13))
    assert not bay.is_held(receipt, a_checkpoint(size=14))


def test_holding_one_again_holds_it_no_second_time(bay: Bay) -> None:
    """
    Should the program be stopped before the receipt is recorded, it comes back with the same checkpoint.
    """
    bay.anchor.hold(a_checkpoint(size=13), NOON)
    held = bay.count()

    receipt = bay.anchor.hold(a_checkpoint(size=13), NOON)

    assert bay.is_held(receipt, a_checkpoint(size=13))
    assert bay.count() == held


def test_each_checkpoint_stays_held_when_the_next_one_is(bay: Bay) -> None:
    first = bay.anchor.hold(a_checkpoint(size=13), NOON)
    bay.anchor.hold(a_checkpoint(size=14), NOON)

    assert bay.is_held(first, a_checkpoint(size=13))


def test_trying_it_leaves_nothing_there(bay: Bay) -> None:
    bay.anchor.hold(a_checkpoint(size=13), NOON)
    held = bay.count()

    assert bay.anchor.check()
    assert bay.count() == held


def test_where_access_is_missing_trying_it_says_so(bay: Bay) -> None:
    bay.deny()

    with pytest.raises(ProviderAccessError, match=bay.missing) as raised:
        bay.anchor.check()

    assert raised.value.hint


def test_where_access_is_missing_nothing_is_held(bay: Bay) -> None:
    bay.deny()

    with pytest.raises(ProviderAccessError, match=bay.missing) as raised:
        bay.anchor.hold(a_checkpoint(), NOON)

    assert raised.value.hint


def test_a_holder_that_fails_may_be_asked_later(bay: Bay) -> None:
    bay.break_down()

    with pytest.raises(ProviderUnavailableError) as raised:
        bay.anchor.hold(a_checkpoint(), NOON)

    assert raised.value.hint


@pytest.mark.parametrize("kind", ["s3-object-lock", "git"])
def test_another_checkpoint_of_as_many_entries_is_refused_and_the_first_stays(
    kind: str, state_servers: Servers, tmp_path: Path
) -> None:
    """
    Whoever rewrote the ledger must not get a receipt for it. An authority that keeps nothing cannot tell.
    """
    other = replace(a_checkpoint(size=13), note=a_checkpoint(size=13).note.replace("A", "B"))
    with ANCHORS[kind](state_servers, tmp_path) as bay:
        first = bay.anchor.hold(a_checkpoint(size=13), NOON)

        with pytest.raises(ProviderResponseError, match="another") as raised:
            bay.anchor.hold(other, NOON)

        assert "rewritten" in raised.value.hint
        assert bay.is_held(first, a_checkpoint(size=13))
