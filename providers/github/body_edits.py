"""Who edited the body of an issue, and when: only the GraphQL API tells.

The oldest entry is the body as it was first written, and no edit.
https://docs.github.com/en/graphql/reference/objects#usercontentedit (2026-11)
"""

from collections.abc import Iterable, Sequence

from drift.errors import ProviderAccessError
from drift.model.ticket import Edit
from providers.github.ticket_documents import BodyEdits, Issue
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_values import moment

QUERY = """
query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) {
      userContentEdits(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { editedAt editor { login } }
      }
    }
  }
}
"""


def body_edits(api: TicketApi, issue: Issue, *, needs: str) -> Sequence[Edit]:
    """Return the edits of an issue's body.

    Raises:
        ProviderError: They cannot be asked for; `needs` is the permission that is named then.
    """
    owner, _, name = issue.repository.partition("/")
    what = f"reading the edits of {issue.key}"

    def page(after: str) -> tuple[Iterable[Edit], str | None]:
        variables = {"owner": owner, "name": name, "number": issue.number, "after": after or None}
        answer = api.post("graphql", {"query": QUERY, "variables": variables}, what=what, needs=needs)
        found = answer.read_as(BodyEdits)
        if not found.is_told:
            said = found.errors[0].message[:200] if found.errors else "it is not there"
            raise ProviderAccessError(
                f"{answer.what}: {needs} is missing: {said}",
                hint="docs/tickets.md lists what each system needs",
            )
        edits = [
            Edit(
                at=moment(one.edited_at, what=what),
                by=one.editor.login if one.editor else None,
                field="text",
            )
            for one in found.edits.nodes
        ]
        info = found.edits.page_info
        return edits, info.end_cursor if info.has_next_page else None

    created_at = moment(issue.created_at, what=what)
    return [one for one in all_pages(page, "", what=what) if one.at > created_at]
