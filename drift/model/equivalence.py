"""When do two values of an attribute mean the same? The rows of tables; adapters bring them as data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Scalar: TypeAlias = bool | int | float | str


class SpellingForm(StrEnum):
    """In what the spellings of one value differ."""

    NAME = "name"
    """A name, and the ARN, URL or path that ends in it. Two whole ARNs are compared whole."""
    DIGEST = "digest"
    """A text, the same in base64, and the hash of either: states keep user data as its SHA-1."""
    CASE = "case"
    """Large and small letters."""
    PLACE = "place"
    """Large and small letters and spaces: `West Europe`, `westeurope`."""
    NETWORK = "network"
    """Bits of an address behind the prefix, and how IPv6 is written."""
    DOMAIN = "domain"
    """Large and small letters, and the dot at the end."""
    TRIMMED = "trimmed"
    """White space at the ends, and how lines end."""
    REWRITTEN = "rewritten"
    """What the regular expressions of the row replace."""


class Spelling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Attributes of which one value has several spellings. Types and attributes are globs."""

    form: SpellingForm
    types: tuple[str, ...]
    attributes: tuple[str, ...]
    """Paths such as `ingress[].cidr_blocks`; those of a list stand for its elements too."""
    same: Mapping[str, str] = {}
    """Regular expressions with their replacement."""


class Defaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a provider or a cloud takes where nothing is declared: nothing, and this, are the same."""

    types: tuple[str, ...]
    values: Mapping[str, Scalar]
    """By path: `root_block_device[].delete_on_termination`. `{name}` stands for what that attribute says."""


class DocumentForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of JSON document inside a string in which several spellings mean the same."""

    marker: str
    """The top-level key that tells such a document, or each of the objects that are listed in it."""
    sets: frozenset[str] = frozenset()
    """Keys whose value is a set, written as a list or as its only element."""
    sets_below: frozenset[str] = frozenset()
    """Keys below which every value is such a set."""
    same: Mapping[str, str] = {}
    """Regular expressions with their replacement: other spellings of an element."""
    defaults: Mapping[str, Scalar] = {}
    """Values that say nothing, by their key at any depth."""


class CloudKeys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of maps that the cloud adds by itself: they count only where they are declared."""

    attributes: tuple[str, ...]
    keys: tuple[str, ...]
    """Globs: `aws:*`."""
