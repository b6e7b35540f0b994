"""Who of the members of a service account's policy is more than one pipeline, or nobody in particular."""

import pytest

from providers.gcp.trust import Binding, Policy, too_wide

POOL = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci"


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("allUsers", "allUsers may act as it"),
        ("allAuthenticatedUsers", "allAuthenticatedUsers may act as it"),
        ("domain:example.com", "domain:example.com may act as it"),
        (f"principalSet://{POOL}/*", "whoever its workload identity pool lets in may act as it"),
        (f"principalSet://{POOL}/attribute.repository/example/infra", "any branch of example/infra"),
        (f"principalSet://{POOL}/attribute.repository_owner/example", "any branch of example"),
    ],
)
@pytest.mark.parametrize("condition", [None, {"expression": "request.time < timestamp('2027-01-01')"}])
def test_a_member_that_is_nobody_in_particular_is_too_wide_whatever_is_asked(
    member: str, said: str, condition: dict[str, str] | None
) -> None:
    [found] = too_wide(
        Policy(etag="e", bindings=(Binding(role="r", members=(member,), condition=condition),))
    )

    assert said in found


@pytest.mark.parametrize(
    "member",
    [
        f"principal://{POOL}/subject/repo:example/infra:ref:refs/heads/main",
        f"principalSet://{POOL}/attribute.reference/main",
        "group:platform@example.com",
        "serviceAccount:ci@example-prod.iam.gserviceaccount.com",
    ],
)
def test_somebody_in_particular_is_not(member: str) -> None:
    assert list(too_wide(Policy(etag="e", bindings=(Binding(role="r", members=(member,)),)))) == []
