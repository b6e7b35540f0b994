"""Each look at how a repository is controlled that the ledger tells of, and what was news then."""

from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.evidence import EntryKind, PipelineControlRecord
from drift.model.pipeline_control import ControlDocument, PipelineControls, Verifiable
from drift.reports.pack.listing import Fields
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import place_of, time
from drift.reports.pack.view import Recorded

FOLDER = "07_pipeline_controls"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One look at a repository."""

    told: Recorded[PipelineControlRecord]
    before: PipelineControls | None
    """How it was controlled before; `None` where nobody had looked, or it was not in scope."""
    is_opening: bool = False
    """It is how the repository stood when the period began, and no news of the period."""

    @property
    def controls(self) -> PipelineControls | None:
        """How it is controlled; `None`: it is in scope no more."""
        return self.told.body.controls

    @property
    def documents(self) -> tuple[ControlDocument, ...]:
        """What controls it."""
        return self.controls.documents if self.controls else ()

    @property
    def subject(self) -> dict[str, object]:
        """Host and repository, under the names of their columns."""
        return {"host": self.told.body.host, "repository": self.told.entry.ref}


def looks_of(facts: Facts) -> list[Look]:
    """Return how each repository stood when the period began, then each look that was news in it."""
    period, opening, news = facts.view.request.period, dict[tuple[str, str], Look](), list[Look]()
    last = dict[tuple[str, str], PipelineControls | None]()
    for told in facts.view.entries(EntryKind.PIPELINE_CONTROL, PipelineControlRecord):
        key, at = (told.body.host, told.entry.ref), told.entry.recorded_at
        if period.holds(at):
            news.append(Look(told=told, before=last.get(key)))
        elif not period.is_reached_by(at):
            opening[key] = Look(told=told, before=None, is_opening=True)
        last[key] = told.body.controls
    return [*(one for one in opening.values() if one.controls), *news]


def news_of(look: Look) -> Iterator[Fields]:
    """Yield what a look tells, a row each: documents, the default branch, and who got round the rules."""
    place, controls = place_of(look.told.entry), look.controls
    common = {**look.subject, "at": place["recorded_at"], **place}
    if controls is None:
        yield {**common, "event": "out of scope"}
        return
    common |= {
        "default_branch": controls.default_branch,
        "is_protected": controls.is_protected,
        "required_approvals": controls.required_approvals,
        "owner": controls.owner,
    }
    if look.before is not None and _branch(look.before) != _branch(controls):
        yield {**common, "event": "changed", "what": "default branch"}
    was = {one.name: one for one in look.before.documents} if look.before else {}
    now = {one.name: one for one in controls.documents}
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            event = "stood" if look.is_opening else _event(was.get(name), now.get(name))
            yield {**common, "event": event, "what": name, **_versions(was.get(name), now.get(name))}
    for bypass in () if look.is_opening else controls.bypasses:
        said = {"event": "bypass", "what": bypass.id, "by": bypass.by, "ref": bypass.ref}
        yield {**common, "at": time(bypass.at), **said, "text": f"pushed {bypass.after_sha}"}


def path_of(one: ControlDocument) -> str:
    """Return where a version of a document stands in the pack: names come from outside, a hash does not."""
    return f"{FOLDER}/documents/{one.sha256}.txt"


def _branch(one: PipelineControls) -> tuple[str, bool | None, int | None, str | None]:
    return one.default_branch, one.is_protected, one.required_approvals, one.owner


def _event(was: ControlDocument | None, now: ControlDocument | None) -> str:
    if now is None:
        return "gone"
    return "first seen" if was is None else "changed"


def _versions(was: ControlDocument | None, now: ControlDocument | None) -> Fields:
    return {
        "status": now.status if now else None,
        "why": now.why if now else None,
        "sha256": _sha256(now),
        "sha256_before": _sha256(was),
        "file": path_of(now) if now and now.status is Verifiable.READ else None,
    }


def _sha256(one: ControlDocument | None) -> str | None:
    return one.sha256 if one and one.status is Verifiable.READ else None
