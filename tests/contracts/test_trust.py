"""What everything must do that knows who may act as an identity that deploys; they are the rows below."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.pipeline_control import Verifiable
from drift.model.trust import DeployingIdentity, findings_of_trust
from tests.providers.trust.aws import aws_roles
from tests.providers.trust.azure import azure_applications
from tests.providers.trust.gcp import gcp_service_accounts
from tests.providers.trust.system import TrustingCloud

CLOUDS_OF_TRUST: dict[str, Callable[[Path], AbstractContextManager[TrustingCloud]]] = {
    "aws-roles": aws_roles,
    "azure-applications": azure_applications,
    "gcp-service-accounts": gcp_service_accounts,
}


@pytest.fixture(params=CLOUDS_OF_TRUST)
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TrustingCloud]:
    """Each in turn, in which the one identity that is asked about trusts one branch of one repository."""
    with CLOUDS_OF_TRUST[request.param](tmp_path) as opened:
        yield opened


def only(identities: Sequence[DeployingIdentity]) -> DeployingIdentity:
    [one] = identities
    return one


def test_one_pipeline_of_one_repository_may_act_as_it_and_that_is_no_finding(cloud: TrustingCloud) -> None:
    found = only(cloud.source.identities())

    assert found.name == cloud.name
    assert (found.status, found.why) == (Verifiable.READ, None)
    assert any("repo:example/infra:ref:refs/heads/main" in one for one in found.trusts)
    assert found.too_wide == ()
    assert findings_of_trust("cloud", found, None) == ()


def test_it_says_the_same_as_long_as_nothing_changes(cloud: TrustingCloud) -> None:
    assert only(cloud.source.identities()) == only(cloud.source.identities())


def test_whoever_is_trusted_besides_shows(cloud: TrustingCloud) -> None:
    before = only(cloud.source.identities())

    cloud.trust_somebody()
    now = only(cloud.source.identities())

    assert now.digest != before.digest
    assert set(before.trusts) < set(now.trusts)


def test_what_it_may_do_besides_shows(cloud: TrustingCloud) -> None:
    before = only(cloud.source.identities())

    cloud.allow_more()

    assert only(cloud.source.identities()).digest != before.digest


def test_that_any_branch_may_act_as_it_is_a_finding_with_an_owner(cloud: TrustingCloud) -> None:
    cloud.trust_any_branch()

    found = only(cloud.source.identities())

    [finding] = findings_of_trust("cloud", found, "platform@example.com")
    assert finding.repository == cloud.name
    assert finding.owner == "platform@example.com"
    assert "more than one pipeline may a" in finding.text
    assert "example/infra" in finding.text


def test_what_it_may_do_and_nobody_may_read_hides_not_who_may_act_as_it(cloud: TrustingCloud) -> None:
    cloud.hide_permissions()

    found = only(cloud.source.identities())

    assert found.trusts
    assert found.why
    assert cloud.permission in found.why
    with pytest.raises(ProviderAccessError):
        cloud.source.check()


def test_an_identity_that_is_not_there_is_left_out(cloud: TrustingCloud) -> None:
    cloud.delete()

    assert cloud.source.identities() == []
    assert "not there" in cloud.source.check()


def test_a_check_says_what_it_saw(cloud: TrustingCloud) -> None:
    assert cloud.source.check().startswith("1 ")


def test_credentials_that_are_refused_are_said_to_be(cloud: TrustingCloud) -> None:
    with pytest.raises(ProviderAccessError):
        cloud.stranger().identities()


def test_a_cloud_that_is_down_may_be_asked_again(cloud: TrustingCloud) -> None:
    cloud.break_down()

    with pytest.raises(ProviderUnavailableError):
        cloud.source.identities()
