"""What the `source` of a module call names: a folder, a git repository, a registry's module."""

import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs

PUBLIC_REGISTRY = "registry.terraform.io"

_REGISTRY = re.compile(r"(?:([\w.-]+\.[\w.-]+(?::\d+)?)/)?([\w-]+)/([\w-]+)/([\w-]+)")
_SCP = re.compile(r"([\w.-]+@[\w.-]+):(?!//)(.+)")
_HOSTS = ("github.com/", "bitbucket.org/", "gitlab.com/")


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A folder of the same code."""

    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GitSource:
    """A folder in a repository, at a ref."""

    url: str
    folder: str = ""
    ref: str = "HEAD"


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """A module that a registry serves, with its host and the folder inside."""

    address: str


@dataclass(frozen=True, slots=True)
class OtherSource:
    """An archive, a bucket: nothing that is read."""

    text: str


ModuleSource: TypeAlias = LocalSource | GitSource | RegistrySource | OtherSource


def module_source(text: str) -> ModuleSource:
    """Return what a `source` names, in the forms that Terraform documents."""
    if text.startswith(("./", "../", ".\\", "..\\")) or text in (".", ".."):
        return LocalSource(text.replace("\\", "/"))
    if text.startswith("git::"):
        return _git(text.removeprefix("git::"))
    if text.startswith(_HOSTS):
        return _git(f"https://{text}", has_no_suffix=True)
    if _SCP.match(text):
        return _git(text)
    module, _, folder = text.partition("//")
    if found := _REGISTRY.fullmatch(module):
        host, *names = found.groups()
        address = "/".join((host or PUBLIC_REGISTRY, *names))
        return RegistrySource(f"{address}//{folder}" if folder else address)
    return OtherSource(text)


def _git(text: str, *, has_no_suffix: bool = False) -> ModuleSource:
    address, _, query = text.partition("?")
    if found := _SCP.fullmatch(address):
        address = f"ssh://{found[1]}/{found[2]}"
    scheme, separator, rest = address.partition("://")
    if not separator:
        return OtherSource(text)
    place, _, folder = rest.partition("//")
    if scheme == "file" and rest.startswith("/"):
        place, _, folder = rest[1:].partition("//")
        place = f"/{place}"
    if has_no_suffix and not folder:
        # On these hosts a repository is two names deep; what follows is a folder in it.
        names = place.split("/")
        place, folder = "/".join(names[:3]), "/".join(names[3:])
    refs = parse_qs(query).get("ref", ["HEAD"])
    return GitSource(url=f"{scheme}://{place}", folder=folder.strip("/"), ref=refs[0])
