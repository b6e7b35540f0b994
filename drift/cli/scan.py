"""`drift scan`: what Terraform declares, held against what is there."""

from collections.abc import Sequence
from dataclasses import replace

import click
import msgspec

from drift.cli.lines import ScannedFinding, encoded, scanned_finding
from drift.cli.options import config_option, json_option
from drift.cli.words import finding_lines, progress, width
from drift.errors import ConfigError, UsageError
from drift.model.finding import Comparison, DriftFinding, FindingKind, ManagedCoverage, NotCompared
from drift.model.resource import NotListed, NotReadReason
from drift.model.survey import Failure
from drift.ports import Remarking, Watched
from drift.reports.figures import percent
from drift.reports.wording import counted
from drift.terminal import shown


class _Summary(msgspec.Struct):
    declared: int
    compared: int
    drifted: int
    missing: int
    unmanaged: int
    unapplied: int
    unreadable: int
    unsupported: int


class _NotCompared(msgspec.Struct):
    address: str
    type: str | None
    resource_id: str | None
    reason: NotReadReason
    error: str


class _Report(msgspec.Struct):
    """The one object that `--json` prints; scripts rely on every key."""

    findings: list[ScannedFinding]
    not_compared: list[_NotCompared]
    not_listed: Sequence[NotListed]
    coverage: Sequence[ManagedCoverage]
    summary: _Summary


@click.command("scan")
@click.option(
    "--state", "states", multiple=True, metavar="FILE|URI", help="A state to compare now; nothing is stored."
)
@click.option(
    "--live",
    metavar="NAME",
    help="How to read what is there: terraform, aws, or file:PATH for a recorded answer.",
)
@click.option("--types", multiple=True, metavar="TYPE", help="Only these resource types; may be given again.")
@json_option
@config_option
def command(
    states: tuple[str, ...], live: str | None, types: tuple[str, ...], as_json: bool, config: str | None
) -> int:
    """Compare what Terraform declares with what is there now. Exit code 1 if anything differs.

    With --state nothing is stored; without it, the baselines of the configuration are compared.
    """
    from drift import wiring
    from drift.clock import SystemClock
    from drift.redacted import redact_finding
    from drift.stages.detect import detect, suspect
    from drift.stages.survey import survey

    settings = None if states else wiring.settings_of(config)
    watched = wiring.watched(settings, live) if settings else wiring.watched_states(states, live)
    if not watched:
        raise ConfigError(
            "there is nothing to compare",
            hint="give --state FILE --live file:PATH, or a [[baseline]] in config.toml",
        )
    with progress("reading what is declared and what is there"):
        seen = survey(watched, SystemClock().now(), types=types)
    for remark in _remarks(watched):
        click.echo(shown(f"drift: {remark}"), err=True)
    rules = wiring.detect_rules(settings)
    if settings:
        rules = rules.as_of(wiring.clock(settings, None).now())
    comparison = suspect(detect(seen.held, seen.discovered, rules, others=seen.others), rules)
    findings = [redact_finding(one, seen.attributes_of(one)) for one in comparison.findings]
    for one in comparison.ignored:
        ignored = f'{counted(one.count, "difference")} ignored by "{one.rule.name}" of {one.rule.owner}'
        click.echo(shown(f"{ignored}: {one.rule.reason}", width()), err=True)
    if not seen.held and seen.failures:  # where nothing was read, nothing can be said to be as declared
        raise _unread(seen.failures)
    comparison = _with_unread(comparison, seen.failures)
    report = encoded(_report(findings, comparison, seen.not_listed)) if as_json else None
    click.echo(report or _text(findings, comparison, seen.not_listed))
    if not findings and not comparison.compared:
        _refuse_nothing(comparison, types, seen.failures)
    return 1 if findings else 0


def _remarks(watched: Sequence[Watched]) -> list[str]:
    """Return what the readers decided by themselves, each remark once."""
    readers = [one.live for one in watched]
    return list(
        dict.fromkeys(remark for one in readers if isinstance(one, Remarking) for remark in one.remarks())
    )


