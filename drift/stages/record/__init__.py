"""Append everything known to the ledger, in the transaction of the state change that it records.

Secrets are cut out here, before anything is stored, shown or sent.
"""

from drift.stages.record.baselines import record_baselines
from drift.stages.record.comparisons import (
    record_acknowledgement,
    record_comparison,
    record_declared,
    record_declared_again,
)
from drift.stages.record.judgements import record_judgement
from drift.stages.record.sources import record_configuration, record_coverage, record_gap, record_outage
from drift.stages.record.sweeps import record_sweep
from drift.stages.record.writes import record_amendment, record_write

__all__ = [
    "record_acknowledgement",
    "record_amendment",
    "record_baselines",
    "record_comparison",
    "record_configuration",
    "record_coverage",
    "record_declared",
    "record_declared_again",
    "record_gap",
    "record_judgement",
    "record_outage",
    "record_sweep",
    "record_write",
]
