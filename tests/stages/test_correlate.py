from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from drift.model.change import Change
from drift.model.consulted import Consulted
from drift.model.ticket import Coverage, Deployment, Review, Ticket, TicketKind, TicketMatch
from drift.model.verdict import Actor, ActorKind, Channel, Classification, Confidence, Reference
from drift.stages.correlate import CorrelationRules, correlate
from tests.builders import (
    ACCOUNT,
    NOON,
    a_change,
    a_classification,
    a_deployment,
    a_review,
    a_ticket,
    a_write,
    an_actor,
    an_approval,
    an_event,
    minutes,
)

SECOND = timedelta(seconds=1)
RUN = "9182736455"
RULES = CorrelationRules(aliases={"alice": "alice@example.com", "alice example": "alice@example.com"})
TICKETS_ARE_DOWN = "a ticket system could not be asked: Jira answers 503"


def named(
    *keys: str, place: str = "session name", actor: Actor | None = None, ended_at: datetime = NOON
) -> Change:
    """A change that began at noon, in whose records these tickets are named."""
    found = a_classification(references=[Reference(key=key, place=place) for key in keys])
    writes = [
        a_write(an_event(event_id=str(at), at=at), actor, found) for at in dict.fromkeys((NOON, ended_at))
    ]
    return a_change(*writes)


def deployed(
    *,
    run_id: str | None = RUN,
    pipeline: str | None = "deploy",
    subject: str | None = None,
    references: Sequence[Reference] = (),
) -> Change:
    """A pipeline's change that began at noon."""
    actor = an_actor("terraform-deploy", kind=ActorKind.MACHINE, subject=subject)
    found = a_classification(
        channel=Channel.PIPELINE, run_id=run_id, pipeline=pipeline, references=references
    )
    return a_change(a_write(actor=actor, classification=found))


def ask(
    change: Change,
    *tickets: Ticket,
    deployment: Deployment | None = None,
    unavailable: Sequence[str] = (),
    has_code_host: bool = True,
) -> TicketMatch:
    consulted = Consulted(
        tickets=tickets,
        deployment=deployment,
        unavailable=tuple(unavailable),
        is_code_host_configured=has_code_host,
    )
    return correlate(change, consulted, RULES)


# Before, or after


def test_a_ticket_that_somebody_else_approved_a_second_before_the_first_write_covers_the_change() -> None:
    ticket = a_ticket(approvals=[an_approval("erin@example.com", at=NOON - SECOND)])

    match = ask(named("OPS-1"), ticket)

    assert match.coverage is Coverage.APPROVED_BEFORE
    assert match.reasons == (
        "OPS-1 was found by: session name",
        "erin@example.com approved OPS-1 before the first write",
    )
    assert (match.ticket, match.approver, match.approved_at) == (ticket, "erin@example.com", NOON - SECOND)
    assert (match.method, match.confidence) == ("session name", Confidence.HIGH)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(), "in the second of the first write"),
        (SECOND, "1 s after the first write"),
        (59 * SECOND, "59 s after the first write"),
        (minutes(61), "61 min after the first write"),
        (minutes(150), "2 h 30 min after the first write"),
    ],
)
def test_an_approval_that_is_not_older_than_the_first_write_came_too_late(
    after: timedelta, said: str
) -> None:
    """
    Clouds cut the time of a write to the second: in the same second nobody knows what was first.
    """
    match = ask(named("OPS-1"), a_ticket(approvals=[an_approval(at=NOON + after)]))

    assert match.coverage is Coverage.AFTERWARDS
    assert match.reasons[-1] == f"erin@example.com approved OPS-1 {said}"
    assert match.approver == "erin@example.com"


@pytest.mark.parametrize("after", [timedelta(), minutes(50)])
def test_a_ticket_that_is_not_older_than_the_first_write_came_too_late_even_approved(
    after: timedelta,
) -> None:
    ticket = a_ticket(created_at=NOON + after, approvals=[an_approval(at=NOON + after)])

    match = ask(named("OPS-1"), ticket)

    assert match.coverage is Coverage.AFTERWARDS
    assert match.reasons[-1].startswith("OPS-1 was created ")


