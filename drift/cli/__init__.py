"""The command line: one sub-command a file, loaded only when it is called."""

import signal
import sys
from collections.abc import Sequence

import click

from drift import __version__
from drift.cli.commands import Commands, one_line
from drift.errors import DriftError

READER_GONE = 128 + signal.SIGPIPE
"""What a shell reports of a command that wrote to a closed pipe."""

COULD_NOT = 2
"""Exit code of a command that could not do its work, or not all of it."""


@click.group(
    cls=Commands,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 something was found; 2 the work, or a part of it, could not be done.",
)
@click.version_option(__version__, prog_name="drift", message="%(prog)s %(version)s")
@click.option(
    "--config", metavar="FILE", help="The configuration; by default ./config.toml, if there is one."
)
@click.option(
    "--traceback", is_flag=True, expose_value=False, help="Show where an unexpected error came from."
)
@click.pass_context
def drift(context: click.Context, config: str | None) -> None:
    """See who changed what in your clouds, whether it was authorised, and whether it still differs."""
    context.obj = config


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: one line on stderr says what failed."""
    sys.exit(_run(sys.argv[1:] if arguments is None else list(arguments)))


def _run(arguments: list[str]) -> int:
    if "" in arguments:
        return _say("an argument is empty; look for a variable of your shell that is not set")
    try:
        code = drift.main(arguments, prog_name="drift", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.Abort:
        return _say("stopped", code=130)
    except click.ClickException as error:
        return _say(one_line(error))
    except DriftError as error:
        return _say(f"{error.what}; {error.hint}")
    except SystemExit:
        # click's answer to a reader that went away (`| head`): not an error, and not a finding either.
        return READER_GONE
    except OSError as error:
        about = f"{error.filename}: " if error.filename else ""
        return _say(f"{about}{error.strerror or error}; check the place, its permissions and the space left")
    except Exception as error:
        if "--traceback" in arguments:  # click's own view of them is gone by now
            raise
        return _say(
            f"unexpected {type(error).__name__}: {error}; this is a defect of drift: "
            "run it again as `drift --traceback …` and report what it prints"
        )
    return code if isinstance(code, int) else 0


def _say(text: str, *, code: int = COULD_NOT) -> int:
    """Write one line, whatever text from outside it holds."""
    line = " ".join(text.split())
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    click.echo(f"drift: {printable}", err=True)
    return code
