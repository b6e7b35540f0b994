"""Frank uses the emergency role during INC-204; it pages even though the incident is real."""

from tests.recorder import clients
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Json, Story, Telling, Ticket
from tests.recorder.sign_in import assume_role, sign_in_with_cli
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail, wordy

PERSON = "frank@example.com"
ADDRESS = "203.0.113.188"
LARGER = "db.m5.2xlarge"


def tell(account: Account, trail: Trail) -> Telling:
    """Sign in, break the glass, enlarge the database."""
    database = account.attributes("aws_db_instance.orders")
    features = "i,o,r,E,b,Z"
    look = clients.aws_cli(ADDRESS, "rds.describe-db-instances", features, trail.letters(12).lower())
    modify = clients.aws_cli(ADDRESS, "rds.modify-db-instance", features, trail.letters(12).lower())
    own = sign_in_with_cli(
        trail, PERSON, "OnCall", november(21, "02:31:58"), ADDRESS, "rds.describe-db-instances"
    )
    emergency = assume_role(
        trail, own, look, november(21, "02:31:59"), "BreakGlassAdmin", PERSON, f"{PERSON}.INC-204"
    )
    wanted = {"dBInstanceIdentifier": database["id"]}
    trail.read(emergency, look, november(21, "02:32:00"), "rds:DescribeDBInstances", wanted)
    trail.read(
        emergency,
        look,
        november(21, "02:34:37"),
        "rds:DescribeEvents",
        {"sourceIdentifier": database["id"], "sourceType": "db-instance", "duration": 60},
    )
    account.move_clock(november(21, "02:38:12"))
    account.client("rds").modify_db_instance(
        DBInstanceIdentifier=database["id"], DBInstanceClass=LARGER, ApplyImmediately=True
    )
    request = {
        **wanted,
        "dBInstanceClass": LARGER,
        "applyImmediately": True,
        "allowMajorVersionUpgrade": False,
    }
    trail.call(
        emergency, modify, november(21, "02:38:12"), "rds:ModifyDBInstance", request, _answer(database)
    )
    trail.read(emergency, look, november(21, "02:41:05"), "rds:DescribeDBInstances", wanted)

    change = Change(
        type="aws_db_instance",
        id=database["id"],
        actor=PERSON,
        channel="manual",
        tool="cli",
        lane="emergency",
        disposition="emergency",
        ticket="INC-204",
        alert=True,
    )
    finding = Finding(
        kind="drifted",
        address="aws_db_instance.orders",
        type="aws_db_instance",
        id=database["id"],
        paths=("instance_class",),
    )
    ticket = Ticket(
        key="INC-204",
        kind="incident",
        title="Orders time out: database at 100 % CPU",
        status="In progress",
        requested_by="frank@example.com",
        assignee="frank@example.com",
        created_at=november(21, "02:19:33"),
        updated_at=november(21, "02:44:10"),
        resources=(database["id"],),
    )
    return Telling(changes=[change], findings=[finding], tickets=[ticket])


def _answer(database: Json) -> Json:
    return {
        "dBInstanceIdentifier": database["id"],
        "dBInstanceArn": database["arn"],
        "dbiResourceId": database["resource_id"],
        "dBInstanceClass": database["instance_class"],
        "dBInstanceStatus": "available",
        "engine": database["engine"],
        "engineVersion": database["engine_version"],
        "masterUsername": database["username"],
        "dBName": database["name"],
        "allocatedStorage": database["allocated_storage"],
        "storageType": database["storage_type"],
        "storageEncrypted": database["storage_encrypted"],
        "multiAZ": database["multi_az"],
        "publiclyAccessible": database["publicly_accessible"],
        "backupRetentionPeriod": database["backup_retention_period"],
        "deletionProtection": database["deletion_protection"],
        "endpoint": {"address": database["address"], "port": database["port"]},
        "latestRestorableTime": wordy(november(21, "02:33:00")),
        "pendingModifiedValues": {"dBInstanceClass": LARGER},
        "httpEndpointEnabled": False,
    }


STORY = Story(
    name="break-glass",
    seed=1707,
    built_at=october(13, "07:50:00"),
    read_at=november(21, "03:00:00"),
    tell=tell,
)
