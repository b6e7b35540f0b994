"""What a call did: the rules of the log, the permissions and the tables."""

from typing import Any

import pytest

from drift.model.event import Effect, Operation, Outcome, Phase
from drift.model.verdict import Lane
from tests.providers.gcp.entries import ABSENT, a_permission, event_of, log_name

FINE: list[Any] = [ABSENT, {}, {"code": 0}, {"code": "0"}]


def test_what_the_activity_log_holds_is_a_write() -> None:
    event = event_of(authorizationInfo=ABSENT)

    assert (event.effect, event.intended, event.outcome) == (Effect.WRITE, Effect.WRITE, Outcome.SUCCESS)


@pytest.mark.parametrize("log", ["activity", "data_access"])
def test_a_permission_to_administer_makes_a_write(log: str) -> None:
    method = "google.example.v1.Things.GetAndFreeze"

    event = event_of(methodName=method, logName=log_name(log), authorizationInfo=[a_permission("x")])

    assert event.effect is Effect.WRITE


@pytest.mark.parametrize(
    ("permissions", "effect"),
    [
        (["DATA_READ", "DATA_WRITE"], Effect.DATA),
        (["DATA_READ"], Effect.READ),
        (["ADMIN_READ"], Effect.READ),
        ([], Effect.DATA),
    ],
)
def test_data_access_is_told_by_the_permissions(permissions: list[str], effect: Effect) -> None:
    event = event_of(
        serviceName="storage.googleapis.com",
        methodName="storage.objects.create",
        logName=log_name("data_access"),
        authorizationInfo=[a_permission("p", kind) for kind in permissions],
    )

    assert event.effect is effect


def test_data_access_without_permissions_is_told_by_its_name() -> None:
    event = event_of(
        methodName="v1.compute.urlMaps.get", logName=log_name("data_access"), authorizationInfo=[]
    )

    assert event.effect is Effect.READ


@pytest.mark.parametrize(
    "method",
    [
        "v1.compute.instances.get",
        "beta.compute.instances.aggregatedList",
        "google.iam.admin.v1.ListServiceAccountKeys",
        "GetIamPolicy",
        "storage.getIamPermissions",
        "google.cloud.asset.v1.AssetService.SearchAllResources",
        "io.k8s.core.v1.pods.watch",
    ],
)
def test_a_read_in_the_activity_log_is_known_by_its_name(method: str) -> None:
    assert event_of(methodName=method, authorizationInfo=ABSENT).effect is Effect.READ


@pytest.mark.parametrize(
    "method",
    ["v1.compute.targetHttpProxies.insert", "SetIamPolicy", "google.example.v1.Lists.UpdateList", "x.listen"],
)
def test_a_name_that_only_holds_a_word_of_reads_is_a_write(method: str) -> None:
    assert event_of(methodName=method, authorizationInfo=ABSENT).effect is Effect.WRITE


def test_a_system_event_is_a_write_of_a_service() -> None:
    event = event_of(
        methodName="google.container.internal.ClusterManagerInternal.UpdateClusterInternal",
        serviceName="container.googleapis.com",
        logName=log_name("system_event"),
        authorizationInfo=ABSENT,
        authenticationInfo={"principalEmail": "system@google.com"},
    )

    assert (event.effect, event.call.acting_service) == (Effect.WRITE, "container")


def test_what_a_policy_denied_has_failed() -> None:
    event = event_of(logName=log_name("policy"))

    assert (event.effect, event.intended, event.outcome) == (Effect.FAILED, Effect.WRITE, Outcome.FAILURE)
    assert event.error == "denied by a policy"


@pytest.mark.parametrize("status", FINE)
def test_no_code_or_zero_means_well(status: Any) -> None:
    assert event_of(status=status).effect is Effect.WRITE


@pytest.mark.parametrize("code", [7, "7", 13, "PERMISSION_DENIED"])
def test_any_other_code_means_that_it_failed(code: Any) -> None:
    event = event_of(status={"code": code, "message": "no"})

    assert (event.effect, event.intended) == (Effect.FAILED, Effect.WRITE)
    assert event.error == f"code {code}: no"


@pytest.mark.parametrize("granted", [False, "false"])
def test_a_refused_permission_means_that_it_failed(granted: Any) -> None:
    event = event_of(authorizationInfo=[a_permission("compute.firewalls.create", granted=granted)])

    assert event.effect is Effect.FAILED
    assert event.error == "the permission compute.firewalls.create was refused"


