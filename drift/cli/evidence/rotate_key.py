"""`drift evidence rotate-key`: another key signs from now on."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options import config_option
from drift.cli.scopes import operator
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.config import Settings
    from drift.ledger.note import SigningKey


@click.command("rotate-key")
@click.option("--old-key-file", metavar="FILE", help="The key that signed so far, if it is a file.")
@click.option("--old-config", metavar="FILE", help="A configuration that names the key that signed so far.")
@click.option("--lost-old-key", is_flag=True, help="Nobody has the old key any more: record the break.")
@click.option("--reason", metavar="TEXT", help="Why; needed with --lost-old-key.")
@click.option("--by", metavar="NAME", help="Who wants it; the account that drift runs as is recorded too.")
@config_option
def command(
    old_key_file: str | None,
    old_config: str | None,
    lost_old_key: bool,
    reason: str | None,
    by: str | None,
    config: str | None,
) -> None:
    """Let the key that the configuration names now sign from now on, vouched for by the old one.

    Stop `drift run`, name the new key in [ledger] (a file is made), run this with the old key, and
    start again. Who trusts the old key can follow to the new one, in every pack made later. Without the
    old key nobody can: that is recorded as a break, with the reason.
    """
    from drift import wiring
    from drift.ledger.rotation import Rotation, rotate

    if sum([old_key_file is not None, old_config is not None, lost_old_key]) != 1:
        raise UsageError(
            "say where the old key is", hint="by one of --old-key-file, --old-config and --lost-old-key"
        )
    if lost_old_key and not (reason or "").strip():
        raise UsageError("a break needs a reason", hint="add --reason: auditors will read it")
    settings = wiring.settings_of(config)
    with wiring.open_database(settings) as database:
        rotation = Rotation(
            old=_old_key(settings, old_key_file, old_config),
            new=wiring.configured_key(settings),
            by=operator(by),
            reason=reason,
        )
        with database.transaction() as connection:
            made = rotate(connection, rotation, wiring.clock(settings, database).now())
    click.echo(f"{rotation.new.verifier_key} signs from entry {made.size} on (ledger entry {made.size - 1})")
    if lost_old_key:
        click.echo("the break is recorded: give the new key to whoever verifies, and say why")
    else:
        click.echo("the old key has vouched for it: destroy the old key now, or whoever finds it may go on")


def _old_key(settings: "Settings", key_file: str | None, config: str | None) -> "SigningKey | None":
    from drift import wiring
    from drift.ledger.keys import load_key_file

    if key_file is not None:
        _check_there(key_file, "--old-key-file takes the file of the key that signed so far")
        return load_key_file(Path(key_file), settings.ledger_origin)
    if config is None:
        return None
    _check_there(config, "--old-config takes a configuration that names the key that signed so far")
    return wiring.configured_key(wiring.settings_of(config))


def _check_there(path: str, hint: str) -> None:
    if not Path(path).is_file():
        raise UsageError(f"there is no file {path}", hint=hint)
