"""`drift sign-in`: a link that signs somebody in to the pages, once."""

from datetime import timedelta

import click

from drift.cli.options import config_option
from drift.errors import UsageError

GOOD_FOR = timedelta(minutes=10)


@click.command("sign-in")
@click.option(
    "--as",
    "as_",
    metavar="NAME",
    help="Who signs in; default: [operator] of the configuration, else the account that drift runs as.",
)
@config_option
def command(as_: str | None, config: str | None) -> None:
    """Print a link that opens the pages of the running service. It works once, within ten minutes.

    For a first try, on the machine that drift runs on: with [oidc] or [proxy], people sign in there.
    """
    from drift import wiring
    from drift.cli.acting import doer
    from drift.store import meta
    from drift.store.sign_in_links import make_link
    from drift.web.ask import wall_clock

    settings = wiring.settings_for_reading(config)
    if settings.web is None:
        raise UsageError("there are no pages", hint='add [web] with listen = "127.0.0.1:8088" to config.toml')
    if settings.web.oidc or settings.web.proxy:
        raise UsageError("people sign in with whoever vouches for them", hint="open the pages themselves")
    name = doer(settings, as_).name
    with wiring.open_database(settings) as database, database.transaction() as connection:
        url = meta.read(connection, meta.PAGES_URL)
        if url is None:
            raise UsageError("the pages were never shown yet", hint="start `drift run`, and leave it running")
        secret = make_link(connection, name, wall_clock() + GOOD_FOR)
    click.echo(f"{url}/sign-in/link?token={secret}")