def _refuse_nothing(comparison: Comparison, types: Sequence[str], failures: Sequence[Failure]) -> None:
    """Never let "nothing was compared" pass for "nothing differs"."""
    if failures:
        raise _unread(failures)
    if comparison.declared:
        raise UsageError(
            f"none of the {comparison.declared} declared resources could be compared",
            hint="the lines above say why; use a --live that covers their types",
        )
    if types:
        raise UsageError(
            f"nothing that is declared is of the type {' or '.join(types)}",
            hint="`drift baseline` lists what is declared",
        )


def _with_unread(comparison: Comparison, failures: Sequence[Failure]) -> Comparison:
    """Name the states that could not be read beside the resources that could not be compared."""
    unread = (
        NotCompared(
            baseline=one.name,
            address=one.origin or one.name,
            type=None,
            resource_id=None,
            reason=NotReadReason.UNREADABLE,
            error=one.error.what,
        )
        for one in failures
    )
    return replace(comparison, not_compared=(*comparison.not_compared, *unread))


def _unread(failures: Sequence[Failure]) -> UsageError:
    whats = [
        one.error.what if one.name in one.error.what else f"{one.name}: {one.error.what}" for one in failures
    ]
    return UsageError("; ".join(whats), hint=failures[0].error.hint)


def _report(findings: list[DriftFinding], comparison: Comparison, not_listed: Sequence[NotListed]) -> _Report:
    return _Report(
        findings=[scanned_finding(one) for one in findings],
        not_compared=[
            _NotCompared(
                address=one.address,
                type=one.type,
                resource_id=one.resource_id,
                reason=one.reason,
                error=one.error,
            )
            for one in comparison.not_compared
        ],
        not_listed=not_listed,
        coverage=comparison.coverage,
        summary=_summary(comparison),
    )


def _summary(comparison: Comparison) -> _Summary:
    reasons = [one.reason for one in comparison.not_compared]
    return _Summary(
        declared=comparison.declared,
        compared=comparison.compared,
        drifted=comparison.count(FindingKind.DRIFTED),
        missing=comparison.count(FindingKind.MISSING),
        unmanaged=comparison.count(FindingKind.UNMANAGED),
        unapplied=comparison.count(FindingKind.UNAPPLIED),
        unreadable=reasons.count(NotReadReason.UNREADABLE),
        unsupported=reasons.count(NotReadReason.UNSUPPORTED),
    )


def _text(findings: list[DriftFinding], comparison: Comparison, not_listed: Sequence[NotListed]) -> str:
    lines = [line for finding in findings for line in finding_lines(finding)]
    lines += [
        shown(f"not compared  {one.address}: {one.reason}, {one.error}") for one in comparison.not_compared
    ]
    lines += [shown(f"not listed    {one}: {one.error}") for one in not_listed]
    lines += _managed(comparison.coverage)
    summary = _summary(comparison)
    lines.append(
        f"{summary.declared} declared, {summary.compared} compared: {summary.drifted} drifted, "
        f"{summary.missing} missing, {summary.unmanaged} unmanaged"
        + (f", {noise} suspected noise" if (noise := comparison.count(FindingKind.SUSPECTED_NOISE)) else "")
        + (f", {summary.unapplied} unapplied" if summary.unapplied else "")
        + (f"; {len(comparison.not_compared)} not compared" if comparison.not_compared else "")
    )
    return "\n".join(lines)


def _managed(coverage: Sequence[ManagedCoverage]) -> list[str]:
    """Say of each account how much of what exists is declared."""
    lines = []
    for account in dict.fromkeys(one.account for one in coverage):
        types = [one for one in coverage if one.account == account]
        managed, unmanaged = sum(one.managed for one in types), sum(one.unmanaged for one in types)
        if managed + unmanaged:
            share = f"{percent(managed, managed + unmanaged)} % of account {account or '(unknown)'}"
            made = sum(one.made_by_cloud for one in types)
            rest = f"; {made} that the cloud made by itself do not count" if made else ""
            lines.append(shown(f"managed       {share}, {managed} of {managed + unmanaged} resources{rest}"))
    return lines
