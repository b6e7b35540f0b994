"""Who may assume a role, by its trust policy, and who of them is more than one pipeline."""

from typing import Any

import pytest

from providers.aws.trust_policy import too_wide, trusts

HOST = "token.actions.githubusercontent.com"
PROVIDER = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{HOST}"}

PRODUCTION = "repo:example/infra:environment:production"


def a_policy(principal: Any, condition: Any = None, **more: Any) -> Any:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return {"Statement": [statement | ({"Condition": condition} if condition else {})]}


def test_whoever_may_assume_it_is_told_with_what_is_asked_of_them() -> None:
    condition = {"StringEquals": {f"{HOST}:sub": PRODUCTION}}
    policy = a_policy(PROVIDER, condition)
    policy["Statement"] += a_policy({"Service": "ec2.amazonaws.com", "AWS": ["b", "a"]})["Statement"]
    policy["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "*"})

    assert trusts(policy) == (
        "AWS a",
        "AWS b",
        f"Federated {PROVIDER['Federated']} if StringEquals {HOST}:sub {PRODUCTION}",
        "Service ec2.amazonaws.com",
    )
    assert too_wide(policy) == ()


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::1:root", "*"]}])
def test_anybody_may_assume_what_asks_nothing_of_nobody_in_particular(principal: Any) -> None:
    assert too_wide(a_policy(principal)) == ("anybody may assume it",)
    assert too_wide(a_policy(principal, {"StringEquals": {"sts:ExternalId": "x"}})) == ()


def test_all_but_some_is_anybody() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}}

    assert too_wide({"Statement": statement}) == ("anybody may assume it",)


@pytest.mark.parametrize("condition", [None, {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"}}])
def test_every_pipeline_of_a_provider_may_assume_what_asks_nothing_of_its_subject(condition: Any) -> None:
    [found] = too_wide(a_policy(PROVIDER, condition))

    assert found.startswith(f"whoever has a pipeline at {HOST} may assume it")


@pytest.mark.parametrize(
    ("operator", "asks"),
    [
        ("StringEquals", True),
        ("StringLike", True),
        ("StringEqualsIgnoreCase", True),
        ("StringLikeIfExists", True),
        ("ForAnyValue:StringEquals", True),
        ("ForAnyValue:StringLikeIfExists", True),
        ("StringNotEquals", False),
        ("StringNotLike", False),
        ("ForAllValues:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("Null", False),
    ],
)
def test_only_an_operator_that_names_who_is_let_in_asks_for_a_subject(operator: str, asks: bool) -> None:
    """
    All pipelines but one are more than one.
    """
    value = "false" if operator == "Null" else PRODUCTION

    found = too_wide(a_policy(PROVIDER, {operator: {f"{HOST}:sub": value}}))

    assert [one.partition(":")[0] for one in found] == (
        [] if asks else [f"whoever has a pipeline at {HOST} may assume it"]
    )


@pytest.mark.parametrize(
    ("subject", "is_wide"),
    [
        ("*", True),
        ("repo:*", True),
        ("repo:example/*:ref:refs/heads/main", True),
        ("repo:example/infra:*", True),
        ("repo:example/infra:ref:*", True),
        ("repo:example/infra:ref:refs/heads/*", True),
        ("repo:example/infra:ref:refs/*", True),
        ("repo:example/infra:ref:r*", True),
        ("repo:example/infra:r*", True),
        ("repo:example/infra:ref*/*", True),
        ("repo:example/infra:ref:refs/tags/*", False),
        ("repo:example/infra:environment:prod*", False),
        ("repo:example/infr?:environment:production", True),
        ("repo:example/infra:pull_request", True),
        ("repo:example/infra:ref:refs/heads/release/*", False),
        ("repo:example/infra:environment:production", False),
        ("project_path:example/infra:ref_type:branch:ref:*", True),
        ("project_path:example/infra:ref_type:branch:*", True),
        ("project_path:example/infra:ref_type:b*", True),
        ("project_path:example/infra:ref_type:branch:ref:r*", False),
        ("project_path:example/infra:ref_type:branch:ref:main", False),
    ],
)
def test_a_subject_that_leaves_repository_or_branch_open_lets_in_more_than_one(
    subject: str, is_wide: bool
) -> None:
    condition = {"StringLike": {f"{HOST.upper()}:SUB": ["repo:example/infra:ref:refs/heads/main", subject]}}

    found = too_wide(a_policy(PROVIDER, condition))

    assert [one.rpartition(" ")[2] for one in found] == ([subject] if is_wide else [])


@pytest.mark.parametrize(
    "policy", [None, {}, {"Statement": "none"}, {"Statement": [{"Effect": "Allow"}]}, []]
)
def test_what_is_no_policy_trusts_nobody(policy: Any) -> None:
    assert (trusts(policy), too_wide(policy)) == ((), ())
