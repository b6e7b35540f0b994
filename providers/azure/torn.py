"""Takes apart, by brackets and quotes alone, a list that no decoder accepts as a whole.

One hostile record must not hide its neighbours: each element comes out as it stood there, the
damaged one too, and who reads them says which one it is.
"""

import re

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def elements_by_brackets(document: bytes, key: str) -> list[bytes] | None:
    """Return the elements of the list under `key` of the outermost object; `None` if it has no whole one."""
    named = re.compile(rb'"%b"\s*:\s*\[' % re.escape(key.encode()))
    depth = 0
    for found in _TOKEN.finditer(document):
        if found[0] in (b"{", b"["):
            depth += 1
        elif found[0] in (b"}", b"]"):
            depth -= 1
        elif depth == 1 and (begin := named.match(document, found.start())):
            return _elements(document, begin.end())
    return None


def _elements(document: bytes, begin: int) -> list[bytes] | None:
    elements, depth = [], 0
    for found in _TOKEN.finditer(document, begin):
        if found[0] in (b"{", b"["):
            depth += 1
        elif depth and found[0] in (b"}", b"]"):
            depth -= 1
        elif not depth and found[0] in (b",", b"]"):
            elements.append(document[begin : found.start()].strip())
            begin = found.end()
            if found[0] == b"]":
                return [element for element in elements if element]
    return None
