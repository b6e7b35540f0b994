"""What comes from outside stands in a question as a value and as nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.ticket_search import TicketSearch
from providers.jira import jql
from providers.jira.documents import FieldInfo, FieldSchema
from providers.jira.rules import JiraRules
from tests.builders import NOON
from tests.providers.tickets.jql import parsed

FIELDS = {"description", "summary", "customfield_10050", "updated", "created", "reporter", "assignee"}

LABELS = FieldInfo(id="customfield_10050", name="x", schema=FieldSchema(type="array", custom="x:labels"))
TEXT = FieldInfo(id="customfield_10050", name="x", schema=FieldSchema(type="string", custom="x:textarea"))


@given(st.text(), st.sampled_from([None, "customfield_10050"]))
def test_whatever_a_resource_is_called_the_question_stays_one_condition(name: str, field: str | None) -> None:
    rules = JiraRules(projects=("OPS",), resources_field=field)
    question = jql.query(jql.naming([name], rules, {}), rules)

    fits, _ = parsed(question, FIELDS)

    assert not fits({"key": "HR-1", "fields": {"description": name, "customfield_10050": [name]}})


@given(st.text(), st.text())
def test_whatever_somebody_types_the_question_stays_one_condition(word: str, person: str) -> None:
    rules = JiraRules(projects=("OPS",))
    search = TicketSearch(near=NOON, words=(word,), resources=(word,))

    fits, _ = parsed(jql.query(jql.likely(search, [person], rules, {}), rules, newest_first=True), FIELDS)

    assert not fits({"key": "HR-1", "fields": {"updated": "2026-11-16", "created": "2026-11-16"}})


@pytest.mark.parametrize(
    ("info", "condition"),
    [(LABELS, 'cf[10050] in ("a", "b")'), (TEXT, 'cf[10050] ~ "\\"a\\"" OR cf[10050] ~ "\\"b\\""')],
)
def test_a_field_is_asked_as_its_type_allows(info: FieldInfo, condition: str) -> None:
    rules = JiraRules(resources_field="customfield_10050")

    assert jql.naming(["b", "a"], rules, {"customfield_10050": info}) == condition


def test_no_more_is_asked_at_once_than_jira_takes() -> None:
    rules = JiraRules(resources_field="labels")

    assert jql.naming(map(str, range(500)), rules, {}).count(",") == jql.MAX_VALUES - 1
