"""How a host tells that a repository is controlled, as text that changes only when that does."""

import json
from collections.abc import Callable

from drift.errors import ProviderAccessError
from drift.model.pipeline_control import ControlDocument, Verifiable

NOISE = frozenset({"node_id", "gravatar_id", "url", "links", "_links", "current_user_can_bypass"})
"""Says nothing of the control itself, or who asks."""


def document(name: str, read: Callable[[], object], absent: type[Exception]) -> ControlDocument:
    """Return what `read` returns as a document.

    What the credentials may not read or the plan does not offer is not verifiable, and so is what
    the host says is not there (`absent`): many hide behind that what one may not see.
    """
    try:
        found = read()
    except (ProviderAccessError, absent) as error:
        return ControlDocument(name=name, status=Verifiable.NOT_VERIFIABLE, text="", why=str(error))
    text = found if isinstance(found, str) else as_text(found)
    return ControlDocument(name=name, status=Verifiable.READ, text=text)


def as_text(value: object) -> str:
    """Return what a host says as JSON with sorted keys, without what changes by itself."""
    return json.dumps(_kept(value), indent=1, sort_keys=True, ensure_ascii=False)


def _kept(value: object) -> object:
    match value:
        case dict():
            return {name: _kept(one) for name, one in value.items() if not _is_noise(str(name))}
        case list():
            return [_kept(one) for one in value]
        case _:
            return value


def _is_noise(name: str) -> bool:
    return name in NOISE or name.endswith("_url")
