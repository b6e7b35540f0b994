"""The files of a repository that say what deploys, and who owns what."""

import base64
import binascii
from collections.abc import Iterator

from msgspec import Struct

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.pipeline_control import ControlDocument, Verifiable
from providers.control_text import document
from providers.deploying import may_deploy
from providers.github.api import RepositoryApi, segment
from providers.github.refusals import NotThereError

CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""In the order in which GitHub looks."""

WORKFLOWS = ".github/workflows"


class _Content(Struct, frozen=True):
    content: str = ""


class _Listed(Struct, frozen=True):
    name: str
    path: str
    sha: str
    type: str


def workflows_of(api: RepositoryApi, branch: str) -> Iterator[ControlDocument]:
    """Yield the list of all workflows, with the hashes of git, and the text of those that deploy."""
    doing = "listing the workflows"
    try:
        entries = api.get(f"contents/{WORKFLOWS}", list[_Listed], doing=doing, ref=branch)
    except (ProviderAccessError, NotThereError) as error:
        yield ControlDocument(name="workflows", status=Verifiable.NOT_VERIFIABLE, text="", why=str(error))
        return
    texts = {
        one.path: _file(api, one.path, branch)
        for one in entries
        if one.type == "file" and one.name.endswith((".yml", ".yaml"))
    }
    shas = {one.path: one.sha for one in entries}
    yield document("workflows", lambda: {path: shas[path] for path in texts}, NotThereError)
    for path, text in texts.items():
        if may_deploy(text):
            yield ControlDocument(name=path, status=Verifiable.READ, text=text)


def codeowners_of(api: RepositoryApi, branch: str) -> str:
    """Return the first CODEOWNERS that is there; empty if none is."""
    for path in CODEOWNERS:
        try:
            return _file(api, path, branch)
        except NotThereError:
            continue
    return ""


def _file(api: RepositoryApi, path: str, branch: str) -> str:
    found = api.get(f"contents/{_segments(path)}", _Content, doing=f"reading {path}", ref=branch)
    try:
        return base64.b64decode(found.content).decode(errors="replace")
    except (binascii.Error, ValueError) as error:
        raise ProviderResponseError(
            f"{path} of {api.name} is not encoded as it should be", hint="report it"
        ) from error


def _segments(path: str) -> str:
    """Return a path that may stand in an address."""
    return "/".join(segment(part) for part in path.split("/"))
