"""`drift link`: which ticket belongs to a change."""

import click

from drift.cli.acting import acting_options, doer, key_of, tell
from drift.cli.ids import change_meant
from drift.cli.words import width
from drift.terminal import shown


@click.command("link")
@click.argument("change")
@click.argument("ticket")
@acting_options
def command(change: str, ticket: str, as_: str | None, key: str | None, config: str | None) -> None:
    """Say which ticket belongs to a change; the ticket is recorded as it is now.

    CHANGE is the beginning of a change's id, TICKET the key of the ticket. A link that comes after the change
    is kept as that: the change becomes retroactive, never authorised.
    """
    from drift import wiring

    settings = wiring.settings_of(config)
    with wiring.open_database(settings) as database:
        with database.reading() as connection:
            change_id = change_meant(connection, change)
        desk = wiring.desk(settings, database, asks_tickets=True)
        now = wiring.clock(settings, database).now()
        done = desk.link(change_id, ticket, doer(settings, as_), key=key_of(key), now=now)
    tell(done, f"linked to {ticket}")
    found = getattr(done.action.deed, "ticket", None)
    if found is not None:
        click.echo(shown(f"{found.key} ({found.status}): {found.title}", width()))
