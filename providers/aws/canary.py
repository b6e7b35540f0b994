"""A canary in an AWS account: the tag of one parameter of the Parameter Store.

`AddTagsToResource` is a management event, so every trail has it, and its record bears the tags:
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html.
"""

from functools import cached_property
from typing import Any

from providers.aws.refusals import Asker, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings

TAG = "driftledger-canary"

CANARIES = Asker("[[canary]]", "docs/the-watch-itself.md")


class AwsParameterTagSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which parameter is tagged, and how the account is reached."""

    parameter: str
    """Its name: one that nothing else uses, and no code declares."""
    region: str


class AwsParameterTag:
    """A `Canary` that sets the tag `driftledger-canary` of a parameter that is there already.

    It takes the permission `ssm:AddTagsToResource` on that parameter; `check` looks at its tags, which
    takes `ssm:ListTagsForResource`.
    """

    def __init__(self, settings: AwsParameterTagSettings) -> None:
        self._parameter = settings.parameter
        self._access = settings.access()

    @property
    def resource(self) -> str:
        """The name of the parameter."""
        return self._parameter

    @cached_property
    def _ssm(self) -> Any:
        return open_client("ssm", self._access)

    def check(self) -> str:
        """Look whether the parameter is there: whether it may be tagged is told by the first write alone."""
        where = f"parameter {self._parameter}"
        doing = "looking at the tags of the canary"
        with refusals(doing, action="ssm:ListTagsForResource", on=where, asker=CANARIES):
            self._ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=self._parameter)
        return f"the parameter {self._parameter} is there"

    def write(self, token: str) -> None:
        """Set the tag; see `Canary`."""
        where = f"parameter {self._parameter}"
        with refusals("tagging the canary", action="ssm:AddTagsToResource", on=where, asker=CANARIES):
            self._ssm.add_tags_to_resource(
                ResourceType="Parameter",
                ResourceId=self._parameter,
                Tags=[{"Key": TAG, "Value": token}],
            )
