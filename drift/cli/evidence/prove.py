"""`drift evidence prove`: one entry, and the proof that it is in the signed ledger."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.ids import change_or_finding_meant
from drift.cli.options import config_option, json_option
from drift.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.ledger.proof import Held, Proof


@click.command("prove")
@click.argument("what", metavar="ID|SEQ")
@click.option(
    "--checkpoint",
    metavar="FILE|SIZE",
    help="One that you hold: a note, a mail with one, or its number of entries. Default: the newest.",
)
@click.option("--out", metavar="FILE", help="Where to write the proof: a file that does not exist yet.")
@json_option
@config_option
def command(what: str, checkpoint: str | None, out: str | None, as_json: bool, config: str | None) -> None:
    """Prove that an entry is in a checkpoint: the latest about a change or finding, or the one of a number.

    From a checkpoint that is not the newest, the proof also shows that the ledger only grew since.
    """
    from drift import wiring
    from drift.ledger.proof import prove
    from drift.ledger.rotation import keys_so_far

    held = None if checkpoint is None else _held(checkpoint)
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        proof = prove(connection, _seq(connection, what), held)
        keys = keys_so_far(connection, wiring.signing_key(settings, database))
    document = json.dumps(proof.as_json(keys), indent=1, sort_keys=True)
    if out is not None:
        _write(Path(out), document)
    click.echo(document if as_json else "\n".join(_lines(proof, out)))


def _held(given: str) -> "Held":
    """Return the checkpoint that is named by its size, or stands in a file; of several the newest."""
    from drift.ledger.proof import Held
    from drift.ledger.verify import CannotVerify, read_kept_checkpoints

    if given.isascii() and given.isdigit():
        return Held(size=int(given))
    try:
        kept = read_kept_checkpoints(given)[-1]
    except CannotVerify as error:
        raise UsageError(error.what, hint=error.hint) from error
    return Held(size=kept.size, root=kept.root)


def _seq(connection: "Connection", what: str) -> int:
    from drift.ledger.proof import latest_about

    if what.isascii() and what.isdigit():
        return int(what)
    meant = change_or_finding_meant(connection, what)
    seq = latest_about(connection, meant)
    if seq is None:
        raise UsageError(f"nothing is recorded yet of how {meant} stands", hint="run: drift run --once")
    return seq


def _write(path: Path, document: str) -> None:
    try:
        # Never over one that is there: what stands there may be the ledger's key.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(document + "\n")
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", hint="name a file that does not exist yet") from error
    except OSError as error:
        raise UsageError(
            f"the proof cannot be written to {path}: {error.strerror}",
            hint="check the place and the space left",
        ) from error


def _lines(proof: "Proof", out: str | None) -> list[str]:
    entry, sealed, between = proof.entry, proof.checkpoint, proof.consistency
    lines = [
        f"entry {entry.seq} ({entry.kind}) is in the ledger of {sealed.size} entries, root {sealed.root}"
    ]
    if between is not None:
        grew = f"that of {between.older.size} entries grew to {between.newer.size} and lost none"
        lines.append(f"{grew}, root {between.newer.root}")
    if out is None:
        return [*lines, "add --out FILE for the proof, which anybody can check without us"]
    return [*lines, f"check it with the verifier of any pack: python3 -I verify_pack.py prove {out}"]
