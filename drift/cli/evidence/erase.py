"""`drift evidence erase`: a person is forgotten, and every proof still holds."""

import click

from drift.cli.options import config_option
from drift.cli.scopes import operator
from drift.cli.words import progress
from drift.errors import UsageError
from drift.terminal import shown


@click.command("erase")
@click.argument("person", metavar="PERSON")
@click.option("--also", multiple=True, metavar="NAME", help="Another name of the person; may be repeated.")
@click.option("--reason", required=True, metavar="TEXT", help="Why: the request, by its number or date.")
@click.option("--by", metavar="NAME", help="Who erases; the account that drift runs as is recorded too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@config_option
def command(
    person: str, also: tuple[str, ...], reason: str, by: str | None, dry_run: bool, config: str | None
) -> None:
    """Erase what the ledger, the store and the vault hold of a person, and record that.

    PERSON is any name: an address, a login, an id. All other names that directories and [[person]] know
    go too. A pseudonym stands in their place. It cannot be undone. Stop `drift run` first.
    """
    from drift import wiring
    from drift.erasure import Request, count_naming, erase_person, forgotten
    from drift.reports.wording import counted

    if not reason.strip():
        raise UsageError("--reason is blank", hint="name the request, by its number or date")
    settings = wiring.settings_of(config)
    with wiring.open_database(settings) as database, progress("erasing"):
        key = wiring.signing_key(settings, database)
        meant = forgotten([person, *also], wiring.people_of(settings, database), key)
        if dry_run:
            found = counted(count_naming(database, meant), "entry", "entries")
            click.echo(shown(f"{found} would be erased, of {', '.join(sorted(meant.names))}", limit=500))
            return
        request = Request(person=meant, by=operator(by), reason=reason)
        now = wiring.clock(settings, database).now()
        done = erase_person(database, key, wiring.raw_vault(settings), request, now)
    records = "" if done.records is None else f", {counted(done.records, 'raw record')}"
    entries = counted(done.bodies.entries, "entry", "entries")
    click.echo(f"erased: {entries} of the ledger, {counted(done.rows, 'row')} of the store{records}")
    click.echo(f"{meant.pseudonym} stands in place of the names")
    if done.bodies.refs_kept:
        click.echo(
            f"note: {counted(done.bodies.refs_kept, 'entry', 'entries')} bear a name in what they are "
            "about, as a URL may; that is part of the tree, and stays"
        )
    click.echo("packs, reports, mails and messages that were handed out before still have the names")