def test_the_approval_must_be_older_than_the_first_write_and_not_the_last() -> None:
    match = ask(
        named("OPS-1", ended_at=NOON + minutes(10)), a_ticket(approvals=[an_approval(at=NOON + minutes(5))])
    )

    assert match.coverage is Coverage.AFTERWARDS


# By somebody else


@pytest.mark.parametrize("approver", ["alice@example.com", "ALICE@example.com", "alice", "Alice Example"])
def test_nobody_approves_their_own_change_under_any_name(approver: str) -> None:
    match = ask(named("OPS-1"), a_ticket(approvals=[an_approval(approver, at=NOON - minutes(60))]))

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[-1] == f"OPS-1 was approved by nobody but {approver}, who made the change"
    assert (match.approver, match.approved_at) == (None, None)


def test_somebody_elses_approval_counts_beside_the_actors_own() -> None:
    ticket = a_ticket(
        approvals=[
            an_approval("alice", at=NOON - minutes(60)),
            an_approval("erin@example.com", at=NOON - minutes(30)),
        ]
    )

    match = ask(named("OPS-1"), ticket)

    assert (match.coverage, match.approver) == (Coverage.APPROVED_BEFORE, "erin@example.com")


def test_a_person_who_renames_herself_cannot_approve_her_own_change() -> None:
    """
    The name may be a claim, but the chain says who began it.
    """
    actor = an_actor(
        "bob", chain=["Admin", f"arn:aws:sts::{ACCOUNT}:assumed-role/Developer/mallory@example.com"]
    )

    match = ask(
        named("OPS-1", actor=actor),
        a_ticket(approvals=[an_approval("mallory@example.com", at=NOON - SECOND)]),
    )

    assert match.coverage is Coverage.NOT_APPROVED


def test_a_ticket_that_nobody_approved_covers_nothing() -> None:
    match = ask(named("OPS-1"), a_ticket())

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[-1] == "nobody approved OPS-1"
    assert match.ticket is not None


def test_the_earliest_approval_that_stands_is_the_one_that_counts() -> None:
    approvals = [
        an_approval("frank@example.com", at=NOON - minutes(5)),
        an_approval("erin@example.com", at=NOON - minutes(30)),
        an_approval("erin@example.com", at=NOON + minutes(30)),
    ]

    match = ask(named("OPS-1"), a_ticket(approvals=approvals))

    assert (match.approver, match.approved_at) == ("erin@example.com", NOON - minutes(30))


# Taken back


def test_an_approval_that_another_approver_contradicts_does_not_count() -> None:
    approvals = [
        an_approval("erin@example.com", at=NOON - minutes(60)),
        an_approval("frank@example.com", at=NOON - minutes(30), declined=True),
    ]

    match = ask(named("OPS-1"), a_ticket(approvals=approvals))

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[-1] == "frank@example.com declined OPS-1"


def test_an_approval_that_was_withdrawn_before_the_change_does_not_count() -> None:
    approvals = [
        an_approval(at=NOON - minutes(60)),
        an_approval(at=NOON - minutes(30), declined=True),
    ]

    assert ask(named("OPS-1"), a_ticket(approvals=approvals)).coverage is Coverage.NOT_APPROVED


def test_an_approval_that_is_withdrawn_during_the_change_does_not_count() -> None:
    approvals = [an_approval(at=NOON - minutes(60)), an_approval(at=NOON + minutes(5), declined=True)]

    match = ask(named("OPS-1", ended_at=NOON + minutes(10)), a_ticket(approvals=approvals))

    assert match.coverage is Coverage.NOT_APPROVED


def test_an_approval_that_is_withdrawn_after_the_change_did_stand() -> None:
    """
    Else the verdict would depend on how soon it is asked for.
    """
    approvals = [an_approval(at=NOON - minutes(60)), an_approval(at=NOON + minutes(5), declined=True)]

    assert ask(named("OPS-1"), a_ticket(approvals=approvals)).coverage is Coverage.APPROVED_BEFORE


