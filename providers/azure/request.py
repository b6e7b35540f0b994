"""Finding things in the body of a request, whose keys differ in case between services and versions."""

from drift.model.resource import Json


def get(value: Json, key: str) -> Json:
    """Return the value of `key`, whatever its case, or `None`."""
    if not isinstance(value, dict):
        return None
    if key in value:
        return value[key]
    wanted = key.lower()
    return next((inner for name, inner in value.items() if name.lower() == wanted), None)


def at(root: Json, path: str) -> Json:
    """Return what stands at `path`, such as `properties.ticketInfo.ticketNumber`, or `None`."""
    for step in path.split("."):
        root = get(root, step)
    return root


def text_at(root: Json, path: str) -> str | None:
    """Return the text at `path`, or `None` where there is none."""
    found = at(root, path)
    return found if isinstance(found, str) and found.strip() else None


def leads_to(path: tuple[str, ...], key: str) -> bool:
    """Tell whether the end of `path` is `key`, such as `networkAcls.defaultAction`."""
    wanted = key.lower().split(".")
    return [step.lower() for step in path[-len(wanted) :]] == wanted