def test_one_granted_permission_of_several_that_were_tried_is_enough() -> None:
    """
    Some services try one permission after the other; a write that went through must not be hidden.
    """
    tried = [a_permission("a.b.c", granted=False), a_permission("a.b.d")]

    assert event_of(authorizationInfo=tried).effect is Effect.WRITE


@pytest.mark.parametrize(("status", "effect"), [(ABSENT, Effect.FAILED), ({}, Effect.WRITE)])
def test_the_severity_tells_where_no_status_does(status: Any, effect: Effect) -> None:
    assert event_of(severity="ERROR", status=status).effect is effect


def test_an_operation_that_failed_says_so_in_its_response() -> None:
    event = event_of(
        operation={"id": "op", "producer": "compute.googleapis.com", "last": True},
        response={"error": {"errors": [{"code": "QUOTA_EXCEEDED", "message": "too many"}]}},
    )

    assert (event.effect, event.error) == (Effect.FAILED, "QUOTA_EXCEEDED: too many")


@pytest.mark.parametrize(
    ("service", "method", "effect"),
    [
        ("iamcredentials", "GenerateAccessToken", Effect.AUTH),
        ("iamcredentials", "SignBlob", Effect.AUTH),
        ("sts", "google.identity.sts.v1.SecurityTokenService.ExchangeToken", Effect.AUTH),
        ("login", "google.login.LoginService.loginSuccess", Effect.AUTH),
        (
            "privilegedaccessmanager",
            "google.cloud.privilegedaccessmanager.v1alpha.PrivilegedAccessManager.CreateGrant",
            Effect.AUTH,
        ),
        ("compute", "v1.compute.instances.start", Effect.RUNTIME),
        ("compute", "beta.compute.instances.stop", Effect.RUNTIME),
        ("compute", "compute.instances.migrateOnHostMaintenance", Effect.RUNTIME),
        ("compute", "v1.compute.instanceGroupManagers.resize", Effect.RUNTIME),
        ("cloudsql", "cloudsql.instances.restart", Effect.RUNTIME),
        ("cloudbuild", "google.devtools.cloudbuild.v1.CloudBuild.CreateBuild", Effect.RUNTIME),
        ("appengine", "google.appengine.v1.Versions.CreateVersion", Effect.DEPLOY),
        ("clouddeploy", "google.cloud.deploy.v1.CloudDeploy.CreateRollout", Effect.DEPLOY),
        ("artifactregistry", "Docker-PutManifest", Effect.DEPLOY),
        ("bigquery", "google.cloud.bigquery.v2.JobService.InsertJob", Effect.DATA),
        ("k8s.io", "io.k8s.core.v1.pods.create", Effect.DATA),
        ("k8s.io", "io.k8s.core.v1.pods.list", Effect.READ),
    ],
)
def test_the_tables_know_what_the_log_does_not_tell(service: str, method: str, effect: Effect) -> None:
    host = service if "." in service else f"{service}.googleapis.com"

    assert event_of(serviceName=host, methodName=method).effect is effect


def test_a_refused_sign_in_stays_a_sign_in() -> None:
    event = event_of(
        serviceName="iamcredentials.googleapis.com", methodName="GenerateAccessToken", status={"code": 7}
    )

    assert (event.effect, event.outcome) == (Effect.AUTH, Outcome.FAILURE)


RUN = {"serviceName": "run.googleapis.com", "methodName": "google.cloud.run.v2.Services.UpdateService"}
FUNCTION = {
    "serviceName": "cloudfunctions.googleapis.com",
    "methodName": "google.cloud.functions.v1.CloudFunctionsService.UpdateFunction",
}


@pytest.mark.parametrize(
    ("call", "request_", "effect", "lane"),
    [
        (RUN, {"updateMask": "template.containers.image"}, Effect.DEPLOY, Lane.APPLICATION),
        (RUN, {"update_mask": {"paths": ["template.scaling", "ingress"]}}, Effect.WRITE, Lane.INFRASTRUCTURE),
        (RUN, {}, Effect.WRITE, Lane.APPLICATION),
        (FUNCTION, {"updateMask": "source_upload_url"}, Effect.DEPLOY, Lane.APPLICATION),
        (FUNCTION, {"updateMask": {"paths": ["environment_variables"]}}, Effect.WRITE, Lane.CONFIGURATION),
        (FUNCTION, {"updateMask": "environmentVariables,sourceUploadUrl"}, Effect.WRITE, Lane.APPLICATION),
        (FUNCTION, {"updateMask": "ingressSettings"}, Effect.WRITE, Lane.INFRASTRUCTURE),
    ],
)
def test_the_mask_of_an_update_tells_code_from_configuration(
    call: dict[str, str], request_: Any, effect: Effect, lane: Lane
) -> None:
    event = event_of(**call, request=request_)

    assert (event.effect, event.lane) == (effect, lane)


