"""Downloading a provider: from a registry on this machine, signed with a key of its own."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.errors import ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.terraform.plugin.find.finder import Finder
from providers.terraform.plugin.find.registry import PublicRegistry
from providers.terraform.plugin.find.signature import check_signature
from providers.terraform.plugin.find.source import Source
from providers.terraform.plugin.find.versions import this_machine
from tests.providers.terraform.plugin.find.a_registry import (
    LocalRegistry,
    Publisher,
    a_version,
    publishers,
    serving,
)
from tests.providers.terraform.plugin.find.builds import HOST, TOY, lock, program, zh, zipped

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed here"
)

BUILD = "/providers/v1/example/toy/1.0.0/download/" + this_machine().replace("_", "/")


@pytest.fixture(scope="module")
def signers() -> Iterator[list[Publisher]]:
    """The publisher, and somebody else."""
    # Not in pytest's folder: an agent's socket has no room for so long a path.
    with (
        tempfile.TemporaryDirectory(prefix="drift-") as folder,
        publishers(Path(folder) / "gpg", "publisher@example.com", "mallory@example.com") as made,
    ):
        yield made


@pytest.fixture
def registry(signers: list[Publisher], archive: Path) -> Iterator[LocalRegistry]:
    """A registry with version 1.0.0."""
    with serving() as opened:
        opened.publish("1.0.0", archive.read_bytes(), signers[0])
        yield opened


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The zip that is published."""
    return zipped(tmp_path / "build.zip", program())


def a_finder(tmp_path: Path, registry: LocalRegistry, **versions: str) -> Finder:
    bases = {HOST: registry.url, "registry.terraform.io": registry.url}
    named = {"example/toy": versions["version"]} if versions else {}
    return Finder(cache=tmp_path / "own-cache", versions=named, registry=PublicRegistry(bases))


def test_a_provider_is_downloaded_once_and_kept(tmp_path: Path, registry: LocalRegistry) -> None:
    finder = a_finder(tmp_path, registry, version="1.0.0")

    first = finder.find(TOY)
    asked = len(registry.asked)
    second = finder.find(TOY)

    assert first == second
    assert first.path.read_bytes() == program()["terraform-provider-toy_v1.0.0"]
    assert asked == len(registry.asked) == 5


def test_without_a_version_the_newest_release_for_this_machine_is_taken(
    tmp_path: Path, registry: LocalRegistry
) -> None:
    registry.list_versions(
        a_version("0.9.0"),
        a_version("1.0.0"),
        a_version("1.1.0-beta1"),
        a_version("1.2.0", platform="plan9_mips"),
        a_version("2.0.0", protocols=("4.0",)),
    )

    found = a_finder(tmp_path, registry).find(TOY)

    assert (found.version, found.is_chosen) == ("1.0.0", True)


def test_the_lock_file_holds_for_what_is_downloaded(
    tmp_path: Path, registry: LocalRegistry, archive: Path
) -> None:
    lock(tmp_path / "sound", zh(archive))
    lock(tmp_path / "other", "zh:" + "0" * 64)
    finder = a_finder(tmp_path, registry)

    assert finder.find(TOY, tmp_path / "sound").version == "1.0.0"
    with pytest.raises(ProviderResponseError, match="its hash is not there"):
        finder.find(TOY, tmp_path / "other")


def test_a_list_that_somebody_else_signed_is_refused(
    tmp_path: Path, registry: LocalRegistry, signers: list[Publisher]
) -> None:
    sums = registry.answers["/files/1.0.0_SHA256SUMS"]
    registry.answers["/files/1.0.0_SHA256SUMS.sig"] = signers[1].sign(sums)

    refused(tmp_path, registry, "is not its publisher's")


def test_a_list_that_was_changed_after_it_was_signed_is_refused(
    tmp_path: Path, registry: LocalRegistry
) -> None:
    registry.answers["/files/1.0.0_SHA256SUMS"] += b"0" * 64 + b"  another.zip\n"

    refused(tmp_path, registry, "is not its publisher's")


def test_a_zip_that_is_not_what_was_signed_is_refused(tmp_path: Path, registry: LocalRegistry) -> None:
    name = next(path for path in registry.answers if path.endswith(".zip"))
    registry.answers[name] += b"and more"

    refused(tmp_path, registry, "is not what its publisher signed")