def test_who_declines_and_then_approves_has_approved_under_whatever_name() -> None:
    rules = CorrelationRules(aliases={"erin": "erin@example.com"})
    approvals = [
        an_approval("erin", at=NOON - minutes(60), declined=True),
        an_approval("erin@example.com", at=NOON - minutes(30)),
    ]
    consulted = Consulted(tickets=(a_ticket(approvals=approvals),))

    match = correlate(named("OPS-1"), consulted, rules)

    assert (match.coverage, match.approved_at) == (Coverage.APPROVED_BEFORE, NOON - minutes(30))


def test_an_approval_that_is_renewed_only_after_the_change_came_too_late() -> None:
    approvals = [
        an_approval(at=NOON - minutes(60)),
        an_approval(at=NOON - minutes(30), declined=True),
        an_approval(at=NOON + minutes(30)),
    ]

    assert ask(named("OPS-1"), a_ticket(approvals=approvals)).coverage is Coverage.AFTERWARDS


def test_yes_and_no_in_the_same_second_is_no() -> None:
    approvals = [an_approval(at=NOON - SECOND, declined=True), an_approval(at=NOON - SECOND)]

    assert ask(named("OPS-1"), a_ticket(approvals=approvals)).coverage is Coverage.NOT_APPROVED


# What the ticket is for


def test_an_incident_that_was_open_before_the_first_write_declares_an_emergency() -> None:
    incident = a_ticket("INC-204", kind=TicketKind.INCIDENT, created_at=NOON - SECOND)

    match = ask(named("INC-204"), incident)

    assert match.coverage is Coverage.DECLARED_INCIDENT
    assert match.reasons[-1] == "the incident INC-204 was open before the first write"


def test_an_incident_that_was_opened_after_the_first_write_came_too_late() -> None:
    incident = a_ticket("INC-204", kind=TicketKind.INCIDENT, created_at=NOON + SECOND)

    assert ask(named("INC-204"), incident).coverage is Coverage.AFTERWARDS


def test_a_ticket_for_other_resources_covers_nothing() -> None:
    ticket = a_ticket(approvals=[an_approval(at=NOON - minutes(60))], resources=["sg-other"])

    match = ask(named("OPS-1"), ticket)

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[-1] == "OPS-1 is for other resources than sg-0abc"


@pytest.mark.parametrize(
    ("opens", "closes", "is_inside"),
    [
        (NOON, NOON + minutes(10), True),
        (NOON - minutes(60), NOON + minutes(60), True),
        (NOON + SECOND, NOON + minutes(60), False),
        (NOON - minutes(60), NOON + minutes(10) - SECOND, False),
        (NOON - minutes(60), NOON - minutes(30), False),
    ],
    ids=["just", "amply", "too early", "too late", "missed"],
)
def test_a_change_must_lie_inside_the_window_of_its_ticket(
    opens: datetime, closes: datetime, is_inside: bool
) -> None:
    ticket = a_ticket(approvals=[an_approval(at=NOON - minutes(60))], window=(opens, closes))

    match = ask(named("OPS-1", ended_at=NOON + minutes(10)), ticket)

    assert match.coverage is (Coverage.APPROVED_BEFORE if is_inside else Coverage.NOT_APPROVED)
    assert is_inside or match.reasons[-1] == "the change lies outside the window of OPS-1"


# How it was found


def test_a_ticket_named_in_the_call_counts_a_little_less_surely() -> None:
    ticket = a_ticket(approvals=[an_approval(at=NOON - minutes(60))])

    match = ask(named("OPS-1", place="rule description"), ticket)

    assert (match.coverage, match.method) == (Coverage.APPROVED_BEFORE, "rule description")
    assert match.confidence is Confidence.MEDIUM


def test_a_ticket_that_names_the_resource_counts_inside_its_window() -> None:
    ticket = a_ticket(
        approvals=[an_approval(at=NOON - minutes(60))],
        resources=["sg-0abc"],
        window=(NOON - minutes(30), NOON + minutes(30)),
    )

    match = ask(named(), ticket)

    assert (match.coverage, match.method) == (Coverage.APPROVED_BEFORE, "the ticket names the resource")


@pytest.mark.parametrize("kind", TicketKind)
def test_a_ticket_that_only_names_the_resource_does_not_cover_it_for_ever(kind: TicketKind) -> None:
    ticket = a_ticket(kind=kind, approvals=[an_approval(at=NOON - minutes(60))], resources=["sg-0abc"])

    match = ask(named(), ticket)

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[-1] == "OPS-1 names the resource, but no window in which it may be changed"


