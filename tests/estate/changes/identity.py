"""Changes to who may do what."""

import json

from tests.estate.out_of_band import Target, drifts, goes

EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def _trust_a_stranger(role: Target) -> None:
    trust = json.loads(role["assume_role_policy"])
    trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::999988887777:root"
    role.client("iam").update_assume_role_policy(RoleName=role.id, PolicyDocument=json.dumps(trust))


def _allow_the_role_everything(policy: Target) -> None:
    policy.client("iam").put_role_policy(
        RoleName=policy["role"], PolicyName=policy["name"], PolicyDocument=EVERYTHING
    )


def _allow_holders_everything(policy: Target) -> None:
    policy.client("iam").create_policy_version(
        PolicyArn=policy["arn"], PolicyDocument=EVERYTHING, SetAsDefault=True
    )


def _detach(attachment: Target) -> None:
    attachment.client("iam").detach_role_policy(
        RoleName=attachment["role"], PolicyArn=attachment["policy_arn"]
    )


def _allow_short_passwords(policy: Target) -> None:
    policy.client("iam").update_account_password_policy(
        MinimumPasswordLength=8,
        RequireSymbols=True,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        AllowUsersToChangePassword=True,
        MaxPasswordAge=policy["max_password_age"],
        PasswordReusePrevention=policy["password_reuse_prevention"],
    )


def _move_to_another_team(user: Target) -> None:
    user.client("iam").tag_user(UserName=user["name"], Tags=[{"Key": "Team", "Value": "nobody"}])


def _switch_off(key: Target) -> None:
    key.client("iam").update_access_key(UserName=key["user"], AccessKeyId=key.id, Status="Inactive")


CHANGES = (
    drifts("aws_iam_role.orders", "assume_role_policy", by=_trust_a_stranger),
    drifts("aws_iam_role_policy.orders_queue", "policy", by=_allow_the_role_everything),
    drifts("aws_iam_policy.read_orders", "policy", by=_allow_holders_everything),
    goes("aws_iam_role_policy_attachment.orders_logs", by=_detach),
    drifts("aws_iam_account_password_policy.shop", "minimum_password_length", by=_allow_short_passwords),
    drifts("aws_iam_user.robot", "tags.Team", by=_move_to_another_team),
    drifts("aws_iam_access_key.robot", "status", by=_switch_off),
)
