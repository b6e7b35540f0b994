"""The `import` block for a resource that no code declares.

Most types are imported by their id. For those that are not, `import_ids.toml` says the form, and
how much of it the id tells: what it does not tell is left as a placeholder, never guessed.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from drift.model.adoption import CodeChange
from providers.terraform.literals import quoted

_PLACEHOLDER = re.compile(r"<[a-z_]+>")
_ALIAS = re.compile(r'^provider\["[^"]+/([^"/]+)"\](?:\.([\w-]+))?$')


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type that is not imported by its id."""

    type: str
    form: str
    """With a placeholder for each part: `<cluster>/<service>`."""
    id: str | None = None
    """An expression whose groups are parts that the id tells."""


def import_block(type_: str, resource_id: str, provider: str | None) -> CodeChange:
    """Return the block that brings a resource under the code."""
    import_id = import_id_of(type_, resource_id)
    name = re.sub(r"[^0-9A-Za-z]+", "_", resource_id.rpartition("/")[2] or resource_id).strip("_").lower()
    label = name if name[:1].isalpha() else f"this_{name}".strip("_")
    alias, remarks = _alias(provider)
    lines = [f"  to = {type_}.{label}", f"  id = {quoted(import_id)}"]
    if alias:
        lines.append(f"  provider = {alias}")
    remarks.append("write the resource's block by hand, or have it written beside the import:")
    remarks.append("  terraform plan -generate-config-out=generated.tf")
    if missing := _PLACEHOLDER.findall(import_id):
        remarks.insert(0, f"put in what the id does not tell: {', '.join(missing)}")
    return CodeChange(text="\n".join(["import {", *lines, "}", ""]), remarks=tuple(remarks))


def import_id_of(type_: str, resource_id: str) -> str:
    """Return what a resource is imported by, with placeholders for what its id does not tell."""
    row = _rows().get(type_)
    if row is None:
        return resource_id
    found = re.fullmatch(row.id, resource_id) if row.id else None
    known = found.groupdict() if found else {}
    return _PLACEHOLDER.sub(lambda part: known.get(part[0][1:-1]) or part[0], row.form)


def _alias(provider: str | None) -> tuple[str | None, list[str]]:
    """Return how an import block names a provider configuration; the default one it need not name."""
    if provider is None:
        return None, []
    found = _ALIAS.match(provider)
    if found is None:
        return None, [f"its neighbours are managed by {provider}: import it in that module"]
    return (f"{found[1]}.{found[2]}" if found[2] else None), []


@cache
def _rows() -> dict[str, _Row]:
    text = files(__package__).joinpath("import_ids.toml").read_text(encoding="utf-8")
    table = msgspec.convert(tomllib.loads(text), dict[str, list[_Row]])
    return {row.type: row for row in table["import_ids"]}
