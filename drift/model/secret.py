"""A value that must not be seen: a token, a password, a private key."""


class Secret:
    """Holds a secret so that printing, logging or encoding its holder shows nothing of it.

    Deliberately no dataclass: msgspec refuses to encode it, and `asdict` finds no field in it.
    """

    __slots__ = ("__value",)

    __value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_Secret__value", value)

    def reveal(self) -> str:
        """Return the value itself, for the one call that needs it."""
        return self.__value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a secret cannot be changed: {name}")

    def __repr__(self) -> str:
        return "Secret(hidden)"
