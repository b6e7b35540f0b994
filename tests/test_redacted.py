"""What is recorded of events and findings holds no secret."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from drift.model.finding import AttributeDrift
from drift.model.ticket import Edit, Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from drift.model.verdict import Statement
from drift.redact import MASK
from drift.redacted import MAX_TEXT, redact_event, redact_finding, redact_ticket
from drift.redacted_tickets import RedactedTickets
from providers.ticket_candidates import candidate_of
from tests.builders import NOON, a_finding, a_ticket, an_event


def test_the_parameters_of_a_call_say_where_something_was_cut_out() -> None:
    event = an_event(request={"masterUserPassword": "hunter2hunter2", "engine": "postgres"})

    clean = redact_event(event)

    assert clean.request == {"masterUserPassword": MASK, "engine": "postgres"}
    assert clean.redacted == ("masterUserPassword",)


def test_a_secret_in_a_text_of_the_call_is_cut_out() -> None:
    leak = "postgres://app:hunter2hunter2@db.example.com/app"
    event = an_event(statements=[Statement(place="rule description", text=leak)], summary=f"set {leak}")

    clean = redact_event(event)

    assert "hunter2" not in clean.summary
    assert "hunter2" not in clean.statements[0].text


def test_a_text_under_the_name_of_a_secret_is_cut_out_and_so_is_a_secret_in_that_name() -> None:
    leak = "postgres://app:hunter2hunter2@db.example.com/app"
    statements = [
        Statement(place="tag DbPassword", text="swordfish"),
        Statement(place=f"tag {leak}", text="x"),
    ]

    named, leaking = redact_event(an_event(statements=statements)).statements

    assert named == Statement(place="tag DbPassword", text=MASK)
    assert "hunter2" not in leaking.place


def test_a_secret_in_the_path_of_an_attribute_is_cut_out() -> None:
    path = 'tags["https://app:hunter2hunter2@example.com/"]'
    finding = a_finding(attributes=[AttributeDrift(path=path, declared="a", live="b")])

    (attribute,) = redact_finding(finding, []).attributes

    assert "hunter2" not in attribute.path
    assert (attribute.declared, attribute.live) == ("a", "b")


def test_a_hash_is_kept_only_of_what_is_hidden() -> None:
    shown = replace(a_finding(), fingerprint="f00")
    hidden = replace(shown, attributes=(AttributeDrift(path="password", declared="swordfish", live="x" * 9),))

    assert redact_finding(shown, []).fingerprint is None
    assert redact_finding(hidden, []).fingerprint == "f00"


def test_a_secret_in_a_proposed_rule_is_cut_out() -> None:
    rule = 'attribute = "tags[https://app:hunter2hunter2@example.com/]"'

    clean = redact_finding(replace(a_finding(), proposal=rule), [])

    assert "hunter2" not in (clean.proposal or "")


def test_a_value_whose_secrecy_only_the_name_beside_it_tells_is_hidden() -> None:
    finding = a_finding(
        attributes=[AttributeDrift(path="environment[0].value", declared="swordfish1", live="swordfish2")]
    )
    resource = {"environment": [{"name": "DB_PASSWORD", "value": "swordfish1"}]}

    clean = redact_finding(finding, [resource])

    assert clean.attributes == (AttributeDrift(path="environment[0].value", declared=MASK, live=MASK),)


def test_that_a_secret_is_missing_still_shows() -> None:
    finding = a_finding(attributes=[AttributeDrift(path="password", declared="swordfish", live=None)])

    clean = redact_finding(finding, [{"password": "swordfish"}])

    assert clean.attributes == (AttributeDrift(path="password", declared=MASK, live=None),)


def test_what_is_hidden_as_sensitive_stays_so_whatever_it_is_called() -> None:
    hidden = AttributeDrift(path="password", declared="(sensitive)", live=None, sensitive=True)
    outer = AttributeDrift(path="login", declared={"password": "(sensitive)"}, live=None)

    clean = redact_finding(
        a_finding(attributes=[hidden, outer]), [{"password": "swordfish", "login": {"password": "swordfish"}}]
    )

    assert clean.attributes == (hidden, outer)


def test_an_attribute_that_only_begins_like_a_secret_is_shown() -> None:
    drift = AttributeDrift(path="password_length", declared=8, live=12)

    clean = redact_finding(a_finding(attributes=[drift]), [{"password": "swordfish", "password_length": 8}])

    assert clean.attributes == (drift,)


def test_a_finding_without_secrets_stays_as_it_is() -> None:
    finding = a_finding()

    assert redact_finding(finding, [{"ingress": []}]) == replace(finding)


LEAK = "postgres://app:hunter2hunter2@db.example.com/app"


def a_leaking_ticket() -> Ticket:
    edits = (
        Edit(at=NOON, by="bob@example.com", field="description", before=LEAK, after="none"),
        Edit(at=NOON, by="bob@example.com", field="admin_password", before=None, after="hunter2hunter2"),
    )
    return replace(a_ticket(), title=f"reset {LEAK}", text=f"see {LEAK}", history=edits)


def test_a_ticket_loses_its_secrets_wherever_people_wrote_them() -> None:
    clean = redact_ticket(a_leaking_ticket())

    assert b"hunter2" not in clean.snapshot()
    assert [edit.field for edit in clean.history] == ["description", "admin_password"]


def test_a_long_description_is_shortened_and_an_edit_at_its_end_still_shows() -> None:
    one, other = (redact_ticket(replace(a_ticket(), text="x" * 5000 + end)) for end in "ab")

    assert len(one.text) == MAX_TEXT
    assert one.text == other.text
    assert one.sha256 != other.sha256


def test_that_a_secret_was_exchanged_shows_in_no_digest() -> None:
    """
    Else whoever has the evidence could try passwords until the digest fits.
    """
    one, other = (
        redact_ticket(replace(a_ticket(), text=f"postgres://app:{password}@db.example.com/app"))
        for password in ("hunter2hunter2", "correcthorse")
    )

    assert one.sha256 == other.sha256


class Leaking:
    """A ticket system in which people write down their passwords."""

    def check(self) -> str:
        return "answers"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        return [a_leaking_ticket()] if keys else []

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        return list(keys)

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        return [candidate_of(a_leaking_ticket())]


def test_no_ticket_passes_with_its_secrets() -> None:
    source = RedactedTickets(Leaking())

    [ticket], [candidate] = source.find(["OPS-1"], ()), source.candidates(TicketSearch(near=NOON))

    assert b"hunter2" not in ticket.snapshot()
    assert "hunter2" not in candidate.title
    assert (source.check(), source.deleted(["OPS-2"])) == ("answers", ["OPS-2"])
