"""Downloading a provider from the registry of its address.

1. The registry names the builds of a version: the zip, the list of SHA-256 sums of all builds,
   the signature of that list, and the keys of the publisher.
2. The list has to be signed by one of those keys, and the zip has to be what the list says.
3. Only then does it become part of our own mirror, under a name that we make ourselves.

The keys come from the registry, as they do for Terraform: this tells that what a mirror or a
content network delivers is what was published, not that the publisher can be trusted. What
pins a version beyond that are the hashes of a lock file.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin

import msgspec

from drift.errors import ProviderResponseError
from providers.terraform.plugin.find.fetch import Fetcher
from providers.terraform.plugin.find.installed import Installed
from providers.terraform.plugin.find.signature import check_signature
from providers.terraform.plugin.find.source import FIRST_PARTY, PUBLIC, Source
from providers.terraform.plugin.find.versions import rank, this_machine

_SUM = re.compile(r"([0-9a-f]{64}) [ *](\S+)")


class _Services(msgspec.Struct, frozen=True):
    providers: str | None = msgspec.field(default=None, name="providers.v1")


class _Platform(msgspec.Struct, frozen=True):
    os: str
    arch: str


class _Version(msgspec.Struct, frozen=True):
    version: str
    protocols: tuple[str, ...] = ()
    platforms: tuple[_Platform, ...] = ()


class _Versions(msgspec.Struct, frozen=True):
    versions: tuple[_Version, ...] = ()


class _Key(msgspec.Struct, frozen=True):
    ascii_armor: str


class _Keys(msgspec.Struct, frozen=True):
    gpg_public_keys: tuple[_Key, ...] = ()


class _Build(msgspec.Struct, frozen=True):
    filename: str
    download_url: str
    shasums_url: str
    shasums_signature_url: str
    shasum: str
    signing_keys: _Keys = _Keys()


class PublicRegistry:
    """A registry that speaks Terraform's provider registry protocol."""

    def __init__(self, bases: Mapping[str, str]) -> None:
        """Reach the registries of these hosts under these URLs, all others under `https://HOST`."""
        self._bases = bases

    def download(self, source: Source, version: str | None, into: Path) -> Installed:
        """Bring a provider, its newest version if none is named, as a zip below the mirror `into`.

        Raises:
            ProviderError: It cannot be had, or is not what its publisher signed.
        """
        source = Source(
            host=source.host or PUBLIC, namespace=source.namespace or FIRST_PARTY, type=source.type
        )
        if version is not None and rank(version) is None:
            raise ProviderResponseError(
                f"{version[:50]} is no version of {source}", hint="write it as 5.80.0"
            )
        with Fetcher() as fetcher:
            return _Download(fetcher, source, self._base(source)).bring(version, into)

    def _base(self, source: Source) -> str:
        return self._bases.get(source.host or PUBLIC, f"https://{source.host}").rstrip("/") + "/"


class _Download:
    def __init__(self, fetcher: Fetcher, source: Source, base: str) -> None:
        self._fetcher, self._source, self._base = fetcher, source, base

    def bring(self, version: str | None, into: Path) -> Installed:
        service = self._service()
        place = f"{service}{self._source.namespace}/{self._source.type}"
        version = version or self._newest(f"{place}/versions")
        os, _, arch = this_machine().partition("_")
        url = f"{place}/{version}/download/{os}/{arch}"
        build = self._fetcher.answer(url, _Build)
        expected = self._signed_sum(build, url)
        name = f"terraform-provider-{self._source.type}_{version}_{os}_{arch}.zip"
        folder = into / str(self._source.host) / str(self._source.namespace) / self._source.type
        folder.mkdir(parents=True, exist_ok=True)
        self._fetcher.file(urljoin(url, build.download_url), expected, folder / name)
        return Installed(source=self._source, version=version, path=folder / name)

    def _service(self) -> str:
        url = urljoin(self._base, ".well-known/terraform.json")
        service = self._fetcher.answer(url, _Services).providers
        if service is None:
            raise ProviderResponseError(
                f"{self._source.host} is no registry of providers", hint="check the provider's address"
            )
        return urljoin(url, service).rstrip("/") + "/"

    def _newest(self, url: str) -> str:
        """Return the newest release that runs here and speaks what we speak."""
        platform = this_machine()
        fit = [
            one.version
            for one in self._fetcher.answer(url, _Versions).versions
            if any(f"{each.os}_{each.arch}" == platform for each in one.platforms)
            and (not one.protocols or any(each.startswith(("5.", "6.")) for each in one.protocols))
            and "-" not in one.version
            and rank(one.version)
        ]
        if not fit:
            raise ProviderResponseError(
                f"there is no release of {self._source} for {platform}",
                hint="name a version, if there is one",
            )
        return max(fit, key=lambda one: rank(one) or ())

    def _signed_sum(self, build: _Build, url: str) -> str:
        """Return the SHA-256 of the zip, once its publisher's signature is checked."""
        sums = self._fetcher.text(urljoin(url, build.shasums_url))
        signature = self._fetcher.text(urljoin(url, build.shasums_signature_url))
        check_signature(
            sums,
            signature,
            [key.ascii_armor for key in build.signing_keys.gpg_public_keys],
            str(self._source),
        )
        known = {name: digest for digest, name in _SUM.findall(sums.decode("utf-8", "replace"))}
        if known.get(build.filename) != build.shasum.lower():
            raise ProviderResponseError(
                f"what is signed of {self._source} is not what the registry offers",
                hint="do not use it; tell its publisher",
            )
        return build.shasum.lower()