def test_a_later_ticket_that_names_the_resource_came_too_late() -> None:
    ticket = a_ticket(created_at=NOON + minutes(50), resources=["sg-0abc"])

    assert ask(named(), ticket).coverage is Coverage.AFTERWARDS


def test_of_two_tickets_the_best_cover_wins() -> None:
    unapproved = a_ticket("OPS-1")
    approved = a_ticket("OPS-2", approvals=[an_approval(at=NOON - minutes(60))])

    match = ask(named("OPS-1", "OPS-2"), unapproved, approved)

    assert match.ticket == approved


def test_of_two_equal_covers_the_stronger_method_wins() -> None:
    approvals = [an_approval(at=NOON - minutes(60))]
    in_call = Reference(key="OPS-1", place="tag ticket")
    in_session = Reference(key="OPS-2", place="source identity")
    change = a_change(a_write(classification=a_classification(references=[in_call, in_session])))

    match = ask(change, a_ticket("OPS-1", approvals=approvals), a_ticket("OPS-2", approvals=approvals))

    assert match.ticket is not None
    assert (match.ticket.key, match.method) == ("OPS-2", "source identity")


def test_two_systems_may_have_a_ticket_of_the_same_key() -> None:
    approved = a_ticket(approvals=[an_approval(at=NOON - minutes(60))])
    other = replace(a_ticket(), system="servicenow")

    assert ask(named("OPS-1"), approved, other).ticket == approved
    assert ask(named("OPS-1"), other, approved).ticket == approved


def test_a_ticket_that_is_neither_named_nor_about_the_resource_is_nothing_to_the_change() -> None:
    """
    Time and actor alone never authorise anything.
    """
    ticket = a_ticket("OPS-9", approvals=[an_approval(at=NOON - SECOND)])

    match = ask(named(), ticket)

    assert match.coverage is Coverage.NONE
    assert match.reasons == ("no ticket is named in the session or the call, and none names the resource",)


def test_a_key_that_no_ticket_has_is_told() -> None:
    match = ask(named("OPS-404", "OPS-405"))

    assert match.coverage is Coverage.NONE
    assert match.reasons == (
        "OPS-404 stands in the session name, but no such ticket was found",
        "OPS-405 stands in the session name, but no such ticket was found",
    )


# Pull requests


def test_a_pull_request_whose_final_head_somebody_else_approved_covers_the_deployment() -> None:
    match = ask(deployed(), deployment=a_deployment(a_review()))

    assert (match.coverage, match.method) == (Coverage.APPROVED_BEFORE, "pipeline run")
    assert match.reasons == (
        f"run {RUN} of example/infra: erin@example.com approved the pull request before the first write",
    )
    assert match.approver == "erin@example.com"


@pytest.mark.parametrize(
    ("reviews", "reason"),
    [
        ([], "nobody approved pull request #7"),
        ([a_review(commit="0ld")], "pull request #7 was pushed to after its last approval"),
        (
            [a_review("dave@example.com")],
            "pull request #7 was approved by nobody but dave@example.com, who made the change",
        ),
        ([a_review(state="commented")], "nobody approved pull request #7"),
        ([a_review(state="dismissed")], "nobody approved pull request #7"),
        (
            [a_review(), a_review(state="changes_requested", at=NOON - minutes(30))],
            "erin@example.com declined pull request #7",
        ),
        (
            [a_review(), a_review("frank@example.com", state="changes_requested", commit="0ld")],
            "frank@example.com declined pull request #7",
        ),
    ],
    ids=["none", "an older head", "its author", "a comment", "dismissed", "taken back", "another's refusal"],
)
def test_a_pull_request_without_an_approval_that_stands_covers_nothing(
    reviews: list[Review], reason: str
) -> None:
    match = ask(deployed(), deployment=a_deployment(*reviews))

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons == (f"run {RUN} of example/infra: {reason}",)
    assert match.approver is None


