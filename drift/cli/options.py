"""Options that several commands share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from drift.errors import UsageError
from drift.ports import Clock

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add `--config FILE`, which wins over the one before the command's name."""
    return click.option(
        "--config",
        metavar="FILE",
        callback=_or_of_group,
        help="The configuration; by default ./config.toml, if there is one.",
    )(command)


def json_option(command: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on stdout.")(
        command
    )


def exit_code_option(command: Command) -> Command:
    """Add `--exit-code`."""
    return click.option("--exit-code", is_flag=True, help="Leave with exit code 1 if anything is listed.")(
        command
    )


class Moment(click.ParamType[datetime]):
    """A date or a time in ISO 8601; in UTC where it names no zone."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time, aware and in UTC."""
        try:
            time = datetime.fromisoformat(value)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f'"{value}" is no time: write 2026-11-16 or 2026-11-16T09:30Z', param, ctx)


class MomentOrAge(click.ParamType[datetime | timedelta]):
    """A moment, or how long ago it was: `12h`, `2d`."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | timedelta:
        """Return the time, aware and in UTC, or the duration."""
        # Slow to import, and most commands take no such value.
        from drift.config.values import DURATION, UNITS

        if found := DURATION.fullmatch(value):
            return timedelta(**{UNITS[found["unit"]]: int(found["count"])})
        return Moment().convert(value, param, ctx)


def time_of(given: datetime | timedelta | None, clock: Clock) -> datetime | None:
    """Return the time that was given: a duration counts back from what the clock says."""
    return clock.now() - given if isinstance(given, timedelta) else given


def check_order(since: datetime | None, until: datetime | None) -> None:
    """Refuse a span that ends before it begins: what it holds would pass for "nothing happened".

    Raises:
        UsageError: It does.
    """
    if since and until and until <= since:
        raise UsageError(
            f"--until {until:%Y-%m-%dT%H:%MZ} is not after --since {since:%Y-%m-%dT%H:%MZ}",
            hint="write the earlier time as --since",
        )


def check_begun(since: datetime | None, now: datetime) -> None:
    """Refuse a span that has not begun: what it holds would pass for "nothing happened".

    Raises:
        UsageError: It has not.
    """
    if since and since > now:
        raise UsageError(
            f"--since {since:%Y-%m-%dT%H:%MZ} is yet to come: it is {now:%Y-%m-%dT%H:%MZ}",
            hint="name a period that has begun",
        )


def _or_of_group(context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return value or context.obj
