"""Where the program answers over HTTP."""

import ipaddress
import re
from dataclasses import dataclass

from drift.config.place import Place, quoted

_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})")
_MAX_PORT = 65535


@dataclass(frozen=True, kw_only=True, slots=True)
class Listen:
    """An address of this machine."""

    host: str
    """A name or an address; IPv6 without brackets."""
    port: int
    """0 takes any port that is free."""

    @property
    def is_loopback(self) -> bool:
        """Nobody on another machine reaches it."""
        return is_loopback(self.host)

    def url(self, port: int) -> str:
        """Return the address as a browser writes it; `port` is the one that was taken."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{port}"


def is_loopback(host: str | None) -> bool:
    """Tell whether a name or an address is this machine's own, which nobody can listen in on."""
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host is not None and host.lower() == "localhost"


def listen_at(place: Place, text: str | None, example: str) -> Listen | None:
    """Return what `listen` of a table says.

    Raises:
        ConfigError: It is no address with a port.
    """
    if text is None:
        return None
    found = _ADDRESS.fullmatch(text)
    if not found or int(found["port"]) > _MAX_PORT:
        raise place.error(
            f'"listen" is no address with a port: {quoted(text)}',
            hint=f'write "127.0.0.1:{example}", or "[::1]:{example}"',
        )
    return Listen(host=found["v6"] or found["host"], port=int(found["port"]))
