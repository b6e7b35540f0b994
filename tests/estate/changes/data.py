"""Changes to buckets, databases, keys and secrets."""

import json

from tests.estate.out_of_band import Target, drifts


def _keep_no_versions(bucket: Target) -> None:
    bucket.client("s3").put_bucket_versioning(
        Bucket=bucket.id, VersioningConfiguration={"Status": "Suspended"}
    )


def _allow_public_policies(block: Target) -> None:
    block.client("s3").put_public_access_block(
        Bucket=block.id,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        },
    )


def _let_everybody_read(policy: Target) -> None:
    document = json.loads(policy["policy"])
    everybody = {
        "Sid": "Everybody",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{policy['bucket']}/*",
    }
    document["Statement"].append(everybody)
    policy.client("s3").put_bucket_policy(Bucket=policy["bucket"], Policy=json.dumps(document))


def _protect_no_longer(database: Target) -> None:
    database.client("rds").modify_db_instance(
        DBInstanceIdentifier=database["identifier"],
        DeletionProtection=False,
        BackupRetentionPeriod=1,
        ApplyImmediately=True,
    )


def _name_an_owner(cluster: Target) -> None:
    cluster.client("rds").add_tags_to_resource(
        ResourceName=cluster["arn"], Tags=[{"Key": "Owner", "Value": "nobody"}]
    )


def _keep_no_history(table: Target) -> None:
    table.client("dynamodb").update_continuous_backups(
        TableName=table.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def _rotate_no_longer(key: Target) -> None:
    key.client("kms").disable_key_rotation(KeyId=key.id)


def _turn_on(parameter: Target) -> None:
    parameter.client("ssm").put_parameter(Name=parameter.id, Value="all", Type="String", Overwrite=True)


CHANGES = (
    drifts("aws_s3_bucket.logs", "versioning[0].enabled", by=_keep_no_versions),
    drifts("aws_s3_bucket_public_access_block.logs", "block_public_policy", by=_allow_public_policies),
    drifts("aws_s3_bucket_policy.logs", "policy", by=_let_everybody_read),
    drifts("aws_db_instance.orders", "backup_retention_period", "deletion_protection", by=_protect_no_longer),
    drifts("aws_rds_cluster.carts", "tags.Owner", by=_name_an_owner),
    drifts("aws_dynamodb_table.orders", "point_in_time_recovery[0].enabled", by=_keep_no_history),
    drifts("aws_kms_key.shop", "enable_key_rotation", by=_rotate_no_longer),
    drifts("aws_ssm_parameter.flags", "value", by=_turn_on),
)
