"""Which systems there are, and whether the company says that they are looked at.

Found are those that the configuration names and that the ledger tells of. What nobody listed is shown
all the same, as not stated: a list of systems that only has what somebody remembered proves nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drift.model.company import StatedScope, SystemKind
from drift.model.evidence import (
    CoverageInterval,
    DeploymentRecord,
    EntryKind,
    FindingRecord,
    PipelineControlRecord,
)
from drift.model.resource import Cloud
from drift.ports import AdapterKind
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import View

COLUMNS = ("kind", "id", "in_scope", "reason", "owner", "stated_as", "known_from", "changes")

NOT_STATED = "not stated"


@dataclass(kw_only=True, slots=True)
class _Found:
    """A system, how it is known, and how many changes of the period are in it."""

    known_from: dict[str, None] = field(default_factory=dict)
    """Kept in order, each once."""
    changes: int | None = None


_Key = tuple[SystemKind, str]


def inventory(view: View) -> Iterator[Listing]:
    """Yield the listing of all systems that are known."""
    yield Listing(
        path="11_company/inventory",
        title="System inventory",
        lists="Each account, state, repository, pipeline, project of tickets or flags, and system that the"
        " configuration names or the ledger tells of in the period, with what the company says of its"
        " scope, by kind and id; and what the company says of systems of which nothing is known.",
        columns=COLUMNS,
        rows=_rows(view),
        totals=("kind", "in_scope"),
        limits=(
            "What no source, state or code host tells of is not found.",
            "Scope, reason and owner are the company's word, as the configuration said for this pack.",
        ),
    )


def _rows(view: View) -> Iterator[Fields]:
    stated, found = view.request.company.systems, _found(view)
    order = list(SystemKind)
    for (kind, id_), one in sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])):
        yield {
            "kind": kind.value,
            "id": id_,
            **_scope(view, stated, kind, id_),
            "known_from": list(one.known_from),
            "changes": one.changes,
        }
    known = defaultdict[SystemKind, list[str]](list)
    for kind, id_ in found:
        known[kind].append(id_)
    for rule in stated:
        if not any(map(rule.id.fullmatch, known[rule.kind])):
            yield {
                "kind": rule.kind.value,
                "id": rule.written,
                **_said(rule),
                "known_from": ["[[system]] alone"],
            }


def _scope(view: View, stated: tuple[StatedScope, ...], kind: SystemKind, id_: str) -> Mapping[str, object]:
    """Return what the first rule that fits says; of an account, else what `[scope]` says."""
    for rule in stated:
        if rule.kind is kind and rule.id.fullmatch(id_):
            return _said(rule)
    watched = view.request.configured.accounts
    if kind is not SystemKind.ACCOUNT or not watched:
        return {"in_scope": NOT_STATED}
    is_watched = any(one.fullmatch(id_) for one in watched)
    reason = f"{'' if is_watched else 'not '}among the accounts of [scope]"
    return {"in_scope": "in" if is_watched else "out", "reason": reason, "stated_as": "[scope]"}


def _said(rule: StatedScope) -> Mapping[str, object]:
    return {
        "in_scope": "in" if rule.is_in_scope else "out",
        "reason": rule.reason,
        "owner": rule.owner,
        "stated_as": rule.name,
    }


def _found(view: View) -> Mapping[_Key, _Found]:
    found = dict[_Key, _Found]()
    for kind, id_, known_from in (*_configured(view), *_told(view)):
        found.setdefault((kind, id_), _Found()).known_from[known_from] = None
    for (cloud, account), count in view.population.accounts.items():
        one = found.setdefault((_kind_of(cloud), account), _Found())
        one.known_from["changes"] = None
        one.changes = (one.changes or 0) + count
    for project, count in view.population.tickets.items():
        one = found.setdefault((SystemKind.TICKET_PROJECT, project), _Found())
        one.known_from["tickets of changes"] = None
        one.changes = count
    return found


def _configured(view: View) -> Iterator[tuple[SystemKind, str, str]]:
    rules, begin = view.request.configured, "configuration"
    for one in view.request.connected:
        is_state = one.kind == AdapterKind.BASELINE
        id_ = one.name if is_state else f"{one.name} ({one.type})"
        yield SystemKind.STATE if is_state else SystemKind.SYSTEM, id_, f"{begin}: [[{one.kind}]]"
    for kind, names, table in (
        (SystemKind.PIPELINE, rules.pipelines, "[[pipeline]]"),
        (SystemKind.REPOSITORY, rules.repositories, "[[pipeline]]"),
        (SystemKind.TICKET_PROJECT, rules.ticket_projects, "[policy]"),
    ):
        for name in names:
            yield kind, name, f"{begin}: {table}"


def _told(view: View) -> Iterator[tuple[SystemKind, str, str]]:
    clouds = {account: cloud for cloud, account in view.population.accounts}  # coverage tells none
    spans = view.records(view.population.coverage, CoverageInterval)
    for account in dict.fromkeys(span.body.account for span in spans):
        if account:
            yield _kind_of(clouds.get(account)), account, "coverage"
    for row in view.records(view.population.findings, FindingRecord):
        if state := row.body.finding.state or row.body.finding.baseline:
            yield SystemKind.STATE, state, "findings"
    for repository in _controlled(view):
        yield SystemKind.REPOSITORY, repository, "code host"
    period = view.request.period
    for run in view.entries(EntryKind.DEPLOYMENT, DeploymentRecord):
        if period.holds(run.entry.recorded_at):
            yield SystemKind.REPOSITORY, run.body.deployment.repository, "runs"


def _controlled(view: View) -> Iterator[str]:
    """Return the repositories that were in scope of a code host at some time of the period."""
    period, last = view.request.period, dict[tuple[str, str], bool]()
    for control in view.entries(EntryKind.PIPELINE_CONTROL, PipelineControlRecord):
        key, is_in_scope = (control.body.host, control.entry.ref), control.body.controls is not None
        if period.begins_before_its_end(control.entry.recorded_at):
            was_in_scope = last.get(key, False) and period.is_reached_by(control.entry.recorded_at)
            last[key] = is_in_scope or was_in_scope
    return (name for (_, name), is_in_scope in last.items() if is_in_scope)


def _kind_of(cloud: str | None) -> SystemKind:
    return SystemKind.FLAGS if cloud == Cloud.LAUNCHDARKLY else SystemKind.ACCOUNT
