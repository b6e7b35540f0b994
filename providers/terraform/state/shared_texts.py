"""Keeps one copy of a text that a state repeats: a region, a tag, a policy, a null byte for byte."""

from drift.model.resource import Json

DEPTH_LIMIT = 100
"""No provider's schema nests deeper; what does is forged, and would break whoever walks it."""

_TEXTS = 20_000
"""How many texts are remembered: ids are not repeated, and must not fill the memory."""


class SharedTexts:
    """The texts that were met lately."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return the first copy of `text` that was met."""
        if len(self._known) >= _TEXTS:
            self._known.clear()
        return self._known.setdefault(text, text)

    def share(self, value: Json) -> None:
        """Let every text inside a list or object be the first copy of it.

        Raises:
            ValueError: It is nested too deeply.
        """
        if len(self._known) >= _TEXTS:
            self._known.clear()
        level = [value]
        for _ in range(DEPTH_LIMIT):
            level = self._shared(level)
            if not level:
                return
        raise ValueError("its attributes are nested too deeply")

    def _shared(self, containers: list[Json]) -> list[Json]:
        """Share the texts that stand in these, and return the containers that do."""
        first = self._known.setdefault
        inside = []
        for container in containers:
            for key, value in container.items() if type(container) is dict else enumerate(container):
                kind = type(value)
                if kind is str:
                    container[key] = first(value, value)
                elif (kind is dict or kind is list) and value:
                    inside.append(value)
        return inside
