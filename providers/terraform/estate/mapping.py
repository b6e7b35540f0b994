"""What belongs to a state? Puts together what its place, its code and its own contents tell.

The configuration's own rows win. Then counts what is surest: identifiers inside the state
before the code's provider blocks, and those before what Terragrunt passes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from drift.model.baseline import Declaration
from drift.model.resource import Json
from drift.model.state_map import Fact, MappedState
from providers.terraform.code.module import Placed, read_module
from providers.terraform.code.variables import Inputs, root_scope
from providers.terraform.estate.checkout import Checkout, CodeOfState
from providers.terraform.estate.provider_blocks import ProviderBlock, main_provider, provider_blocks
from providers.terraform.estate.rows import facts_of, filled
from providers.terraform.estate.settings import CodeSettings

SHOWN = 5
"""Folders that a message names."""

PASSED_ON = {
    "account": ("account_id", "aws_account_id", "project_id", "gcp_project_id", "subscription_id"),
    "region": ("region", "aws_region", "gcp_region"),
    "environment": ("environment", "env", "environment_name"),
}
"""How values are mostly called that Terragrunt passes on to every module."""


def mapped(declaration: Declaration, checkout: Checkout, settings: CodeSettings) -> MappedState:
    """Return what belongs to the state of a declaration."""
    code = checkout.of(declaration)
    provider = main_provider(_provider_blocks(code, checkout)) if code and _is_unclear(declaration) else None
    passed_on = _passed_on(code)
    facts = dict(facts_of(declaration.origin, settings.map))
    for column, fact in (*_inside(declaration, provider), *_of_provider(provider, checkout), *passed_on):
        facts.setdefault(column, fact)
    if code is not None:
        facts["code"] = code.folder
        if owners := checkout.owners.of(code.folder.value):
            facts.setdefault("owner", Fact(value=" ".join(owners), how=str(checkout.owners.place)))
    known = {column: fact.value for column, fact in facts.items()}
    if settings.read_role is not None and (role := filled(settings.read_role, known)) is not None:
        facts.setdefault("role", Fact(value=role, how="read_role"))
    accounts = {one.account for one in declaration.resources if one.account} - {known.get("account")}
    return MappedState(
        baseline=declaration.name,
        state=declaration.origin,
        code=facts.get("code"),
        account=facts.get("account"),
        other_accounts=tuple(sorted(filter(None, accounts))),
        region=facts.get("region"),
        role=facts.get("role"),
        environment=facts.get("environment"),
        owner=facts.get("owner"),
        missing=tuple(_missing(facts, declaration, checkout, settings)),
    )


def _inside(declaration: Declaration, provider: ProviderBlock | None) -> Iterator[tuple[str, Fact]]:
    """Yield what the resources' own identifiers tell: of several accounts, the main provider's.

    In another account than that, a resource says nothing of the state's region.
    """
    how = "identifiers in the state"
    accounts = Counter(one.account for one in declaration.resources if one.account)
    account = _main(accounts, provider.account if provider else None)
    if account is not None:
        yield "account", Fact(value=account, how=how)
    there = (one for one in declaration.resources if one.account in (account, None))
    regions = Counter(one.region for one in there if one.region)
    if (region := _main(regions, provider.region if provider else None)) is not None:
        yield "region", Fact(value=region, how=how)


def _main(found: Counter[str], told: str | None) -> str | None:
    """Return what the code tells, if it was found at all, else what was found most."""
    return told if told in found else min(found, key=lambda one: (-found[one], one), default=None)


def _of_provider(provider: ProviderBlock | None, checkout: Checkout) -> Iterator[tuple[str, Fact]]:
    if provider is not None:
        how = f"provider block of {checkout.shown(provider.path)}"
        for column, value in (("account", provider.account), ("region", provider.region)):
            if value is not None:
                yield column, Fact(value=value, how=how)


def _passed_on(code: CodeOfState | None) -> Iterator[tuple[str, Fact]]:
    unit = code.unit.terragrunt if code and code.unit else None
    if unit is None:
        return
    values: Mapping[str, Json] = {**unit.locals(), **unit.inputs()}
    for column, names in PASSED_ON.items():
        found = (values[name] for name in names if isinstance(values.get(name), str | int))
        if (value := next(found, None)) is not None:
            yield column, Fact(value=str(value), how="Terragrunt's locals and inputs")


def _is_unclear(declaration: Declaration) -> bool:
    """Tell whether the resources alone do not say where the state's things are."""
    accounts = {one.account for one in declaration.resources if one.account}
    regions = {one.region for one in declaration.resources if one.region}
    return len(accounts) != 1 or len(regions) != 1


def _provider_blocks(code: CodeOfState, checkout: Checkout) -> Iterable[ProviderBlock]:
    unit = code.unit.terragrunt if code.unit else None
    if unit is not None:
        made = [Placed(path, block) for path, block in unit.generated() if block.type == "provider"]
        yield from provider_blocks(made)
    if code.place is not None:
        module = read_module(code.place.files, code.place.folder, checkout.parsed)
        inputs = Inputs(code.place.files, code.place.folder, checkout.parsed, code.given.var_files)
        yield from provider_blocks(module.providers, root_scope(module, inputs, code.given))


def _missing(
    facts: Mapping[str, Fact], declaration: Declaration, checkout: Checkout, settings: CodeSettings
) -> Iterator[str]:
    if "code" not in facts:
        yield f"code: {_why_no_code(declaration, checkout, settings)}"
    for column in ("account", "region"):
        if column not in facts:
            yield f"{column}: neither the state nor the code's provider blocks tell it: add a row to the map"
    if "role" not in facts:
        yield "role: name it as read_role, or in a row of the map"
    if "owner" not in facts and "code" in facts:
        place = checkout.owners.place
        yield f"owner: no line of {place} covers the code" if place else "owner: there is no CODEOWNERS"


def _why_no_code(declaration: Declaration, checkout: Checkout, settings: CodeSettings) -> str:
    if settings.code is None:
        return "no code lies beside the state: name a folder or a repository as code"
    found = checkout.matches(declaration)
    if found:
        folders = sorted({checkout.shown(one.unit.folder) for one in found})
        where = ", ".join(folders)
        return f"its key is that of {where}: name the bucket in their backends, or add a row to the map"
    return f"{_what_is_not_known(checkout)}: add a row to the map"


def _what_is_not_known(checkout: Checkout) -> str:
    told = "no backend block and no Terragrunt unit keeps a state there"
    if checkout.unreadable:
        told += f"; not read: {', '.join(checkout.unreadable[:SHOWN])}"
    if silent := checkout.without_a_place:
        told += f"; where {' and '.join(silent[:SHOWN])} keeps its own does not follow from the code"
    return told