@pytest.mark.parametrize(
    "but", [{"shasum": "0" * 64}, {"filename": "terraform-provider-toy_1.0.0_plan9_mips.zip"}]
)
def test_an_offer_that_is_not_what_was_signed_is_refused(
    tmp_path: Path, registry: LocalRegistry, but: dict[str, str]
) -> None:
    build = json.loads(registry.answers[BUILD])
    registry.answers[BUILD] = json.dumps(build | but).encode()

    refused(tmp_path, registry, "is not what the registry offers")


@pytest.mark.parametrize("keys", [[], [{"ascii_armor": "no key"}]])
def test_what_nobody_signed_is_refused(
    tmp_path: Path, registry: LocalRegistry, keys: list[dict[str, str]]
) -> None:
    build = json.loads(registry.answers[BUILD])
    registry.answers[BUILD] = json.dumps(build | {"signing_keys": {"gpg_public_keys": keys}}).encode()

    refused(tmp_path, registry, "nobody has signed")


@pytest.mark.parametrize("signature", [b"", b"no signature", b"\x00" * 100])
def test_what_is_no_signature_is_refused(tmp_path: Path, registry: LocalRegistry, signature: bytes) -> None:
    registry.answers["/files/1.0.0_SHA256SUMS.sig"] = signature

    refused(tmp_path, registry, "is not its publisher's")


@pytest.mark.parametrize(
    "url", ["http://mirror.example.com/x.zip", "ftp://127.0.0.1/x", "file:///etc/passwd"]
)
def test_nothing_is_fetched_where_others_could_change_it_on_the_way(
    tmp_path: Path, registry: LocalRegistry, url: str
) -> None:
    registry.redirections["/files/1.0.0_SHA256SUMS"] = url

    with pytest.raises(ProviderError):
        a_finder(tmp_path, registry, version="1.0.0").find(TOY)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"filename": 1}', b"\xff", b"[" * 10**5])
@pytest.mark.parametrize("path", ["/.well-known/terraform.json", BUILD])
def test_an_answer_that_is_none_says_so(
    tmp_path: Path, registry: LocalRegistry, path: str, content: bytes
) -> None:
    registry.answers[path] = content

    with pytest.raises(ProviderResponseError) as raised:
        a_finder(tmp_path, registry, version="1.0.0").find(TOY)

    assert raised.value.hint


def test_a_version_that_is_not_there_says_so(tmp_path: Path, registry: LocalRegistry) -> None:
    with pytest.raises(ProviderResponseError, match=r"answers .*/9\.9\.9/download.* with status 404"):
        a_finder(tmp_path, registry, version="9.9.9").find(TOY)


@pytest.mark.parametrize("version", ["../../x", "latest", "1.0.0/../../y"])
def test_a_version_that_is_none_leads_nowhere(tmp_path: Path, registry: LocalRegistry, version: str) -> None:
    with pytest.raises(ProviderResponseError, match="is no version of"):
        a_finder(tmp_path, registry, version=version).find(TOY)

    assert registry.asked == []


def test_a_registry_that_is_down_says_so(tmp_path: Path, registry: LocalRegistry) -> None:
    finder = Finder(
        cache=tmp_path / "own-cache",
        versions={"example/toy": "1.0.0"},
        registry=PublicRegistry({HOST: "http://127.0.0.1:1"}),
    )

    with pytest.raises(ProviderUnavailableError, match=r"127\.0\.0\.1 cannot be reached"):
        finder.find(TOY)


def test_an_old_name_is_looked_for_where_terraform_would(tmp_path: Path, registry: LocalRegistry) -> None:
    with pytest.raises(ProviderResponseError, match="/providers/v1/hashicorp/toy/versions"):
        a_finder(tmp_path, registry).find(Source(host=None, namespace=None, type="toy"))


def test_without_gpgv_nothing_is_believed(monkeypatch: pytest.MonkeyPatch, signers: list[Publisher]) -> None:
    key, signature = signers[0].public_key(), signers[0].sign(b"content")
    check_signature(b"content", signature, [key], "it")
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ProviderUnavailableError, match="there is no gpgv"):
        check_signature(b"content", signature, [key], "it")


def refused(tmp_path: Path, registry: LocalRegistry, reason: str) -> None:
    with pytest.raises(ProviderResponseError, match=reason):
        a_finder(tmp_path, registry, version="1.0.0").find(TOY)
    assert not list((tmp_path / "own-cache").rglob("*.zip"))
