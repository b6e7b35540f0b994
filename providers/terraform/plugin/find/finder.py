"""From the name of a provider to a binary that may be started.

1. The version: what the lock file says, else what the configuration says, else the newest that
   is found on this machine.
2. Where: the working folder's own providers, mirrors and plugin caches, our cache; the registry
   only if the configuration allows it.
3. A lock file's hashes are enforced wherever the provider comes from: one that does not fit is
   as good as not there. A zip is unpacked into our cache only after that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

from drift.errors import ProviderError, ProviderResponseError
from providers.terraform.plugin.find import hashes
from providers.terraform.plugin.find.archive import private_folder, unpack
from providers.terraform.plugin.find.installed import Installed, binary_in, installed
from providers.terraform.plugin.find.lock_file import Locked, locked
from providers.terraform.plugin.find.source import FIRST_PARTY, Source
from providers.terraform.plugin.find.versions import rank, this_machine


@dataclass(frozen=True, kw_only=True, slots=True)
class Binary:
    """A provider that may be started."""

    source: Source
    version: str
    path: Path
    is_chosen: bool
    """Whether nobody said which version, so that the newest one found was taken."""

    def __str__(self) -> str:
        return f"{self.source} {self.version}"


class Registry(Protocol):
    """Where providers are published."""

    def download(self, source: Source, version: str | None, into: Path) -> Installed:
        """Bring a provider, its newest version if none is named, as a zip below the mirror `into`.

        Raises:
            ProviderError: It cannot be had, or is not what its publisher signed.
        """
        ...


@dataclass(kw_only=True, slots=True)
class Finder:
    """Knows where to look."""

    cache: Path
    """A folder of our own: zips are unpacked there, and downloads kept."""
    folders: Sequence[Path] = ()
    """Working folders, mirrors and plugin caches."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions that the configuration asks for, by `namespace/type`."""
    registry: Registry | None = None
    """`None`: nothing is downloaded."""

    def find(self, source: Source, folder: Path | None = None) -> Binary:
        """Return the provider for a state whose working folder is `folder`.

        Raises:
            ProviderError: There is none, or none that the lock file allows; the message says what was found.
        """
        working = ([folder] if folder else []) + list(self.folders)
        lock = next(filter(None, (locked(one, source) for one in working)), None)
        version = lock.version if lock else self.versions.get(source.short)
        refused: list[ProviderError] = []
        for candidate in self._candidates(source, working, version):
            try:
                return self._ready(candidate, lock, is_chosen=version is None)
            except ProviderError as error:
                refused.append(error)
        if self.registry:
            candidate = self.registry.download(source, version, private_folder(self.cache))
            return self._ready(candidate, lock, is_chosen=version is None)
        raise refused[0] if refused else self._missing(source, version, working)

    def _candidates(
        self, source: Source, working: Sequence[Path], version: str | None
    ) -> Iterator[Installed]:
        """Yield what could do, the newest first, of equal ones in the order of the places."""
        found = [one for root in self._roots(working) for one in installed(root, source)]
        if version is not None:
            found = [one for one in found if one.version == version]
        if source.namespace is None:  # Terraform takes its own maker's then, too
            found = [one for one in found if one.source.namespace == FIRST_PARTY] or found
        yield from sorted(found, key=lambda one: rank(one.version) or (), reverse=True)

    def _roots(self, working: Sequence[Path]) -> Iterator[Path]:
        for folder in working:
            yield from (folder / ".terraform" / "providers", folder / "terraform.d" / "plugins", folder)
        yield self.cache

    def _ready(self, found: Installed, lock: Locked | None, *, is_chosen: bool) -> Binary:
        """Return the binary, checked and unpacked."""
        if lock and lock.hashes:
            _check(found, lock)
        folder = self._unpacked(found) if found.is_packed else found.path
        binary = binary_in(folder, found.source.type)
        if binary is None:
            raise ProviderResponseError(
                f"there is no terraform-provider-{found.source.type} in {folder} that may be executed",
                hint="install it anew with `terraform init`",
            )
        return Binary(source=found.source, version=found.version, path=binary.absolute(), is_chosen=is_chosen)

    def _unpacked(self, found: Installed) -> Path:
        folder = private_folder(private_folder(self.cache) / "unpacked") / hashes.sha256(found.path)
        if not folder.is_dir():
            unpack(found.path, folder)
        return folder

    def _missing(self, source: Source, version: str | None, working: Sequence[Path]) -> ProviderError:
        looked = ", ".join(str(one) for one in working) or "no folder"
        return ProviderResponseError(
            f"no provider {source}{f' {version}' if version else ''} for {this_machine()} was found",
            hint=f"run `terraform init`, or name the folder of a mirror or plugin cache; looked in {looked}",
        )


def _check(found: Installed, lock: Locked) -> None:
    """Raise unless the lock file knows what was found."""
    try:
        known = hashes.of_archive(found.path) if found.is_packed else hashes.of_folder(found.path)
    except (OSError, BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ProviderResponseError(
            f"{found.path} cannot be read: {error}", hint="install it anew"
        ) from error
    if lock.hashes.isdisjoint(known):
        raise ProviderResponseError(
            f"{found.path} is not the provider that {lock.file} was made for: its hash is not there",
            hint="install it anew with `terraform init`, or let `terraform providers lock` add this platform",
        )
