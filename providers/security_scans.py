"""Tells checks that look for weaknesses from those that test."""

import tomllib
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files


def scan_names(more: Iterable[str] = ()) -> Callable[[str], bool]:
    """Return what tells whether a check of this name is a scan, by the shipped patterns and `more`."""
    patterns = (*_shipped(), *(one.lower() for one in more))
    return lambda name: any(fnmatchcase(name.lower(), pattern) for pattern in patterns)


@cache
def _shipped() -> tuple[str, ...]:
    text = files("providers").joinpath("security_scans.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["patterns"])
