"""Puts the certificates of a time stamp into the order that DER asks for.

DER sorts the elements of a set; OpenSSL writes the certificates in the order that it was given, and
rfc3161-client then refuses the whole reply (InvalidSetOrdering). They may be sorted without harm: nothing
signs their order, and no length changes. The bytes that are kept are those that came.
https://www.rfc-editor.org/rfc/rfc5652#section-5.1
"""

from typing import NamedTuple

_SEQUENCE, _CERTIFICATES = 0x30, 0xA0


class _Element(NamedTuple):
    """Where an element stands."""

    tag: int
    begin: int
    content: int
    end: int


def with_sorted_certificates(reply: bytes) -> bytes:
    """Return a reply of RFC 3161 with its certificates sorted; one without any as it is.

    Raises:
        ValueError: It is no such reply.
    """
    [whole] = _elements(reply, 0, len(reply))
    _status, *tokens = _inside(reply, whole)
    if not tokens:  # it was not granted
        return reply
    _type, content = _inside(reply, tokens[0])
    [signed] = _inside(reply, content)
    if signed.tag != _SEQUENCE:
        raise ValueError("the token holds no signed data")
    certificates = next((one for one in _inside(reply, signed) if one.tag == _CERTIFICATES), None)
    if certificates is None:
        return reply
    ordered = sorted(reply[one.begin : one.end] for one in _inside(reply, certificates))
    return reply[: certificates.content] + b"".join(ordered) + reply[certificates.end :]


def _inside(data: bytes, outer: _Element) -> list[_Element]:
    return _elements(data, outer.content, outer.end)


def _elements(data: bytes, begin: int, end: int) -> list[_Element]:
    """Return the elements that fill this part of the data exactly."""
    found = []
    while begin < end:
        found.append(_element(data, begin, end))
        begin = found[-1].end
    return found


def _element(data: bytes, begin: int, end: int) -> _Element:
    if end - begin < 2:
        raise ValueError("an element is cut off")
    length, content = data[begin + 1], begin + 2
    if length > 0x80:  # the number of bytes that hold the length
        content += length - 0x80
        length = int.from_bytes(data[begin + 2 : content], "big")
    if content + length > end:
        raise ValueError("an element is longer than what holds it")
    return _Element(tag=data[begin], begin=begin, content=content, end=content + length)
