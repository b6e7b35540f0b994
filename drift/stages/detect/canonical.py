"""The form in which two values of an attribute that mean the same are equal.

- `null`, `""`, `[]`, `{}` and what holds nothing else are the same: providers turn one into the other.
- A number or a boolean is the same as its text: states of old providers hold the text.
- A set has no order.
- A JSON document inside a string is compared by what it says.
- A key that no element of one side has was not read, or not known to the provider that
  wrote the state: it is left out. A key of a map is the user's own, so there it counts.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from drift.model.detection import DocumentForm
from drift.model.resource import Json, TypeSchema

Canonical: TypeAlias = Json
"""`None` for anything empty, a text for a scalar, a set or a document, else a list or a dict of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CanonicalForm:
    """Brings values of one attribute, declared and live, into the same form."""

    schema: TypeSchema
    documents: tuple[DocumentForm, ...]
    shared_keys: Mapping[str, frozenset[str]]
    """Per path, the keys that elements of both sides have."""

    @classmethod
    def for_pair(
        cls, name: str, declared: Json, live: Json, schema: TypeSchema, documents: tuple[DocumentForm, ...]
    ) -> "CanonicalForm":
        """Return the form for the attribute `name` of these two sides."""
        declared_keys, live_keys = _element_keys(declared, name), _element_keys(live, name)
        shared = {
            path: frozenset(declared_keys[path] & live_keys[path])
            for path in declared_keys.keys() & live_keys.keys()
        }
        return cls(schema=schema, documents=documents, shared_keys=shared)

    def is_set(self, value: Json, path: str) -> bool:
        """Tell whether the list `value` has no order.

        Without a schema nobody knows, so only a single block is looked into.
        """
        if self.schema.sets or self.schema.computed:
            return path in self.schema.sets
        return not (len(value) == 1 and isinstance(value[0], dict))

    def of(self, value: Json, path: str) -> Canonical:
        """Return the canonical form of what stands at `path`, where `[]` is written for every index."""
        if isinstance(value, dict):
            return self._of_keys(value, path, value.keys())
        if isinstance(value, list):
            return self._of_list(value, path)
        if isinstance(value, str):
            return document_text(value, self.documents)
        return scalar_text(value)

    def of_element(self, value: Json, path: str) -> Canonical:
        """Return the canonical form of one element of the list or set at `path`."""
        inside = f"{path}[]"
        if not isinstance(value, dict):
            return self.of(value, inside)
        return self._of_keys(value, inside, value.keys() & self.shared_keys.get(inside, value.keys()))

    def _of_keys(self, value: dict[str, Json], path: str, keys: Iterable[str]) -> Canonical:
        forms = {key: self.of(value[key], f"{path}.{key}") for key in keys}
        return {key: form for key, form in forms.items() if form is not None} or None

    def _of_list(self, value: list[Json], path: str) -> Canonical:
        forms = [self.of_element(element, path) for element in value]
        if not self.is_set(value, path):
            return forms if any(form is not None for form in forms) else None
        return _set_text(forms)


def scalar_text(value: Json) -> str | None:
    """Return a scalar as Terraform converts it to a string, quoted so that no two values look alike."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return json.dumps(str(value).lower())
    if isinstance(value, float) and value.is_integer():
        return json.dumps(str(int(value)))
    return json.dumps(str(value))


def element_text(form: Canonical) -> str:
    """Return a text that orders and tells apart canonical forms."""
    return form if isinstance(form, str) else json.dumps(form, sort_keys=True)


def elements(value: Json) -> list[Json]:
    """Return the elements of a list, a scalar as the only one, and none of what is empty."""
    if isinstance(value, list):
        return value
    return [] if scalar_text(value) is None else [value]


def document_text(value: str, forms: tuple[DocumentForm, ...]) -> str | None:
    """Return what a string says: the JSON document in it in one form, else the string itself."""
    if value.lstrip()[:1] not in ("{", "["):
        return scalar_text(value)
    try:
        document = json.loads(value)
        form = next((one for one in forms if isinstance(document, dict) and one.marker in document), None)
        said = _said(document, form)
        return None if said is None else element_text(said)
    except (ValueError, RecursionError):
        return scalar_text(value)


def _said(
    value: Json, form: DocumentForm | None, *, is_set: bool = False, below_set: bool = False
) -> Canonical:
    if is_set:
        members = value if isinstance(value, list) else [value]
        forms = (_said(member, form, below_set=below_set) for member in members)
        return sorted({element_text(one) for one in forms if one is not None}) or None
    if isinstance(value, dict):
        said = {
            key: _said(
                inner,
                form,
                is_set=below_set or (form is not None and key in form.sets),
                below_set=below_set or (form is not None and key in form.sets_below),
            )
            for key, inner in value.items()
        }
        return {key: one for key, one in said.items() if one is not None} or None
    if isinstance(value, list):
        return [_said(element, form) for element in value] or None
    return scalar_text(_respelled(value, form))


def _respelled(value: Json, form: DocumentForm | None) -> Json:
    if form is None or not isinstance(value, str):
        return value
    for pattern, replacement in form.same.items():
        value = re.sub(pattern, replacement, value)
    return value


def _set_text(forms: Iterable[Canonical]) -> str | None:
    texts = sorted(element_text(form) for form in forms if form is not None)
    return f"[{','.join(texts)}]" if texts else None


def _element_keys(value: Json, path: str) -> dict[str, set[str]]:
    """Return, per path, the keys of the dicts that stand in a list there."""
    found: dict[str, set[str]] = defaultdict(set)
    _collect_keys(value, path, found)
    return found


def _collect_keys(value: Json, path: str, found: dict[str, set[str]]) -> None:
    if isinstance(value, dict):
        if path.endswith("[]"):
            found[path].update(value)
        for key, inner in value.items():
            _collect_keys(inner, f"{path}.{key}", found)
    elif isinstance(value, list):
        for element in value:
            _collect_keys(element, f"{path}[]", found)
