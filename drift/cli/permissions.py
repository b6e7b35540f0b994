"""`drift permissions`: what has to be granted, and no more."""

import click

from drift.cli.options import config_option
from drift.errors import UsageError
from drift.model.resource import Cloud

CLOUDS = (Cloud.AWS,)
"""Those that are read by their own APIs."""


@click.command("permissions")
@click.argument("cloud", type=click.Choice([one.value for one in CLOUDS]))
@click.option("--live", metavar="NAME", help="Of this [[live]] table, where there are several.")
@config_option
def command(cloud: str, live: str | None, config: str | None) -> int:
    """Print the policy that lets a cloud's configuration be read, for the types that are configured.

    It is in the cloud's own form. Where one document would be too large, several follow each other.
    Without a configuration it is for all types.
    """
    from drift import wiring

    readers = wiring.knowing_permissions(wiring.settings_without_secrets(config), Cloud(cloud))
    if live is not None and live not in readers:
        raise UsageError(
            f'no [[live]] of {cloud} is called "{live}"', hint=f"there are: {', '.join(readers)}"
        )
    if live is None and len(readers) > 1:
        raise UsageError(
            f"several [[live]] tables read {cloud}", hint=f"add --live with one of: {', '.join(readers)}"
        )
    documents = readers[live or next(iter(readers))].policies()
    for document in documents:
        click.echo(document)
    if len(documents) > 1:
        click.echo(f"drift: {len(documents)} documents, since one would be too large: grant all", err=True)
    return 0
