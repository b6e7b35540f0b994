"""What stands in a pack, in its order. A new part is a function of the view, and a row here."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from drift.reports.pack.anchors import anchors
from drift.reports.pack.census import census
from drift.reports.pack.company import company_says
from drift.reports.pack.contents import Contents
from drift.reports.pack.entitlements import entitlements
from drift.reports.pack.inventory import inventory
from drift.reports.pack.late import late_arrivals
from drift.reports.pack.listing import Document, Listing
from drift.reports.pack.mapping import control_map
from drift.reports.pack.ocsf import ocsf
from drift.reports.pack.opening import opening_register
from drift.reports.pack.populations import populations
from drift.reports.pack.reconcile.parts import reconciled
from drift.reports.pack.registers.parts import registers
from drift.reports.pack.reviews import reviews
from drift.reports.pack.samples import samples
from drift.reports.pack.self_samples import self_samples
from drift.reports.pack.sign_ins import sign_ins
from drift.reports.pack.sources import sources
from drift.reports.pack.view import View
from drift.reports.pack.visits import visits

Part: TypeAlias = Callable[[View], Iterator[Listing | Document]]

PARTS: tuple[Part, ...] = (
    populations,
    late_arrivals,
    sources,
    reconciled,
    census,
    samples,
    self_samples,
    registers,
    opening_register,
    ocsf,
    company_says,
    inventory,
    reviews,
    sign_ins,
    entitlements,
    visits,
    anchors,
)

Closing: TypeAlias = Callable[[View, Contents], Iterator[Listing | Document]]

CLOSING: tuple[Closing, ...] = (control_map,)
"""What follows from the other parts, and points to their files."""
