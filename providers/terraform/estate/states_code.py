"""The code of a baseline's states, and what it adds to what they declare."""

from dataclasses import replace
from pathlib import Path

from drift.model.baseline import Declaration, DeclaredResource
from providers.terraform.code.files import CommittedFiles, LocalFiles
from providers.terraform.code.modules import CodePlace
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.estate.checkout import Checkout
from providers.terraform.estate.provider_settings import Settings, provider_settings, settings_at
from providers.terraform.estate.settings import CodeSettings
from providers.terraform.hcl_facts import CodeFacts, read_code
from providers.terraform.tags import tags_of


class StatesCode:
    """Reads the code anew for each reading of the states; what was parsed is kept."""

    def __init__(self, settings: CodeSettings) -> None:
        self._settings = settings
        self._parsed: ParsedFiles | None = None

    def now(self, below: str) -> Checkout:
        """Return the code as it is now; `below` is the folder that local states lie in.

        Raises:
            ProviderError: It is in a repository that cannot be fetched, or the cache cannot be used.
        """
        if self._parsed is None:
            cache = self._settings.code_cache
            self._parsed = ParsedFiles(Path(cache).expanduser() / "parsed" if cache else None)
        return Checkout(self._settings, self._parsed, below)


def with_code(declaration: Declaration, checkout: Checkout) -> Declaration:
    """Return a declaration with what the code says of it, as far as that is at hand."""
    code = checkout.of(declaration)
    folder = _folder(code.place if code else None, declaration.origin)
    facts = CodeFacts()
    if code is not None and code.place is not None:
        facts = read_code(code.place, checkout.parsed, checkout.fetching, code.given)
    made = code.unit.terragrunt.generated() if code and code.unit and code.unit.terragrunt else ()
    settings = {**dict(provider_settings(block for _, block in made)), **facts.settings}
    owners = _Owners(checkout, code.place if code else None)
    return replace(
        declaration,
        resources=tuple(_with_facts(one, facts, folder, settings, owners) for one in declaration.resources),
        commit=_commit(code.place if code else None),
        unread_code=(*(code.unread if code else ()), *facts.unreadable),
        uncoded_count=sum(one.unknown_count for one in facts.blocks.values()),
    )


def _commit(place: CodePlace | None) -> str | None:
    """Return the commit of fetched code. Of a folder nobody can tell whether it is as it was committed."""
    return place.files.commit if place and isinstance(place.files, CommittedFiles) else None


def _folder(place: CodePlace | None, origin: str) -> str | None:
    """Return where the lock file and the providers of a state lie: with its code, else beside it."""
    if place is not None:
        return str(place.folder) if isinstance(place.files, LocalFiles) else None
    return None if "://" in origin else str(Path(origin).parent)


class _Owners(dict[str, tuple[str, ...]]):
    """Who owns each file of a root module: most of its resources share one."""

    def __init__(self, checkout: Checkout, place: CodePlace | None) -> None:
        super().__init__()
        self._checkout = checkout
        self._place = place

    def __missing__(self, file: str) -> tuple[str, ...]:
        self[file] = self._checkout.owners_of(self._place, file) if self._place else ()
        return self[file]


def _with_facts(
    resource: DeclaredResource, facts: CodeFacts, folder: str | None, settings: Settings, owners: _Owners
) -> DeclaredResource:
    resource = replace(resource, tags=tags_of(resource.attributes, resource.sensitive))
    stored = resource.stored
    if stored is not None:
        stored = replace(stored, folder=folder, settings=settings_at(stored.configuration, settings))
    block = facts.block(resource.address)
    if block is None:
        return replace(resource, stored=stored)
    return replace(
        resource,
        ignored=block.ignored,
        source=block.source,
        coded=block.coded,
        stored=stored,
        code_owners=owners[block.source.rpartition(":")[0]],
    )
