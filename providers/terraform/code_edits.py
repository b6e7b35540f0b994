"""What would have to change in Terraform's code, or be run, so that code and cloud agree again.

Files are read and nothing is written. A literal is replaced in its place, with everything around it as
it was. What is no literal, or stands for several resources at once, is told and left alone.
"""

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.adoption import CodeChange, CodePlace, Wanted
from drift.model.resource import Json
from providers.terraform.baseline import TerraformStateSettings
from providers.terraform.imports import import_block
from providers.terraform.literals import (
    NoLiteralError,
    Step,
    Tree,
    body_of_resource,
    literal_at,
    names_in,
    replacement,
)
from providers.terraform.patches import Edit, edited, patch, root_of

_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')
_WORKSPACE = re.compile(r"(.*?)(?:terraform\.tfstate\.d|env:)/([^/]+)/")
_SEVERAL = frozenset({"count", "for_each"})


class TerraformCode:
    """The `Code` behind a baseline of Terraform states."""

    def __init__(self, settings: TerraformStateSettings) -> None:
        self._settings = settings

    def edit(self, place: CodePlace, wanted: Sequence[Wanted]) -> CodeChange:
        """Return the patch of the block's file after which it says what is there."""
        if place.source is None:
            return _all_by_hand(wanted, "the code is not at hand")
        if place.sharers > 1 or "[" in place.address:
            return _all_by_hand(wanted, f"the block at {place.source} declares several resources")
        folder, (name, line) = self._folder(place.state), _file_and_line(place.source)
        file = Path(folder, name).resolve()
        content = _read(file)
        body = _body(content, place, line)
        if names_in(body) & _SEVERAL:
            return _all_by_hand(wanted, f"the block at {place.source} declares several resources")
        return _edited(folder, file, content, body, place, wanted)

    def import_block(self, type_: str, resource_id: str, provider: str | None) -> CodeChange:
        """Return the `import` block of a resource."""
        return import_block(type_, resource_id, provider)

    def plan(self, state: str, address: str) -> str:
        """Return the targeted plan, in the folder of the code and the workspace of the state."""
        found = _WORKSPACE.match(state)
        workspace = f"TF_WORKSPACE={shlex.quote(found[2])} " if found else ""
        folder = shlex.quote(f"-chdir={self._folder(state)}")
        return f"{workspace}terraform {folder} plan {shlex.quote(f'-target={address}')}"

    def _folder(self, state: str) -> Path:
        if self._settings.code:
            return Path(self._settings.code).expanduser().resolve()
        found = _WORKSPACE.match(state)
        return Path(found[1] if found else Path(state).parent).resolve()


def _edited(
    folder: Path, file: Path, content: str, body: Tree, place: CodePlace, wanted: Sequence[Wanted]
) -> CodeChange:
    edits: list[Edit] = []
    remarks: list[str] = []
    for one in wanted:
        try:
            if one.is_hidden:
                raise NoLiteralError("its value is sensitive, and never shown")
            literal = literal_at(body, _steps(one.path), content)
            if one.live is None:
                raise NoLiteralError("the cloud does not set it: remove it")
            text = replacement(literal, one.declared, one.live)
            edits.append(Edit(start=literal.start, end=literal.end, text=text))
        except NoLiteralError as why:
            remarks.append(_by_hand(one, f"{why}, at {place.source}"))
    after = edited(content, edits)
    if after == content:
        return CodeChange(text="", remarks=tuple(remarks))
    _check(after, file)
    root = root_of(folder, file)
    how = f"apply it with: git -C {shlex.quote(str(root))} apply"
    text = patch(file.relative_to(root).as_posix(), content, after)
    return CodeChange(text=text, remarks=(how, *remarks))


def _all_by_hand(wanted: Sequence[Wanted], why: str) -> CodeChange:
    return CodeChange(text="", remarks=tuple(_by_hand(one, why) for one in wanted))


def _by_hand(one: Wanted, why: str) -> str:
    """Say what has to be changed, and what it has to say."""
    return f"by hand: {one.path}: {why}" + ("" if one.is_hidden else f"; {_wish(one)}")


def _wish(one: Wanted) -> str:
    if isinstance(one.declared, list) and isinstance(one.live, list):
        sides = ((one.declared, "take out"), (one.live, "put in"))
        return ", ".join(f"{verb} {_json(side)}" for side, verb in sides if side)
    return f"the cloud has {_json(one.live)}"


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise ProviderUnavailableError(
            f"{file} cannot be read: {error.strerror}",
            hint="bring the code to the place that the baseline's `code` names",
        ) from error
    except UnicodeDecodeError as error:
        raise ProviderResponseError(f"{file} is not UTF-8", hint="save it as UTF-8") from error


def _body(content: str, place: CodePlace, line: int) -> Tree:
    """Return the block of a resource, where the last comparison saw it."""
    *_, type_, name = place.address.split(".")
    tree = _tree(content)
    body = None if tree is None else body_of_resource(tree, type_, name, line)
    if body is None:
        raise ProviderResponseError(
            f"{place.source} does not declare {place.address} any more",
            hint="compare again, so that its place in the code is known: `drift run --once`",
        )
    return body


def _tree(content: str) -> Tree | None:
    import hcl2  # slow to import
    from lark.exceptions import LarkError

    try:
        return hcl2.parses_to_tree(content.replace("\ufeff", " ", 1))  # a mark of some editors
    except (LarkError, RecursionError, ValueError):
        return None


def _check(after: str, file: Path) -> None:
    if _tree(after) is None:
        raise ProviderResponseError(
            f"{file} would not be valid HCL after the change",
            hint="change it by hand, and report this as a defect of drift",
        )


def _steps(path: str) -> list[Step]:
    return [
        int(step[2]) if step[2] else (step[1] if step[1] is not None else step[3])
        for step in _STEP.finditer(path)
    ]


def _file_and_line(source: str) -> tuple[str, int]:
    name, _, line = source.rpartition(":")
    return name, int(line)
