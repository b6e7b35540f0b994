"""Looks once a day how the pipelines of every repository in scope are controlled.

What a host keeps for a month only, who got round its rules for example, is gone for good where nobody
looked in time; and how a branch was protected last March nobody can ask any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from drift import daily
from drift.equipment import Equipment
from drift.errors import ProviderError, ProviderUnavailableError, only_provider_errors
from drift.model.evidence import ControlCheckRecord
from drift.ports import Controlled
from drift.stages.record import (
    record_control_check,
    record_controls,
    record_other_hosts,
    record_out_of_scope,
)
from drift.store import meta
from drift.store.controls import ControlsRow, controls_kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Captured:
    """What was looked at."""

    repositories: int = 0
    changed: int = 0
    problems: tuple[str, ...] = ()
    failure: str | None = None
    """Why it was not done to its end; what is left is looked at the next time."""


def capture_controls(have: Equipment, now: datetime) -> Captured:
    """Look at every repository that is due, of every host that can tell, and of no other any more."""
    hosts = {name: host for name, host in have.code_hosts.items() if isinstance(host, Controlled)}
    with have.database.transaction() as connection:
        record_other_hosts(connection, hosts, now)
    done = [
        _capture(have, name, host, now)
        for name, host in hosts.items()
        if daily.is_due(have.database, meta.controls_of(name), now)
    ]
    failures = [one.failure for one in done if one.failure]
    return Captured(
        repositories=sum(one.repositories for one in done),
        changed=sum(one.changed for one in done),
        problems=tuple(problem for one in done for problem in one.problems),
        failure="; ".join(failures) or None,
    )


def _capture(have: Equipment, name: str, host: Controlled, now: datetime) -> Captured:
    with have.database.reading() as connection:
        known = {row.controls.repository: row for row in controls_kept(connection, name)}
    try:
        with only_provider_errors("listing repositories"):
            in_scope = host.repositories()
    except ProviderError as error:
        return Captured(problems=(f"{name}: {error}",), failure=f"{name}: {error}")
    changed, not_read, seen = 0, list[str](), set[str]()
    for repository in _wanted(in_scope, have.policy.channels.repositories.values()):
        row = known.get(repository)
        if row is not None and not daily.is_over(row.captured_at, now):
            seen.add(repository)
            continue  # it was looked at before something went wrong
        try:
            with only_provider_errors(f"looking how {repository} is controlled"):
                controls = host.controls(repository, row.captured_at if row else None)
        except ProviderUnavailableError as error:
            failure = f"{name}: {error}"
            return Captured(repositories=len(seen), changed=changed, problems=(failure,), failure=failure)
        except ProviderError as error:
            seen.add(repository)
            not_read.append(f"{repository}: {error.what}")
            continue
        if controls is not None:
            seen.add(controls.repository)
            with have.database.transaction() as connection:
                changed += record_controls(connection, name, controls, known.get(controls.repository), now)
    _finish(have, name, [row for one, row in known.items() if one not in seen], changed, not_read, now)
    problems = tuple(f"{name}: {one}" for one in not_read)
    return Captured(repositories=len(seen), changed=changed, problems=problems)


def _wanted(in_scope: Sequence[str], of_pipelines: Collection[str]) -> Sequence[str]:
    """Return each repository once: those in scope, and those that the policy's pipelines name."""
    named = {one.lower(): one for one in (*of_pipelines, *in_scope)}
    return sorted(named.values())


def _finish(
    have: Equipment,
    name: str,
    gone: Sequence[ControlsRow],
    changed: int,
    not_read: Sequence[str],
    now: datetime,
) -> None:
    """Record the line of the day, and which repositories are in scope no more."""
    with have.database.transaction() as connection:
        for row in gone:
            record_out_of_scope(connection, row, now)
        repositories = len(controls_kept(connection, name))
        body = ControlCheckRecord(
            host=name, repositories=repositories, changed=changed, not_read=tuple(not_read)
        )
        record_control_check(connection, body, now)
        daily.note_done(connection, meta.controls_of(name), now)
