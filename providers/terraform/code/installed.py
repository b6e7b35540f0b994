"""Which modules `terraform init` has put beside the code, and at which version."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

from providers.terraform.code.files import Files, within
from providers.terraform.code.sources import (
    GitSource,
    LocalSource,
    OtherSource,
    RegistrySource,
    module_source,
)

MANIFEST = ".terraform/modules/modules.json"

_EXACT = re.compile(r"=?\s*v?(\d+\.\d+\.\d+[\w.+-]*)")


class InstalledModule(msgspec.Struct, frozen=True, rename="pascal"):
    """One entry of the manifest."""

    key: str
    """The path of calls: `network.subnets`."""
    source: str = ""
    dir: str = ""
    """Relative to the root module."""
    version: str | None = None

    def fits(self, source: str, version: str | None) -> bool:
        """Tell whether this is what a call asks for: an older call's copy is of no use."""
        if _comparable(self.source) != _comparable(source):
            return False
        exact = _EXACT.fullmatch(version.strip()) if version else None
        return exact is None or self.version == exact[1]


class _Manifest(msgspec.Struct, frozen=True, rename="pascal"):
    modules: tuple[InstalledModule, ...] = ()


def installed_modules(files: Files, root: PurePosixPath) -> Mapping[str, InstalledModule]:
    """Return what is installed for a root module, by the path of calls; nothing, where nobody installed."""
    try:
        manifest = msgspec.json.decode(files.read(root / MANIFEST), type=_Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return {one.key: one for one in manifest.modules if one.key}


def folder_of(module: InstalledModule, root: PurePosixPath) -> PurePosixPath:
    """Return the folder of an installed module."""
    return within(root, module.dir)


def _comparable(source: str) -> object:
    """Return what a source means: the manifest spells it out, and calls abbreviate it."""
    match module_source(source):
        case GitSource() as git:
            return git.url.removesuffix(".git"), git.folder, git.ref
        case LocalSource(text) | RegistrySource(text) | OtherSource(text):
            return text
