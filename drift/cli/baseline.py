"""`drift baseline`: what is declared, one line for each resource instance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.errors import ConfigError, PartlyUnreadError, ProviderError
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.state_map import MappedState
from drift.ports import Baseline, Mapped
from drift.reports.wording import counted
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.stages.decide import DecisionRules


class _Line(msgspec.Struct):
    """One output line; scripts rely on every key."""

    address: str
    type: str
    resource_id: str | None
    provider: str
    account: str | None
    region: str | None
    serial: int | None
    lineage: str | None
    source: str | None
    ignored: tuple[str, ...]


@click.command("baseline")
@click.option(
    "--state", "states", multiple=True, metavar="FILE|URI", help="A state to list; may be given again."
)
@click.option(
    "--map", "as_map", is_flag=True, help="Show which code, account and owner belong to each state."
)
@json_option
@config_option
def command(states: tuple[str, ...], as_map: bool, as_json: bool, config: str | None) -> None:
    """List what is declared: one line for each managed resource instance."""
    from drift import wiring

    settings = None if states else wiring.settings_of(config)
    baselines = wiring.baselines(settings) if settings else wiring.states(states)
    if not baselines:
        raise ConfigError("there is no baseline", hint="give --state FILE, or a [[baseline]] in config.toml")
    if as_map:
        _show_map(baselines, settings.decision if settings else None, as_json=as_json)
    else:
        _show_all(baselines, as_json=as_json)


def _show_map(baselines: Sequence[Baseline], rules: "DecisionRules | None", *, as_json: bool) -> None:
    from drift.cli.map_lines import map_json, map_summary, map_text, with_environment

    told: list[MappedState] = []
    for baseline in baselines:
        if not isinstance(baseline, Mapped):
            click.echo(shown(f"{baseline.name}: it has no map"), err=True)
            continue
        for one in baseline.mapped():
            state = with_environment(one, rules)
            click.echo(map_json(state) if as_json else map_text(state))
            told.append(state)
    click.echo(map_summary(told), err=True)


def _show_all(baselines: Sequence[Baseline], *, as_json: bool) -> None:
    listed = unreadable = uncoded = 0
    failed: dict[str, ProviderError] = {}
    for baseline in baselines:
        try:
            for declaration in baseline.declared():
                _list(declaration, as_json=as_json)
                listed += len(declaration.resources)
                unreadable += len(declaration.unreadable)
                uncoded += declaration.uncoded_count
        except ProviderError as error:
            failed[baseline.name] = error
    if listed or not failed:
        click.echo(f"{listed} resource instances, {unreadable} unreadable", err=True)
    if uncoded:
        told = counted(uncoded, "value")
        click.echo(f"{told} in the code not evaluable: not compared, and never guessed", err=True)
    if failed:
        raise PartlyUnreadError(failed, what="baselines")


def _list(declaration: Declaration, *, as_json: bool) -> None:
    for resource in declaration.resources:
        click.echo(_json(declaration, resource) if as_json else _text(resource))
    for one in declaration.unreadable:
        click.echo(f"unreadable: {shown(one.address)}: {shown(one.error)}", err=True)
    for reason in declaration.unread_code:
        click.echo(shown(f"code not read: {reason}"), err=True)
    if declaration.lock:
        click.echo(shown(f"held: {declaration.origin} by {declaration.lock}"), err=True)


def _json(declaration: Declaration, resource: DeclaredResource) -> str:
    line = _Line(
        address=resource.address,
        type=resource.type,
        resource_id=resource.resource_id,
        provider=resource.provider,
        account=resource.account,
        region=resource.region,
        serial=declaration.serial,
        lineage=declaration.lineage,
        source=resource.source,
        ignored=resource.ignored,
    )
    return encoded(line)


def _text(resource: DeclaredResource) -> str:
    ignored = f"  ignores {', '.join(resource.ignored)}" if resource.ignored else ""
    source = f"  {resource.source}" if resource.source else ""
    return shown(f"{resource.address}  {resource.resource_id or 'no id'}{source}{ignored}")
