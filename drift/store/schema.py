"""The tables of the working memory. The ledger's own stand in `drift.ledger.tables`.

A change here needs a migration beside it, in `drift/store/migrations/versions`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
    text,
    true,
)

from drift.model.action import Action
from drift.model.alarm import Alarm
from drift.model.alert import Alert
from drift.model.change import Write
from drift.model.coverage import Gap
from drift.model.event import ChangeEvent, OpenedSession
from drift.model.finding import DriftFinding
from drift.model.judgement import Judgement
from drift.model.person import Person
from drift.model.pipeline_control import ControlFinding, PipelineControls
from drift.model.visitor import Identity, Invitation
from drift.store.columns import Encoded, Key, SortedKey, Text, UtcTime
from drift.store.metadata import metadata

_TO_JUDGE = text("to_judge")  # as each engine writes it in a query
_TO_JUDGE_SQLITE = text("to_judge = 1")
_HAS_TICKET = text("ticket IS NOT NULL")
_HAS_APPROVER = text("approver_key IS NOT NULL")

meta = Table(
    "meta",
    metadata,
    Column("key", Key, primary_key=True),
    Column("value", Text, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("source", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("version", Key, primary_key=True),
    Column("position", Integer, nullable=False),  # records already taken from it
    Column("is_complete", Boolean, nullable=False),
    Column("settled_at", UtcTime, index=True),  # null: the source may list it for ever
)

source_cursor = Table(
    "source_cursor",
    metadata,
    Column("source", Key, primary_key=True),
    Column("cursor", Text, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("source", Key, primary_key=True),
    Column("account", Key, primary_key=True),  # empty: the record named none
    Column("region", Key, primary_key=True),
    Column("from_at", UtcTime),
    Column("to_at", UtcTime),
    Column("records", BigInteger, nullable=False),
    Column("unreadable", BigInteger, nullable=False),
    Column("heard_at", UtcTime),  # time of the newest record ever
    Column("covered_from", UtcTime),  # null: the source was not read to its end since it told of the place
    Column("recorded_to", UtcTime),  # the last entry ends here
    Column("recorded_at", UtcTime),
    comment="Of each account and region: what was read since the last coverage entry of the ledger",
)

attested = Table(
    "attested",
    metadata,
    Column("source", Key, primary_key=True),
    Column("account", Key, primary_key=True),
    Column("region", Key, primary_key=True),
    Column("trail", Key, primary_key=True),  # empty: of before it was told apart
    Column("up_to", UtcTime, nullable=False),
    comment="Up to when the cloud vouches for each trail",
)

source_read = Table(
    "source_read",
    metadata,
    Column("source", Key, primary_key=True),
    Column("since", UtcTime, nullable=False),  # it was read to its end for the first time
    Column("read_at", UtcTime, nullable=False),  # and for the last time
    Column("read_up_to", UtcTime, nullable=False),  # everything older was delivered, and is read
    comment="Up to when each source is read",
)

coverage_gap = Table(
    "coverage_gap",
    metadata,
    Column("gap_id", String, primary_key=True),
    Column("source", Key, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(Gap), nullable=False),
    comment="Gaps that are open, but for single records: those are in quarantine",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("source", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("version", Key, primary_key=True),
    Column("idx", Integer, primary_key=True),  # of a record in the delivery; -1: the delivery itself
    Column("delivered_as", Text, nullable=False),  # the whole name
    Column("sha256", String),  # of the record
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime),  # null: it is in quarantine
    comment="What was delivered and could not be read",
)

alarm = Table(
    "alarm",
    metadata,
    Column("alarm_id", String, primary_key=True),
    Column("slug", Key, nullable=False),
    Column("subject", Key, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # null: it stands
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(Alarm), nullable=False),
    Index("ix_alarm_slug", "slug", "subject"),
)

canary = Table(
    "canary",
    metadata,
    Column("token", Key, primary_key=True),
    Column("name", Key, nullable=False, index=True),
    Column("resource", Key, nullable=False),  # what it touches
    Column("written_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("error", Text),  # null: it was written
    Column("seen_at", UtcTime),
    Column("event", Key),
    comment="Writes of our own, by which the watch is tried",
)

funnel = Table(
    "funnel",
    metadata,
    Column("source", Key, primary_key=True),
    Column("account", Key, primary_key=True),
    Column("hour", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("records", BigInteger, nullable=False),
    Column("recorded", BigInteger, nullable=False, server_default="0"),  # of these, in the ledger
    comment="What became of every record that was read, so that the population can be reconciled",
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("event_key", Key, primary_key=True),
    Column("recorded_at", UtcTime, nullable=False),
)

opened_session = Table(
    "opened_session",
    metadata,
    Column("key", Key, primary_key=True),
    Column("opened_at", UtcTime, primary_key=True, index=True),
    Column("expires_at", UtcTime),  # null: the record does not tell
    Column("body", Encoded(OpenedSession), nullable=False),
)

held_record = Table(
    "held_record",
    metadata,
    Column("key", Key, primary_key=True),
    Column("operation", Key, nullable=False, index=True),
    Column("source", Key, nullable=False),
    Column("held_until", UtcTime, nullable=False, index=True),
    Column("body", Encoded(ChangeEvent), nullable=False),
    comment="Parts of operations that wait for the others",
)

write = Table(
    "write",
    metadata,
    Column("key", Key, primary_key=True),
    Column("occurred_at", UtcTime, index=True),
    Column("ledger_seq", BigInteger, nullable=False),  # of the latest entry about it
    Column("operation", Key, index=True),
    Column("shared_id", Key, index=True),
    Column("body", Encoded(Write), nullable=False),
)

write_part = Table(
    "write_part",
    metadata,
    Column("key", Key, primary_key=True),
    Column("write_key", Key, ForeignKey("write.key"), nullable=False),
    comment="The further records that tell of a write, so that a repeat is recognised",
)

write_session = Table(
    "write_session",
    metadata,
    Column("session_key", Key, primary_key=True),
    Column("write_key", Key, ForeignKey("write.key"), primary_key=True),
    Column("occurred_at", UtcTime, nullable=False, index=True),
    comment="In which sessions a write was made, whether or not it is known who opened them",
)

change_session = Table(
    "change_session",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("actor", Key, nullable=False),
    Column("account", Key, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime, nullable=False),
    Index("ix_change_session_actor", "actor", "account", "ended_at"),
)

change = Table(
    "change",
    metadata,
    Column("change_id", String, primary_key=True),
    Column("session_id", String, ForeignKey("change_session.session_id"), nullable=False),
    Column("resource_type", Key),
    Column("resource_id", Key, nullable=False),
    Column("resource_key", Key),  # the id in lower case
    Column("outer_key", Key),  # of the resource that it lies in, where the id is a path
    Column("began_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime, nullable=False),
    Column("to_judge", Boolean, nullable=False),
    Column("disposition", String),  # of the last judgement, null before the first
    Column("severity", String),
    Column("judgement", Encoded(Judgement)),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("judged_revision", Integer),
    Column("ledger_seq", BigInteger),
    Column("is_history", Boolean, nullable=False, server_default=false()),  # nobody is to be told of it
    Column("actions", Integer, nullable=False, server_default="0"),  # of people, about it
    Index("ix_change_session_resource", "session_id", "resource_id", "ended_at"),
    Index("ix_change_resource", "resource_key", "began_at"),
    Index("ix_change_outer", "outer_key", "began_at"),
    Index("ix_change_disposition", "disposition", "began_at"),
    Index("ix_change_to_judge", "session_id", sqlite_where=_TO_JUDGE_SQLITE, postgresql_where=_TO_JUDGE),
)

change_kind = Table(
    "change_kind",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("disposition", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("environment", Key, nullable=False),  # empty: no environment claims the account
    Column("needs", Boolean, nullable=False),  # somebody
    Index(
        "ix_change_kind",
        *("disposition", "severity", "channel", "lane", "environment", "needs"),
        unique=True,
    ),
    comment="What many judged changes have in common, each combination once",
)

change_line = Table(
    "change_line",
    metadata,
    Column("change_id", String, ForeignKey("change.change_id"), primary_key=True),
    Column("began_at", UtcTime, nullable=False),
    Column("kind", Integer, ForeignKey("change_kind.number"), nullable=False),
    Column("actor", Key, nullable=False),  # by the word of who corrected it last
    Column("actor_key", Key, nullable=False),  # the same in lower case
    Column("actor_kind", String, nullable=False),
    Column("tool", String, nullable=False),
    Column("account", Key),
    Column("resource_type", Key),
    Column("resource_id", Key, nullable=False),
    Column("resource_key", SortedKey, nullable=False),  # the id in lower case
    Column("address", Key),
    Column("ticket", Key),
    Column("approver_key", Key),  # who approved the change, in lower case
    Column("summary", Text, nullable=False),
    Column("writes", Integer, nullable=False),  # none: all of them left it
    Column("is_history", Boolean, nullable=False),
    Index("ix_change_line_began", "began_at", "change_id"),
    Index("ix_change_line_kind", "kind", "began_at", "change_id"),
    Index("ix_change_line_actor", "actor_key", "began_at", "change_id"),
    Index("ix_change_line_account", "account", "began_at", "change_id"),
    Index("ix_change_line_type", "resource_type", "began_at", "change_id"),
    Index("ix_change_line_resource", "resource_key", "began_at", "change_id"),
    Index(
        "ix_change_line_ticket",
        *("ticket", "began_at", "change_id"),
        sqlite_where=_HAS_TICKET,
        postgresql_where=_HAS_TICKET,
    ),
    Index(
        "ix_change_line_approver",
        *("approver_key", "began_at", "change_id"),
        sqlite_where=_HAS_APPROVER,
        postgresql_where=_HAS_APPROVER,
    ),
    comment="How each judged change is listed: pages find theirs without opening a judgement",
)

change_write = Table(
    "change_write",
    metadata,
    Column("change_id", String, ForeignKey("change.change_id"), primary_key=True),
    Column("write_key", Key, ForeignKey("write.key"), primary_key=True, index=True),
    Column("left_because", Text),  # null: the write belongs to the change
)

action = Table(
    "action",
    metadata,
    Column("key", Key, primary_key=True),
    Column("ref", Key, nullable=False),  # id of the change or finding
    Column("kind", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(Action), nullable=False),
    Column("by_key", Key),  # who did it, in lower case
    Index("ix_action_by", "by_key", "at"),
    Index("ix_action_ref", "ref", "ledger_seq"),
    Index("ix_action_kind", "kind", "at"),
    comment="What people did about changes and findings",
)

emergency = Table(
    "emergency",
    metadata,
    Column("change_id", String, ForeignKey("change.change_id"), primary_key=True),
    Column("began_at", UtcTime, nullable=False, index=True),
    Column("noted_at", UtcTime, nullable=False),  # it was first judged to be one
    Column("closed_at", UtcTime),  # null: it still asks for something
    comment="Changes in an emergency, until everything that it asks for is done",
)

reminder = Table(
    "reminder",
    metadata,
    Column("change_id", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("percent", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    comment="Of which deadline of an emergency people were reminded when",
)

baseline = Table(
    "baseline",
    metadata,
    Column("baseline", Key, primary_key=True),  # path or URI of the state
    Column("fingerprint", String, nullable=False),  # of the rows below that it led to
    Column("sha256", String, nullable=False),  # of the state
    Column("declared_since", UtcTime, nullable=False),  # it is known to say the same since then
    Column("compared_at", UtcTime, nullable=False),
    Column("name", Key),  # of the baseline in the configuration; null until it is compared again
    comment="Each state that was compared, as it was read last",
)

declared = Table(
    "declared",
    metadata,
    Column("baseline", Key, primary_key=True),
    Column("address", Key, primary_key=True),
    Column("type", Key, nullable=False),
    Column("known_as", Key),  # the name of the type by which calls know it
    Column("resource_id", Key),
    Column("account", Key),  # null: the state does not tell
    Column("region", Key),
    Column("provider", Text),  # the provider configuration that manages it
    Column("source", Text),
    Column("code_owners", Text),  # apart by spaces, of which no name has any; null: nobody
    Column("tags", Text),  # `team=network`, one a line, without secrets
    Column("is_compared", Boolean, nullable=False, server_default=true()),  # with the rest of its state
    Column("compared_at", UtcTime),  # by itself, after a write; null: only with the rest of its state
    Index("ix_declared_address", "address"),
    comment="Where each declared resource stands in the code",
)

account_unit = Table(
    "account_unit",
    metadata,
    Column("tree", Key, primary_key=True),
    Column("account", Key, primary_key=True),
    Column("unit", Text, nullable=False),
    Index("ix_account_unit_account", "account"),
    comment="In which organisational unit each account lies, as each organisation was last read",
)

declared_name = Table(
    "declared_name",
    metadata,
    Column("baseline", Key, primary_key=True),
    Column("address", Key, primary_key=True),
    Column("name", Key, primary_key=True),  # in lower case
    Column("of_type", Key, primary_key=True),  # empty: it is one in calls about any type
    Column("exact", Key),  # as it is written; null: the case means nothing
    Column("is_unique", Boolean, nullable=False),
    Index("ix_declared_name_name", "name"),
    comment="By which texts calls may name each declared resource",
)

finding = Table(
    "finding",
    metadata,
    Column("finding_id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("resource_id", Key),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("resolved_at", UtcTime),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(DriftFinding), nullable=False),
    Column("owner", Text),  # of a finding in the opening register, as is the next
    Column("due_at", UtcTime),
    Column("account", Key),
    Column("type", Key),
    Column("baseline", Key),
    Column("address", Key),
    Index("ix_finding_resource_id", "resource_id"),
    Index("ix_finding_seen", "first_seen_at", "finding_id"),
    Index("ix_finding_stands", "status", "first_seen_at", "finding_id"),
    Index("ix_finding_account", "account", "first_seen_at", "finding_id"),
    Index("ix_finding_type", "type", "first_seen_at", "finding_id"),
)

watched = Table(
    "watched",
    metadata,
    Column("kind", String, primary_key=True),  # source, baseline or discovery
    Column("name", Key, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("opened_at", UtcTime),  # of its first complete comparison
    comment="Since when each source and baseline is watched",
)

source_account = Table(
    "source_account",
    metadata,
    Column("source", Key, primary_key=True),
    Column("account", Key, primary_key=True),  # empty: the record named none
    comment="Which accounts each source tells of",
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("scope", Key, primary_key=True),  # as it is written: account:111122223333
    Column("kind", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("mode", String, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("ledger_seq", BigInteger),  # null: it was so before the ledger told
    comment="Which parts of the estate alert, and which are only observed",
)

pipeline_control = Table(
    "pipeline_control",
    metadata,
    Column("host", Key, primary_key=True),
    Column("repository", Key, primary_key=True),
    Column("digest", String, nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(PipelineControls), nullable=False),
    comment="How each repository is controlled, as it was read last",
)

control_finding = Table(
    "control_finding",
    metadata,
    Column("host", Key, primary_key=True),
    Column("repository", Key, primary_key=True),
    Column("weakness", String, primary_key=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(ControlFinding), nullable=False),
    comment="What is wrong with how repositories are controlled",
)

deployment = Table(
    "deployment",
    metadata,
    Column("repository", Key, primary_key=True),
    Column("run_id", Key, primary_key=True),
    Column("seen_at", UtcTime, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("head_sha", Key, nullable=False),
    Column("pull_request", Integer),
    Column("is_failed", Boolean, nullable=False),
    Column("undoes", Integer, nullable=False),  # how many changes
    Column("recorded_at", UtcTime, index=True),  # null: it has not ended yet, or nobody has read what it said
    comment="Runs of pipelines that made changes, which their hosts forget after a while",
)

deployment_change = Table(
    "deployment_change",
    metadata,
    Column("repository", Key, primary_key=True),
    Column("run_id", Key, primary_key=True),
    Column("change_id", String, primary_key=True),
    comment="Which changes each run made",
)

directory_person = Table(
    "directory_person",
    metadata,
    Column("directory", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("seen_at", UtcTime, nullable=False),  # when the directory last named the person
    Column("body", Encoded(Person), nullable=False),
    comment="Who has which names, as each directory was last read",
)

anchor = Table(
    "anchor",
    metadata,
    Column("name", Key, primary_key=True),
    Column("size", BigInteger, nullable=False),  # of the last checkpoint that it holds
    Column("held_at", UtcTime),
    Column("ledger_seq", BigInteger),
    Column("failures", Integer, nullable=False),  # in a row
    Column("failed_since", UtcTime),
    Column("error", Text),
    Column("hint", Text),
    Column("next_attempt_at", UtcTime),
    comment="How far each anchor holds the ledger",
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", Key, primary_key=True),
    Column("last_success_at", UtcTime),
    Column("last_failure_at", UtcTime),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False),  # in a row
    comment="How each job of the schedule ended when it last ran",
)

budget_use = Table(
    "budget_use",
    metadata,
    Column("source", Key, primary_key=True),
    Column("unit", Key, primary_key=True),
    Column("period", Text, nullable=False),  # in which it was used
    Column("used", BigInteger, nullable=False),
    Column("most", BigInteger, nullable=False),
    comment="How much of each source's budget is used up",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", String, nullable=False, unique=True),
    Column("notifier", Key, nullable=False),
    Column("session_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("payload", Encoded(Alert), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("last_error", Text),
    Column("reference", Text),  # the message at the channel, once it was accepted
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("severity", String, nullable=False, server_default="medium"),
    # The first attempt of which nobody knows whether the channel took the message.
    Column("attempted_at", UtcTime),
    Column("folded_into", Integer),  # the digest that tells it with others
    Index("ix_outbox_sent", "notifier", "sent_at"),
    Index("ix_outbox_folded", "folded_into"),
    Index("ix_outbox_due", "status", "next_attempt_at"),
    Index("ix_outbox_session", "session_id", "notifier", "revision"),
)

pushed = Table(
    "pushed",
    metadata,
    Column("sink", Key, primary_key=True),
    Column("pack", String, primary_key=True),  # hash of its manifest
    Column("parcel", Key, primary_key=True),
    Column("reference", Text, nullable=False),  # by which it is found there
    Column("at", UtcTime, nullable=False),
    comment="Which parcels of a pack have arrived where, until all have",
)

web_session = Table(
    "web_session",
    metadata,
    Column("token", String, primary_key=True),  # hex SHA-256 of what the browser holds
    Column("began_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False, index=True),
    Column("body", Encoded(Identity), nullable=False),
    comment="Who is signed in to the pages",
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("token", String, primary_key=True),  # hex SHA-256 of what the link holds
    Column("name", Key, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    comment="Links that sign somebody in once",
)

sign_in_begun = Table(
    "sign_in_begun",
    metadata,
    Column("token", String, primary_key=True),  # hex SHA-256 of what the browser holds
    Column("ends_at", UtcTime, nullable=False, index=True),
    Column("next", Text, nullable=False),  # the page they came for
    comment="Who went to the provider to sign in, and has not come back",
)

invitation = Table(
    "invitation",
    metadata,
    Column("name", Key, primary_key=True),  # in lower case
    Column("expires_at", UtcTime, nullable=False),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("body", Encoded(Invitation), nullable=False),
    comment="Which auditors may read for a while",
)

report_mail = Table(
    "report_mail",
    metadata,
    Column("mail", Key, primary_key=True),
    Column("period", Key, primary_key=True),
    Column("address", Key, primary_key=True),
    Column("kind", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("letter", LargeBinary),  # null: the address took it
    Column("run_id", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("checkpoint_size", BigInteger),
    Column("checkpoint_root", String),
    Column("status", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("error", Text),
    Column("hint", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Index("ix_report_mail_due", "status", "next_attempt_at"),
    comment="Reports on their way by mail, for each address",
)