def test_an_older_review_is_no_harm_when_the_final_head_is_approved_too() -> None:
    reviews = [
        a_review(commit="0ld", at=NOON - minutes(120)),
        a_review(state="changes_requested", commit="0ld", at=NOON - minutes(90)),
        a_review(at=NOON - minutes(30)),
    ]

    match = ask(deployed(), deployment=a_deployment(*reviews))

    assert (match.coverage, match.approved_at) == (Coverage.APPROVED_BEFORE, NOON - minutes(30))


def test_a_pull_request_that_was_approved_after_the_first_write_came_too_late() -> None:
    match = ask(deployed(), deployment=a_deployment(a_review(at=NOON + SECOND)))

    assert match.coverage is Coverage.AFTERWARDS
    assert match.reasons[0].endswith("approved the pull request 1 s after the first write")


def test_the_author_is_known_by_every_name() -> None:
    deployment = a_deployment(a_review("alice"), author="Alice Example")

    assert ask(deployed(), deployment=deployment).coverage is Coverage.NOT_APPROVED


def test_a_run_without_a_pull_request_covers_nothing() -> None:
    match = ask(deployed(), deployment=replace(a_deployment(), pull_request=None))

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons == (f"run {RUN} of example/infra: it deployed no pull request",)


@pytest.mark.parametrize(
    ("deployment", "reason"),
    [
        (replace(a_deployment(a_review()), started_at=NOON + SECOND), "it began only after the first write"),
        (replace(a_deployment(a_review()), finished_at=NOON - SECOND), "it had ended before the last write"),
    ],
    ids=["later", "earlier"],
)
def test_a_run_covers_only_what_was_written_while_it_ran(deployment: Deployment, reason: str) -> None:
    """
    The session's name is the workflow's to choose: it may name last year's reviewed run.
    """
    match = ask(deployed(), deployment=deployment)

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[0].endswith(reason)


@pytest.mark.parametrize(
    "other",
    [
        a_classification(channel=Channel.PIPELINE, run_id="1234567890"),
        a_classification(channel=Channel.AUTOMATION),
    ],
    ids=["another run", "no pipeline"],
)
def test_a_run_covers_no_change_that_was_not_all_its_own(
    other: Classification,
) -> None:
    first = deployed().first
    last = structs.replace(first, classification=other)

    match = ask(a_change(last, first), deployment=a_deployment(a_review()))

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[0].endswith("a part of the change was made outside of it")


def test_what_a_service_did_for_the_run_is_the_runs() -> None:
    first = deployed().first
    by_service = structs.replace(first, classification=a_classification(channel=Channel.SERVICE))

    match = ask(a_change(by_service, first), deployment=a_deployment(a_review()))

    assert match.coverage is Coverage.APPROVED_BEFORE


@pytest.mark.parametrize(
    ("subject", "coverage"),
    [
        ("repo:example/infra:ref:refs/heads/main", Coverage.APPROVED_BEFORE),
        ("repo:example/infra-fork:ref:refs/heads/main", Coverage.NOT_APPROVED),
        (None, Coverage.NOT_APPROVED),
    ],
)
def test_a_pipeline_that_is_not_configured_must_be_of_the_runs_repository(
    subject: str | None, coverage: Coverage
) -> None:
    match = ask(deployed(pipeline=None, subject=subject), deployment=a_deployment(a_review()))

    assert match.coverage is coverage


def test_who_wrote_the_code_cannot_approve_the_ticket_of_its_deployment() -> None:
    change = deployed(references=[Reference(key="OPS-1", place="session tag")])
    ticket = a_ticket(approvals=[an_approval("dave@example.com", at=NOON - minutes(60))])

    match = ask(change, ticket, deployment=a_deployment(author="dave@example.com"))

    assert match.coverage is Coverage.NOT_APPROVED


def test_an_approved_ticket_covers_a_deployment_without_a_review() -> None:
    change = deployed(references=[Reference(key="OPS-1", place="session tag")])
    ticket = a_ticket(approvals=[an_approval("erin@example.com", at=NOON - minutes(60))])

    match = ask(change, ticket, deployment=a_deployment())

    assert (match.coverage, match.method) == (Coverage.APPROVED_BEFORE, "session tag")


