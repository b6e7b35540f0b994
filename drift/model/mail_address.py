"""What is a mail address: what cannot carry a second one, a name, or a header of its own."""

import re

_ADDRESS = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII
)


def is_address(text: str) -> bool:
    """Tell whether a text is a mail address, without a name and without anything that headers obey."""
    return bool(_ADDRESS.fullmatch(text))
