"""What an expression of a table makes of an answer that nobody expected."""

import pytest

from providers.aws.native.functions import AwsFunctions
from providers.aws.native.table import load_types
from providers.live_tables.expressions import Expression, UnexpectedAnswerError


@pytest.mark.parametrize(
    "text", ["security_rules(rows, @)", "listener_actions(rows, rows)", "last(rows, '/')"]
)
@pytest.mark.parametrize("rows", [[1], [None]])
def test_an_answer_of_another_form_is_said_to_be_one(text: str, rows: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="rows"):
        Expression(text, AwsFunctions()).of({"rows": rows})


def test_a_row_of_ones_own_is_checked_when_it_is_loaded() -> None:
    row = """
        [[types]]
        type = "aws_thing"
        service = "ec2"
        id = "Id ||"
        attributes = {}
        """

    with pytest.raises(ValueError, match="is no JMESPath expression"):
        load_types(row)
