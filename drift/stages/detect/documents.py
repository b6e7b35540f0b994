"""What does a JSON document inside a string say?

Order of keys, white space and escapes (`\\u003c`) say nothing. What else does not, in one kind of
document, the tables know: a policy's single action is the same as a list of it.
"""

import json
import re

from drift.model.equivalence import DocumentForm
from drift.model.resource import Json
from drift.stages.detect.scalars import element_text, scalar_text

BEGINS = ("{", "[")


def document_text(value: str, forms: tuple[DocumentForm, ...]) -> str | None:
    """Return what a string says: the JSON document in it in one form, else the string itself."""
    if value.lstrip()[:1] not in BEGINS:
        return scalar_text(value)
    try:
        document = json.loads(value)
        said = _said(document, _form_of(document, forms))
        return None if said is None else element_text(said)
    except (ValueError, RecursionError):
        return scalar_text(value)


def _form_of(document: Json, forms: tuple[DocumentForm, ...]) -> DocumentForm | None:
    marked = document[0] if isinstance(document, list) and document else document
    return next((one for one in forms if isinstance(marked, dict) and one.marker in marked), None)


def _said(value: Json, form: DocumentForm | None, *, is_set: bool = False, below_set: bool = False) -> Json:
    if is_set:
        members = value if isinstance(value, list) else [value]
        forms = (_said(member, form, below_set=below_set) for member in members)
        return sorted({element_text(one) for one in forms if one is not None}) or None
    if isinstance(value, dict):
        return _said_by_keys(value, form, below_set=below_set)
    if isinstance(value, list):
        return [_said(element, form) for element in value] or None
    if isinstance(value, str) and value.lstrip()[:1] in BEGINS:
        return document_text(value, ())
    return scalar_text(_respelled(value, form))


def _said_by_keys(value: dict[str, Json], form: DocumentForm | None, *, below_set: bool) -> Json:
    said = {
        key: _said(
            inner,
            form,
            is_set=below_set or (form is not None and key in form.sets),
            below_set=below_set or (form is not None and key in form.sets_below),
        )
        for key, inner in value.items()
        if form is None or key not in form.defaults or scalar_text(inner) != scalar_text(form.defaults[key])
    }
    return {key: one for key, one in said.items() if one is not None} or None


def _respelled(value: Json, form: DocumentForm | None) -> Json:
    if form is None or not isinstance(value, str):
        return value
    for pattern, replacement in form.same.items():
        value = re.sub(pattern, replacement, value)
    return value
