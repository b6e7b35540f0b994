"""Which program this is: what an auditor holds against the company's own record of releases."""

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable

_RULES = (".toml", ".json")
"""Endings of the tables that the judging rests on: what a call means, which client is a console ..."""


@cache
def commit() -> str | None:
    """Return the commit that the program was installed from, where the installer noted it (PEP 610)."""
    try:
        noted = distribution("driftledger").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    source = json.loads(noted or "{}").get("vcs_info", {})
    found = source.get("commit_id")
    return found if isinstance(found, str) else None


@cache
def rules_sha256() -> str:
    """Return one hash over the names and bytes of all tables that come with the program.

    A table of one's own takes the place of one of these, and stands in the hash of the configuration.
    """
    digest = hashlib.sha256()
    for package in ("drift", "providers"):
        for path, file in sorted(_tables(files(package), package)):
            digest.update(f"{path}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _tables(folder: Traversable, path: str) -> list[tuple[str, Traversable]]:
    found = []
    for one in folder.iterdir():
        name = f"{path}/{one.name}"
        if one.is_dir():
            if one.name not in {"stories", "__pycache__"}:  # recorded stories of the demo are no rules
                found += _tables(one, name)
        elif one.name.endswith(_RULES):
            found.append((name, one))
    return found
