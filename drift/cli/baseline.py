"""`drift baseline`: what is declared, one line for each resource instance."""

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.errors import ConfigError, PartlyUnreadError, ProviderError
from drift.model.baseline import Declaration, DeclaredResource
from drift.terminal import shown


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
@json_option
@config_option
def command(states: tuple[str, ...], as_json: bool, config: str | None) -> None:
    """List what is declared: one line for each managed resource instance."""
    from drift import wiring

    baselines = wiring.states(states) if states else wiring.baselines(wiring.settings_of(config))
    if not baselines:
        raise ConfigError("there is no baseline", hint="give --state FILE, or a [[baseline]] in config.toml")
    listed = unreadable = 0
    failed: dict[str, ProviderError] = {}
    for baseline in baselines:
        try:
            for declaration in baseline.declared():
                _list(declaration, as_json)
                listed += len(declaration.resources)
                unreadable += len(declaration.unreadable)
        except ProviderError as error:
            failed[baseline.name] = error
    if listed or not failed:
        click.echo(f"{listed} resource instances, {unreadable} unreadable", err=True)
    if failed:
        raise PartlyUnreadError(failed, what="baselines")


def _list(declaration: Declaration, as_json: bool) -> None:
    for resource in declaration.resources:
        click.echo(_json(declaration, resource) if as_json else _text(resource))
    for one in declaration.unreadable:
        click.echo(shown(f"unreadable: {one.address}: {one.error}"), err=True)
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
