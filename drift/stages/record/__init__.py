"""Append everything known to the ledger, in the transaction of the state change that it records.

Secrets are cut out here, before anything is stored, shown or sent.
"""

from drift.stages.record.access import last_snapshot, record_access
from drift.stages.record.attestations import attested_since, record_attestations
from drift.stages.record.baselines import record_baselines
from drift.stages.record.comparisons import (
    record_acknowledgement,
    record_comparison,
    record_declared,
    record_declared_again,
)
from drift.stages.record.controls import (
    record_control_check,
    record_controls,
    record_other_hosts,
    record_out_of_scope,
)
from drift.stages.record.coverage import record_coverage, record_history
from drift.stages.record.deployments import give_up_deployment, record_deployment
from drift.stages.record.documents import record_documents
from drift.stages.record.enrolments import opening_of, record_enrolment, record_opening, record_watch
from drift.stages.record.gaps import (
    accept_gap,
    record_delivery_read,
    record_record_read,
    record_set_aside,
    record_source_outage,
    record_unreadable,
)
from drift.stages.record.heartbeats import record_heartbeat
from drift.stages.record.invitations import record_invitation, record_withdrawal
from drift.stages.record.judgements import record_judgement
from drift.stages.record.sign_ins import record_sign_in
from drift.stages.record.sources import record_configuration, record_gap, record_outage
from drift.stages.record.sweeps import record_sweep
from drift.stages.record.tallies import record_tallies
from drift.stages.record.trust import record_other_sources, record_trust
from drift.stages.record.visits import record_refused, record_visit
from drift.stages.record.writes import record_amendment, record_write

__all__ = [
    "accept_gap",
    "attested_since",
    "give_up_deployment",
    "last_snapshot",
    "opening_of",
    "record_access",
    "record_acknowledgement",
    "record_amendment",
    "record_attestations",
    "record_baselines",
    "record_comparison",
    "record_configuration",
    "record_control_check",
    "record_controls",
    "record_coverage",
    "record_declared",
    "record_declared_again",
    "record_delivery_read",
    "record_deployment",
    "record_documents",
    "record_enrolment",
    "record_gap",
    "record_heartbeat",
    "record_history",
    "record_invitation",
    "record_judgement",
    "record_opening",
    "record_other_hosts",
    "record_other_sources",
    "record_out_of_scope",
    "record_outage",
    "record_record_read",
    "record_refused",
    "record_set_aside",
    "record_sign_in",
    "record_source_outage",
    "record_sweep",
    "record_tallies",
    "record_trust",
    "record_unreadable",
    "record_visit",
    "record_watch",
    "record_withdrawal",
    "record_write",
]
