"""How Terraform spells addresses today: of resource instances and of provider configurations."""

import re
from dataclasses import dataclass

from drift.model.resource import Json

_KEY = r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'
_ALIAS = rf"(?:\s*\.\s*([\w-]+)(?:{_KEY})?)?"
_QUOTED_PROVIDER = re.compile(
    r'(?:^|\.)\s*provider\s*\[\s*"(?:[^"/]+/)?([^"/]+/[^"/]+)"\s*\]' + _ALIAS + r"\s*$", re.DOTALL
)
_LEGACY_PROVIDER = re.compile(r"^(.*\.)?\s*provider\s*\.\s*([\w-]+)" + _ALIAS + r"\s*$", re.DOTALL)
_LOCAL_PROVIDER = re.compile(r"([\w-]+)(?:\.([\w-]+))?")
_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "\\": r"\\"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """A provider configuration."""

    name: str
    """`namespace/type`; Terraform 0.12 named no namespace, and its successors write `-` for that one."""
    configuration: str
    """Its address: `module.web.provider["registry.terraform.io/hashicorp/aws"].west`."""


def provider_of(text: str) -> Provider:
    """Return what the provider address of a state of version 4 names.

    Raises:
        ValueError: It is none.
    """
    if quoted := _QUOTED_PROVIDER.search(text):
        return Provider(name=quoted[1], configuration=text)
    if legacy := _LEGACY_PROVIDER.match(text):
        return _legacy(legacy[1] or "", legacy[2], legacy[3])
    raise ValueError(f"its provider cannot be read: {text[:100]}")


def old_provider_of(text: str, module: str, type_: str) -> Provider:
    """Return what a state of version 3 says in its resource of `type_` in `module`.

    It may be an address; before Terraform 0.10 it was a name that held in the module, and mostly
    nothing at all: the provider is then the one that the type is called after.

    Raises:
        ValueError: It is none of these.
    """
    if "provider." in text:
        return provider_of(text)
    if local := _LOCAL_PROVIDER.fullmatch(text or type_.partition("_")[0]):
        return _legacy(f"{module}." if module else "", local[1], local[2])
    raise ValueError(f"its provider cannot be read: {text[:100]}")


def _legacy(module: str, type_: str, alias: str | None) -> Provider:
    configuration = f"{module.strip()}provider.{type_}" + (f".{alias}" if alias else "")
    return Provider(name=f"-/{type_}", configuration=configuration)


def instance_address(module: str | None, type_: str, name: str, key: Json) -> str:
    """Return the address of an instance; its key is the number of `count` or the text of `for_each`.

    Raises:
        ValueError: The key is neither.
    """
    block = ".".join(part for part in (module, type_, name) if part)
    match key:
        case None:
            return block
        case str():
            return f'{block}["{_quoted(key)}"]'
        case bool():
            pass
        case int():
            return f"{block}[{key}]"
        case float() if key.is_integer():
            return f"{block}[{int(key)}]"
    raise ValueError("its index key is neither number nor text")


def _quoted(key: str) -> str:
    """Return a key as Terraform quotes it, so that it is the same text as in its messages."""
    escaped = "".join(map(_escaped, key))
    return re.sub(r"[$%](?=\{)", r"\g<0>\g<0>", escaped)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
