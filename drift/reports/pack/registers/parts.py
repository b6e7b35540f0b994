"""Which registers a pack has, in their order. A new one is a function of the facts, and a row here."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from drift.reports.pack.listing import Document, Listing
from drift.reports.pack.registers.baseline_versions import baseline_versions
from drift.reports.pack.registers.candidates import candidates
from drift.reports.pack.registers.detector_alerts import detector_alerts
from drift.reports.pack.registers.detector_proof import detector_proof
from drift.reports.pack.registers.detector_rules import detector_rules
from drift.reports.pack.registers.detector_runs import detector_runs
from drift.reports.pack.registers.emergencies import emergencies
from drift.reports.pack.registers.facts import Facts, facts_of
from drift.reports.pack.registers.lanes import lanes
from drift.reports.pack.registers.metrics import metrics
from drift.reports.pack.registers.pipeline_controls import pipeline_controls
from drift.reports.pack.registers.register import Register, States, Yielded
from drift.reports.pack.registers.segregation import segregation
from drift.reports.pack.view import View

Registering: TypeAlias = Callable[[Facts], Iterator[Yielded]]

REGISTERS: tuple[Registering, ...] = (
    emergencies,
    candidates,
    segregation,
    pipeline_controls,
    baseline_versions,
    detector_runs,
    detector_proof,
    detector_rules,
    detector_alerts,
    metrics,
    lanes,
)


def registers(view: View) -> Iterator[Listing | Document]:
    """Yield every register, and at last how each is to be read where it is empty."""
    facts, states = facts_of(view), States()
    for register in REGISTERS:
        for one in register(facts):
            match one:
                case Register():
                    yield states.watch(one)
                case Document():
                    yield one
    yield states.listing()