@pytest.mark.parametrize(
    ("run_id", "reason"),
    [
        (RUN, f"no pipeline run {RUN} was found at the code host"),
        (None, "the pipeline's session does not tell its run"),
    ],
)
def test_a_pipeline_whose_run_is_not_found_is_covered_by_nothing(run_id: str | None, reason: str) -> None:
    match = ask(deployed(run_id=run_id))

    assert (match.coverage, match.reasons) == (Coverage.NONE, (reason,))


# No code host


def test_without_a_code_host_a_configured_pipeline_is_not_asked() -> None:
    match = ask(deployed(), has_code_host=False)

    assert match.coverage is Coverage.NOT_ASKED
    assert match.reasons == ("no code host is configured, so no review of the code can be shown",)


def test_without_a_code_host_an_approved_ticket_is_the_better_cover() -> None:
    change = deployed(references=[Reference(key="OPS-1", place="session tag")])
    ticket = a_ticket(approvals=[an_approval(at=NOON - minutes(60))])

    assert ask(change, ticket, has_code_host=False).coverage is Coverage.APPROVED_BEFORE
    assert ask(change, a_ticket(), has_code_host=False).coverage is Coverage.NOT_ASKED


def test_without_a_code_host_a_pipeline_that_nobody_configured_is_covered_by_nothing() -> None:
    """
    A token proves the provider, where everybody has a pipeline: nobody trusts it by name.
    """
    match = ask(deployed(pipeline=None), has_code_host=False)

    assert match.coverage is Coverage.NONE
    assert match.reasons == (
        "no code host is configured, nor this pipeline, so nothing vouches for the code",
    )


def test_without_a_code_host_nobody_but_a_pipeline_is_spared_the_question() -> None:
    assert ask(named(), has_code_host=False).coverage is Coverage.NONE


def test_a_pipeline_that_did_not_make_all_of_the_change_is_not_trusted_for_it() -> None:
    first = deployed().first
    other = structs.replace(first, classification=a_classification(channel=Channel.AUTOMATION))

    assert ask(a_change(first, other), has_code_host=False).coverage is Coverage.NONE


# Systems that do not answer


@pytest.mark.parametrize(
    "tickets",
    [
        [],
        [a_ticket()],
        [a_ticket(approvals=[an_approval(at=NOON + minutes(5))])],
        [a_ticket(created_at=NOON + minutes(5))],
    ],
    ids=["nothing found", "not approved", "approved too late", "created too late"],
)
def test_while_a_system_cannot_be_asked_no_change_is_judged_to_have_failed(tickets: list[Ticket]) -> None:
    match = ask(named("OPS-1"), *tickets, unavailable=[TICKETS_ARE_DOWN])

    assert match.coverage is Coverage.NOT_EVALUABLE
    assert match.reasons == (TICKETS_ARE_DOWN,)


def test_an_approval_that_was_found_stands_although_another_system_cannot_be_asked() -> None:
    ticket = a_ticket(approvals=[an_approval(at=NOON - minutes(60))])

    match = ask(named("OPS-1"), ticket, unavailable=["a code host could not be asked: timeout"])

    assert match.coverage is Coverage.APPROVED_BEFORE


def test_an_incident_that_was_found_stands_although_another_system_cannot_be_asked() -> None:
    incident = a_ticket("INC-204", kind=TicketKind.INCIDENT)

    match = ask(named("INC-204"), incident, unavailable=[TICKETS_ARE_DOWN])

    assert match.coverage is Coverage.DECLARED_INCIDENT


def test_every_system_that_cannot_be_asked_is_told() -> None:
    match = ask(deployed(), unavailable=[TICKETS_ARE_DOWN, "a code host could not be asked: timeout"])

    assert match.reasons == (TICKETS_ARE_DOWN, "a code host could not be asked: timeout")


def test_references_of_every_write_are_looked_at() -> None:
    late = a_write(
        an_event(event_id="e-2", at=NOON + minutes(5)),
        classification=a_classification(references=[Reference(key="OPS-1", place="session name")]),
    )

    match = ask(a_change(a_write(), late), a_ticket(approvals=[an_approval(at=NOON - minutes(60))]))

    assert match.coverage is Coverage.APPROVED_BEFORE