@pytest.mark.parametrize("permission", ["ADMIN_WRITE", "DATA_WRITE", None])
@pytest.mark.parametrize("log", ["activity", "data_access"])
@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("secretmanager", "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion"),
        ("secretmanager", "google.cloud.secretmanager.v1beta1.SecretManagerService.DestroySecretVersion"),
        ("parametermanager", "google.cloud.parametermanager.v1.ParameterManager.CreateParameterVersion"),
        ("runtimeconfig", "google.cloud.runtimeconfig.v1beta1.RuntimeConfigManager.UpdateVariable"),
    ],
)
def test_a_value_that_programs_read_is_written_like_any_configuration(
    service: str, method: str, log: str, permission: str | None
) -> None:
    event = event_of(
        serviceName=f"{service}.googleapis.com",
        methodName=method,
        logName=log_name(log),
        authorizationInfo=[{"permission": "x.versions.add", "permissionType": permission, "granted": True}],
    )

    assert (event.effect, event.lane) == (Effect.WRITE, Lane.CONFIGURATION)


def test_the_value_of_a_secret_is_not_taken_over() -> None:
    payload = {"data": "aHVudGVyMg==", "dataCrc32c": "1"}

    event = event_of(
        serviceName="secretmanager.googleapis.com",
        methodName="google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion",
        request={"parent": "projects/1/secrets/db", "payload": payload},
        response={"secret": [{"payload": payload, "name": "projects/1/secrets/db/versions/2"}]},
    )

    assert event.request == {"parent": "projects/1/secrets/db", "payload": "(not taken over)"}
    assert "aHVudGVyMg" not in repr(event)


@pytest.mark.parametrize(
    ("service", "method", "lane"),
    [
        (
            "secretmanager",
            "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion",
            Lane.CONFIGURATION,
        ),
        ("runtimeconfig", "google.cloud.runtimeconfig.v1beta1.Manager.UpdateVariable", Lane.CONFIGURATION),
        ("firebaseremoteconfig", "google.firebase.remoteconfig.v1.UpdateRemoteConfig", Lane.CONFIGURATION),
        ("run", "google.cloud.run.v1.Services.ReplaceService", Lane.APPLICATION),
        ("run", "google.cloud.run.v1.Services.CreateService", Lane.APPLICATION),
        ("run", "google.cloud.run.v2.Services.CreateService", Lane.APPLICATION),
        ("run", "google.cloud.run.v2.Jobs.CreateJob", Lane.APPLICATION),
        ("cloudfunctions", "google.cloud.functions.v2.FunctionService.CreateFunction", Lane.APPLICATION),
        ("appengine", "google.appengine.v1.Versions.CreateVersion", Lane.APPLICATION),
        ("compute", "v1.compute.firewalls.insert", Lane.INFRASTRUCTURE),
        ("run", "google.cloud.run.v2.Services.DeleteService", Lane.INFRASTRUCTURE),
    ],
)
def test_every_call_has_its_lane(service: str, method: str, lane: Lane) -> None:
    assert event_of(serviceName=f"{service}.googleapis.com", methodName=method).lane is lane


@pytest.mark.parametrize(
    ("mark", "operation"),
    [
        ({"first": True}, Operation(key="compute.googleapis.com/op-1", phase=Phase.BEGIN)),
        ({"last": True}, Operation(key="compute.googleapis.com/op-1", phase=Phase.END)),
        ({"first": False, "last": "true"}, Operation(key="compute.googleapis.com/op-1", phase=Phase.END)),
        ({"first": True, "last": True}, None),
        ({}, None),
    ],
)
def test_a_long_operation_is_told_in_two_entries(mark: dict[str, Any], operation: Operation | None) -> None:
    event = event_of(operation={"id": "op-1", "producer": "compute.googleapis.com"} | mark)

    assert event.operation == operation


@pytest.mark.parametrize("operation", [ABSENT, {}, {"first": True}])
def test_an_entry_without_an_operation_tells_the_whole(operation: Any) -> None:
    assert event_of(operation=operation).operation is None
