"""Time stamps: which replies count. What all anchors do is in tests/contracts/test_anchor.py."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret
from providers.rfc3161.anchor import Rfc3161, Rfc3161Settings
from providers.rfc3161.der import with_sorted_certificates
from providers.ticket_values import basic
from tests.builders import NOON, a_checkpoint
from tests.providers.channels.http_server import Reply, serving
from tests.providers.rfc3161.authority import PASSWORD, Authority, authority


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as made:
        yield made


@pytest.fixture
def tsa(running: Authority) -> Authority:
    """One authority for all tests, with nothing wrong yet."""
    running.answers_old = None
    return running


def anchor(tsa: Authority, *, ca_file: str | None = None, path: str = "/stamp") -> Rfc3161:
    return Rfc3161(
        Rfc3161Settings(
            url=tsa.server.url + path,
            roots=ca_file or tsa.ca_file,
            user="acme",
            password=Secret(PASSWORD),
        )
    )


def test_a_reply_with_several_certificates_is_understood_and_kept_as_it_came(tsa: Authority) -> None:
    """
    OpenSSL does not sort them, and rfc3161-client refuses what is not sorted.
    """
    receipt = anchor(tsa).hold(a_checkpoint(), NOON)

    assert receipt.document == (tsa.folder / "reply.tsr").read_bytes()
    assert receipt.document != with_sorted_certificates(receipt.document)
    assert receipt.held_at is not None


def test_a_reply_to_another_request_is_refused(tsa: Authority) -> None:
    """
    Whoever stands between could give us an old stamp of the same note for a new one.
    """
    stamps = anchor(tsa)
    tsa.answers_old = stamps.hold(a_checkpoint(), NOON).document

    with pytest.raises(ProviderResponseError, match="does not hold good: Nonce mismatch"):
        stamps.hold(a_checkpoint(), NOON)


def test_a_stamp_of_another_authority_is_refused(tsa: Authority, tmp_path: Path) -> None:
    with authority(tmp_path) as other:
        stamps = anchor(tsa, ca_file=other.ca_file)

        with pytest.raises(ProviderResponseError, match="does not hold good"):
            stamps.hold(a_checkpoint(), NOON)


def test_a_certificate_that_is_not_for_time_stamps_is_refused(tsa: Authority, tmp_path: Path) -> None:
    with authority(tmp_path) as other:
        stamps = anchor(other)
        request = tmp_path / "another.tsq"
        command = f"openssl ts -query -data tsa.cnf -sha256 -cert -out {request}"
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
        other.answers_old = other.stamp(request.read_bytes())

        with pytest.raises(ProviderResponseError, match="does not hold good"):
            stamps.hold(a_checkpoint(), NOON)


@pytest.mark.parametrize(
    "reply",
    [b"", b"<html>", b"\x30\x80", b"\x30\x05\x30\x03\x02\x01\x02\x00", b"\x30\x84\xff\xff\xff\xff"],
    ids=["nothing", "a page", "indefinite", "more", "too long"],
)
def test_what_is_no_reply_is_refused(tsa: Authority, reply: bytes) -> None:
    tsa.answers_old = reply or b" "

    with pytest.raises(ProviderResponseError, match="cannot be read"):
        anchor(tsa).hold(a_checkpoint(), NOON)


def test_what_the_authority_does_not_grant_is_told(tsa: Authority) -> None:
    tsa.answers_old = b"\x30\x05\x30\x03\x02\x01\x02"  # rejection

    with pytest.raises(ProviderResponseError, match="was not granted: status 2"):
        anchor(tsa).hold(a_checkpoint(), NOON)


def test_a_refusal_that_quotes_the_password_is_told_without_it(tsa: Authority) -> None:
    sent = basic("acme", "hunter2-planted")
    with serving(lambda _: Reply(status=400, body=f"{sent} is hunter2-planted".encode())) as url:
        settings = Rfc3161Settings(
            url=url, roots=tsa.ca_file, user="acme", password=Secret("hunter2-planted")
        )

        with pytest.raises(ProviderResponseError, match="status 400") as caught:
            Rfc3161(settings).hold(a_checkpoint(), NOON)

    assert "hunter2" not in str(caught.value)
    assert sent.split()[-1] not in str(caught.value)


def test_without_certificates_to_verify_it_by_no_stamp_is_asked_for(tsa: Authority, tmp_path: Path) -> None:
    before, nothing = len(tsa.server.asked), tmp_path / "root.pem"

    with pytest.raises(ProviderAccessError, match="holds no certificates"):
        anchor(tsa, ca_file=str(nothing)).hold(a_checkpoint(), NOON)
    nothing.write_text("x")
    with pytest.raises(ProviderAccessError, match="holds no certificates"):
        anchor(tsa, ca_file=str(nothing)).hold(a_checkpoint(), NOON)

    assert len(tsa.server.asked) == before


@pytest.mark.parametrize("url", ["ftp://tsa.example.com", "https://user:pw@tsa.example.com", "tsa", ""])
def test_an_address_that_is_none_or_tells_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match='"url" must begin'):
        Rfc3161Settings(url=url, roots="root.pem")


def test_a_password_is_sent_over_tls_only() -> None:
    Rfc3161Settings(url="http://tsa.example.com", roots="root.pem")

    with pytest.raises(ValueError, match="a password is sent there"):
        Rfc3161Settings(url="http://tsa.example.com", roots="root.pem", user="u", password=Secret("p"))
