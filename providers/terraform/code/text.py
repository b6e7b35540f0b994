"""Texts inside code: escapes, heredocs, and what stands in `${...}`."""

import re
from collections.abc import Iterator

_ESCAPE = re.compile(r'\\([nrt"\\])|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|([$%])\4\{')
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEREDOC = re.compile(r"<<(-?)\s*([^\s]+)[^\n]*\n(.*)", re.DOTALL)
_OPENING = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


MAX_PARTS = 500
"""Openings in one text: each is parsed by itself."""


class NotATemplateError(ValueError):
    """A text holds more than `${...}`."""


def unescaped(text: str) -> str:
    """Return what a text in quotes says."""
    return _ESCAPE.sub(_character, text) if "\\" in text or "{" in text else text


def heredoc_body(token: str) -> str:
    """Return the lines of a heredoc, without the indentation that `<<-` takes away."""
    found = _HEREDOC.match(token)
    if found is None:
        raise ValueError("no heredoc")
    lines = found[3].split("\n")
    while lines and lines[-1].strip() != found[2]:
        lines.pop()
    lines = lines[:-1]
    if found[1]:
        least = min((len(one) - len(one.lstrip(" \t")) for one in lines if one.strip()), default=0)
        lines = [one[least:] for one in lines]
    return "".join(f"{one}\n" for one in lines)


def interpolations(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a template that knows no escapes but `$${`: whether it is code, and its text.

    Raises:
        NotATemplateError: It holds a directive, or an opening that nothing closes.
    """
    if len(_OPENING.findall(text)) > MAX_PARTS:
        raise NotATemplateError("a template of more parts than anybody writes")
    at = 0
    while found := _OPENING.search(text, at):
        if len(found[0]) == 3:  # `$${` stands for itself
            yield False, text[at : found.start()] + found[0][1:]
            at = found.end()
            continue
        if found[0] == "%{":
            raise NotATemplateError("a template directive")
        if found.start() > at:
            yield False, text[at : found.start()]
        at = _closing(text, found.end())
        yield True, text[found.end() : at]
        at += 1
    if at < len(text) or not text:
        yield False, text[at:]


def _closing(text: str, at: int) -> int:
    """Return where the brace stands that closes the one before `at`."""
    depth = 1
    while at < len(text):
        if quoted := _QUOTED.match(text, at):
            at = quoted.end()
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
        at += 1
    raise NotATemplateError("a template that nothing closes")


def _character(found: re.Match[str]) -> str:
    if found[4]:
        return f"{found[4]}{{"
    return _SIMPLE[found[1]] if found[1] else chr(int(found[2] or found[3], 16))
