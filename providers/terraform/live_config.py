"""Live configuration, read through the Terraform providers themselves."""

import json
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from drift.model.baseline import DeclaredResource
from drift.model.resource import Json, LiveReading, LiveResource

if TYPE_CHECKING:
    # Slow to import, and not needed before something is read.
    from providers.terraform.plugin.engine import Engine
    from providers.terraform.plugin.find.finder import Registry

MEGABYTE = 1024 * 1024


class TerraformProvidersSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the providers are, how they are configured, and how much they may do at once."""

    folders: tuple[str, ...] = ()
    """Working folders of Terraform, plugin caches and filesystem mirrors."""
    cache: str | None = None
    """Folder of our own, in which providers are unpacked and downloads kept."""
    versions: dict[str, str] = {}
    """By `namespace/type`, for states without a lock file."""
    download: bool = False
    """Whether providers may be downloaded from the registry of their address."""
    registries: dict[str, str] = {}
    """Base URLs of registries by host name, where they are not `https://HOST`."""
    providers: dict[str, dict[str, Json]] = {}
    """Attributes of the providers' configuration, by `namespace/type` or `namespace/type.alias`."""
    role: str | None = None
    """The role to read with: `arn:aws:iam::{account}:role/drift`. `None`: the ambient credentials."""
    concurrency: Annotated[int, Meta(ge=1, le=100)] = 8
    """Reads at once."""
    processes: Annotated[int, Meta(ge=1, le=100)] = 4
    """Providers that run at once."""
    memory_mb: Annotated[int, Meta(ge=1)] = 2048
    """Memory of all of them together; one may run even if it alone takes more."""
    share: Annotated[float, Meta(gt=0, le=1)] = 0.1
    """Part of what a cloud lets an account ask that reading may use."""
    timeout_seconds: Annotated[float, Meta(gt=0)] = 120.0
    """That one answer of a provider may take, and each step of its start."""

    def __post_init__(self) -> None:
        """Refuse what cannot be told to a provider."""
        try:
            json.dumps(self.providers)
        except (TypeError, ValueError) as error:
            raise ValueError("holds a date or a time, which no provider takes") from error


class TerraformProviders:
    """A `LiveConfig` that reads every type of every provider, and can list none.

    Providers are found and verified as docs/provider-engine.md tells. They stay running until
    `close`, or the end of the program.
    """

    def __init__(self, settings: TerraformProvidersSettings, overrides: Mapping[str, str] = {}) -> None:
        """Make it, with the user's own rows of the table `providers`.

        Raises:
            ValueError: They are not of the table's form.
        """
        from providers.terraform.plugin.table import Specials

        self._settings = settings
        self._specials = Specials(overrides.get("providers", ""))

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Yield one reading per declared resource, in their order."""
        if declared:
            yield from self._engine.read(declared)

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """Yield nothing: the protocol of providers has no call that lists what exists."""
        return iter(())

    def adopt(self, type_: str, resource_id: str, like: DeclaredResource) -> LiveResource | None:
        """Return a resource that no state declares, read as `like` is read; `None` if it is not there.

        Raises:
            ProviderError: It cannot be read, by its id or at all.
        """
        return self._engine.adopt(type_, resource_id, like)

    def remarks(self) -> Sequence[str]:
        """Return which versions were taken without anybody having named them."""
        return [
            f"{one} reads, the newest that was found: no lock file names a version"
            for one in self._engine.used.values()
            if one.is_chosen
        ]

    def close(self) -> None:
        """End all providers; reading again would start them anew."""
        if "_engine" in self.__dict__:
            self._engine.close()

    @cached_property
    def _engine(self) -> "Engine":
        from providers.terraform.plugin.budget import Budgets
        from providers.terraform.plugin.configuration import Configurations
        from providers.terraform.plugin.engine import Engine
        from providers.terraform.plugin.find.cli_config import configured_folders
        from providers.terraform.plugin.find.finder import Finder
        from providers.terraform.plugin.plan import Planner
        from providers.terraform.plugin.warm import Limits

        settings = self._settings
        # The one adapter that looks at the environment: what its providers may see of it has to be handed on.
        ambient = dict(os.environ)
        planner = Planner(
            finder=Finder(
                cache=Path(settings.cache or _own_cache(ambient)).expanduser(),
                folders=(*_folders(settings.folders, ambient), *configured_folders(ambient)),
                versions=settings.versions,
                registry=self._registry(),
            ),
            configurations=Configurations(
                specials=self._specials, ambient=ambient, wanted=settings.providers, role=settings.role
            ),
            budgets=Budgets(settings.share),
        )
        limits = Limits(processes=settings.processes, memory=settings.memory_mb * MEGABYTE)
        engine = Engine(planner, limits, concurrency=settings.concurrency, seconds=settings.timeout_seconds)
        weakref.finalize(self, engine.close)  # also at the end of the program
        return engine

    def _registry(self) -> "Registry | None":
        if not self._settings.download:
            return None
        from providers.terraform.plugin.find.registry import PublicRegistry

        return PublicRegistry(self._settings.registries)


def _folders(configured: Sequence[str], ambient: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where providers are looked for besides the working folder of their state."""
    home = Path(ambient.get("HOME", "~")).expanduser() / ".terraform.d"
    named = (
        *configured,
        ".",
        ambient.get("TF_PLUGIN_CACHE_DIR", ""),
        str(home / "plugins"),
        str(home / "plugin-cache"),
    )
    return tuple(Path(name).expanduser() for name in dict.fromkeys(named) if name)


def _own_cache(ambient: Mapping[str, str]) -> str:
    base = ambient.get("XDG_CACHE_HOME") or str(Path(ambient.get("HOME", "~")) / ".cache")
    return str(Path(base) / "driftledger" / "providers")
