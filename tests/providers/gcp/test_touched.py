"""What was touched, in the form in which Terraform writes its ids."""

# ruff: noqa: E501 - a table is read by its columns

from typing import Any

import pytest

from drift.model.resource import Resource
from providers.gcp.names import name_of, region_of
from tests.providers.gcp.entries import ABSENT, NUMBER, PROJECT, event_of, log_name

P = f"projects/{PROJECT}"
N = f"projects/{NUMBER}"
CLUSTER = "google.container.v1.ClusterManager."
EMAIL = f"robot@{PROJECT}.iam.gserviceaccount.com"
PAM = "google.cloud.privilegedaccessmanager.v1.PrivilegedAccessManager."

ROWS: list[tuple[str, str, str, str, str]] = [
    ("compute", "v1.compute.firewalls.patch", f"{P}/global/firewalls/web", "google_compute_firewall", f"{P}/global/firewalls/web"),
    ("compute", "beta.compute.instances.insert", f"{P}/zones/europe-west1-b/instances/a", "google_compute_instance", f"{P}/zones/europe-west1-b/instances/a"),
    ("compute", "v1.compute.instances.setTags", f"{N}/zones/europe-west1-b/instances/a", "google_compute_instance", f"{P}/zones/europe-west1-b/instances/a"),
    ("compute", "v1.compute.instances.stop", f"{P}/zones/europe-west1-b/instances/a", "google_compute_instance", f"{P}/zones/europe-west1-b/instances/a"),
    ("compute", "v1.compute.projects.setCommonInstanceMetadata", P, "google_compute_project_metadata", P),
    ("compute", "v1.compute.networks.delete", f"{P}/global/networks/n", "google_compute_network", f"{P}/global/networks/n"),
    ("compute", "v1.compute.subnetworks.patch", f"{P}/regions/r1/subnetworks/s", "google_compute_subnetwork", f"{P}/regions/r1/subnetworks/s"),
    ("compute", "v1.compute.routes.insert", f"{P}/global/routes/r", "google_compute_route", f"{P}/global/routes/r"),
    ("compute", "v1.compute.routers.patch", f"{P}/regions/r1/routers/r", "google_compute_router", f"{P}/regions/r1/routers/r"),
    ("compute", "v1.compute.addresses.insert", f"{P}/regions/r1/addresses/a", "google_compute_address", f"{P}/regions/r1/addresses/a"),
    ("compute", "v1.compute.globalAddresses.insert", f"{P}/global/addresses/a", "google_compute_global_address", f"{P}/global/addresses/a"),
    ("compute", "v1.compute.disks.resize", f"{P}/zones/z-1/disks/d", "google_compute_disk", f"{P}/zones/z-1/disks/d"),
    ("compute", "v1.compute.backendServices.patch", f"{P}/global/backendServices/b", "google_compute_backend_service", f"{P}/global/backendServices/b"),
    ("compute", "v1.compute.regionBackendServices.patch", f"{P}/regions/r1/backendServices/b", "google_compute_region_backend_service", f"{P}/regions/r1/backendServices/b"),
    ("compute", "v1.compute.urlMaps.update", f"{P}/global/urlMaps/u", "google_compute_url_map", f"{P}/global/urlMaps/u"),
    ("compute", "v1.compute.forwardingRules.delete", f"{P}/regions/r1/forwardingRules/f", "google_compute_forwarding_rule", f"{P}/regions/r1/forwardingRules/f"),
    ("compute", "v1.compute.globalForwardingRules.insert", f"{P}/global/forwardingRules/f", "google_compute_global_forwarding_rule", f"{P}/global/forwardingRules/f"),
    ("compute", "v1.compute.securityPolicies.addRule", f"{P}/global/securityPolicies/s", "google_compute_security_policy", f"{P}/global/securityPolicies/s"),
    ("compute", "v1.compute.instanceTemplates.insert", f"{P}/global/instanceTemplates/t", "google_compute_instance_template", f"{P}/global/instanceTemplates/t"),
    ("compute", "v1.compute.instanceGroupManagers.patch", f"{P}/zones/z-1/instanceGroupManagers/g", "google_compute_instance_group_manager", f"{P}/zones/z-1/instanceGroupManagers/g"),
    ("compute", "v1.compute.regionInstanceGroupManagers.patch", f"{P}/regions/r1/instanceGroupManagers/g", "google_compute_region_instance_group_manager", f"{P}/regions/r1/instanceGroupManagers/g"),
    ("compute", "v1.compute.autoscalers.update", f"{P}/zones/z-1/autoscalers/a", "google_compute_autoscaler", f"{P}/zones/z-1/autoscalers/a"),
    ("compute", "v1.compute.sslPolicies.patch", f"{P}/global/sslPolicies/s", "google_compute_ssl_policy", f"{P}/global/sslPolicies/s"),
    ("compute", "v1.compute.targetHttpsProxies.setSslCertificates", f"{P}/global/targetHttpsProxies/t", "google_compute_target_https_proxy", f"{P}/global/targetHttpsProxies/t"),
    ("compute", "v1.compute.vpnTunnels.insert", f"{P}/regions/r1/vpnTunnels/v", "google_compute_vpn_tunnel", f"{P}/regions/r1/vpnTunnels/v"),
    ("cloudresourcemanager", "SetIamPolicy", P, "google_project_iam_member", P),
    ("cloudresourcemanager", "google.cloud.resourcemanager.v3.Folders.SetIamPolicy", "folders/7", "google_folder_iam_member", "folders/7"),
    ("cloudresourcemanager", "SetIamPolicy", "organizations/7", "google_organization_iam_member", "organizations/7"),
    ("orgpolicy", "google.cloud.orgpolicy.v2.OrgPolicy.UpdatePolicy", "organizations/7/policies/iam.x", "google_org_policy_policy", "organizations/7/policies/iam.x"),
    ("cloudresourcemanager", "UpdateProject", P, "google_project", P),
    ("serviceusage", "google.api.serviceusage.v1.ServiceUsage.EnableService", f"{N}/services/run.googleapis.com", "google_project_service", f"{N}/services/run.googleapis.com"),
    ("iam", "google.iam.admin.v1.CreateRole", f"{P}/roles/Deployer", "google_project_iam_custom_role", f"{P}/roles/Deployer"),
    ("iam", "google.iam.admin.v1.UpdateRole", "organizations/7/roles/Deployer", "google_organization_iam_custom_role", "organizations/7/roles/Deployer"),
    ("storage", "storage.buckets.update", "projects/_/buckets/assets", "google_storage_bucket", "assets"),
    ("storage", "storage.setIamPermissions", "projects/_/buckets/assets", "google_storage_bucket_iam_member", "b/assets"),
    ("storage", "storage.setIamPermissions", "projects/_/buckets/assets/objects/a/b.txt", "google_storage_object_acl", "assets-a/b.txt"),
    ("container", f"{CLUSTER}UpdateCluster", f"{P}/zones/z-1/clusters/c", "google_container_cluster", f"{P}/locations/z-1/clusters/c"),
    ("container", "google.container.v1beta1.ClusterManager.UpdateCluster", f"{P}/locations/r1/clusters/c", "google_container_cluster", f"{P}/locations/r1/clusters/c"),
    ("container", f"{CLUSTER}UpdateNodePool", f"{P}/zones/z-1/clusters/c/nodePools/n", "google_container_node_pool", f"{P}/locations/z-1/clusters/c/nodePools/n"),
    ("cloudsql", "cloudsql.instances.update", f"{P}/instances/db", "google_sql_database_instance", "db"),
    ("cloudsql", "cloudsql.instances.create", f"instances/{PROJECT}:db", "google_sql_database_instance", "db"),
    ("cloudsql", "cloudsql.users.update", f"{P}/instances/db", "google_sql_user", f"{P}/instances/db"),
    ("pubsub", "google.pubsub.v1.Publisher.CreateTopic", f"{P}/topics/t", "google_pubsub_topic", f"{P}/topics/t"),
    ("pubsub", "google.pubsub.v1.Subscriber.DeleteSubscription", f"{P}/subscriptions/s", "google_pubsub_subscription", f"{P}/subscriptions/s"),
    ("bigquery", "google.cloud.bigquery.v2.DatasetService.UpdateDataset", f"{P}/datasets/d", "google_bigquery_dataset", f"{P}/datasets/d"),
    ("bigquery", "google.cloud.bigquery.v2.TableService.PatchTable", f"{P}/datasets/d/tables/t", "google_bigquery_table", f"{P}/datasets/d/tables/t"),
    ("run", "google.cloud.run.v2.Services.UpdateService", f"{P}/locations/r1/services/s", "google_cloud_run_v2_service", f"{P}/locations/r1/services/s"),
    ("run", "google.cloud.run.v2.Services.SetIamPolicy", f"{P}/locations/r1/services/s", "google_cloud_run_v2_service_iam_member", f"{P}/locations/r1/services/s"),
    ("cloudfunctions", "google.cloud.functions.v1.CloudFunctionsService.DeleteFunction", f"{P}/locations/r1/functions/f", "google_cloudfunctions_function", f"{P}/locations/r1/functions/f"),
    ("cloudfunctions", "google.cloud.functions.v2.FunctionService.UpdateFunction", f"{P}/locations/r1/functions/f", "google_cloudfunctions2_function", f"{P}/locations/r1/functions/f"),
    ("dns", "dns.managedZones.create", "managedZones/web", "google_dns_managed_zone", f"{P}/managedZones/web"),
    ("logging", "google.logging.v2.ConfigServiceV2.DeleteSink", f"{P}/sinks/audit", "google_logging_project_sink", f"{P}/sinks/audit"),
    ("logging", "google.logging.v2.ConfigServiceV2.UpdateSink", "organizations/7/sinks/audit", "google_logging_organization_sink", "organizations/7/sinks/audit"),
    ("logging", "google.logging.v2.ConfigServiceV2.UpdateBucket", f"{P}/locations/global/buckets/b", "google_logging_project_bucket_config", f"{P}/locations/global/buckets/b"),
    ("cloudkms", "DestroyCryptoKeyVersion", f"{P}/locations/r1/keyRings/k/cryptoKeys/c/cryptoKeyVersions/1", "google_kms_crypto_key", f"{P}/locations/r1/keyRings/k/cryptoKeys/c"),
    ("cloudkms", "SetIamPolicy", f"{P}/locations/r1/keyRings/k/cryptoKeys/c", "google_kms_crypto_key_iam_member", f"{P}/locations/r1/keyRings/k/cryptoKeys/c"),
    ("secretmanager", "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion", f"{N}/secrets/s", "google_secret_manager_secret", f"{P}/secrets/s"),
    ("monitoring", "google.monitoring.v3.AlertPolicyService.UpdateAlertPolicy", f"{P}/alertPolicies/9", "google_monitoring_alert_policy", f"{P}/alertPolicies/9"),
    ("artifactregistry", "google.devtools.artifactregistry.v1.ArtifactRegistry.UpdateRepository", f"{P}/locations/r1/repositories/i", "google_artifact_registry_repository", f"{P}/locations/r1/repositories/i"),
    ("redis", "google.cloud.redis.v1.CloudRedis.UpdateInstance", f"{P}/locations/r1/instances/i", "google_redis_instance", f"{P}/locations/r1/instances/i"),
    ("cloudscheduler", "google.cloud.scheduler.v1.CloudScheduler.PauseJob", f"{P}/locations/r1/jobs/j", "google_cloud_scheduler_job", f"{P}/locations/r1/jobs/j"),
    ("cloudbuild", "google.devtools.cloudbuild.v1.CloudBuild.UpdateBuildTrigger", f"{P}/locations/global/triggers/t", "google_cloudbuild_trigger", f"{P}/locations/global/triggers/t"),
    ("iam", "google.iam.v1.WorkloadIdentityPools.UpdateWorkloadIdentityPool", f"{N}/locations/global/workloadIdentityPools/ci", "google_iam_workload_identity_pool", f"{P}/locations/global/workloadIdentityPools/ci"),
    ("iam", "google.iam.v1.WorkloadIdentityPools.UpdateWorkloadIdentityPoolProvider", f"{N}/locations/global/workloadIdentityPools/ci/providers/gh", "google_iam_workload_identity_pool_provider", f"{P}/locations/global/workloadIdentityPools/ci/providers/gh"),
    ("privilegedaccessmanager", f"{PAM}CreateGrant", f"{P}/locations/global/entitlements/admin", "google_privileged_access_manager_entitlement", f"{P}/locations/global/entitlements/admin"),
    ("deploymentmanager", "v2.deploymentmanager.deployments.insert", f"{P}/global/deployments/d", "google_deployment_manager_deployment", f"{P}/global/deployments/d"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "method", "name", "kind", "identity"), ROWS)
def test_every_kind_of_call_finds_its_resource(
    service: str, method: str, name: str, kind: str, identity: str
) -> None:
    event = event_of(serviceName=f"{service}.googleapis.com", methodName=method, resourceName=name)

    assert event.resources == (Resource(type=kind, id=identity),)


def touched(service: str, method: str, name: str, **fields: Any) -> list[tuple[str | None, str]]:
    event = event_of(serviceName=f"{service}.googleapis.com", methodName=method, resourceName=name, **fields)
    return [(one.type, one.id) for one in event.resources]


def labelled(**labels: str) -> dict[str, Any]:
    return {"type": "x", "labels": {"project_id": PROJECT} | labels}


def test_a_service_account_is_found_by_its_address_where_its_name_is_a_number() -> None:
    found = touched(
        "iam",
        "google.iam.admin.v1.DisableServiceAccount",
        "projects/-/serviceAccounts/1029384756",
        resource=labelled(email_id=EMAIL, unique_id="1029384756"),
    )

    assert found == [("google_service_account", f"{P}/serviceAccounts/{EMAIL}")]


def test_a_new_service_account_is_found_in_the_response() -> None:
    found = touched("iam", "google.iam.admin.v1.CreateServiceAccount", P, response={"email": EMAIL})

    assert found == [("google_service_account", f"{P}/serviceAccounts/{EMAIL}")]


def test_the_policy_of_a_service_account_without_an_address_is_found_by_number() -> None:
    found = touched("iam", "google.iam.admin.v1.SetIAMPolicy", "projects/-/serviceAccounts/1029384756")

    assert found == [("google_service_account_iam_member", "projects/-/serviceAccounts/1029384756")]


def test_a_new_key_is_found_in_the_response() -> None:
    key = f"{P}/serviceAccounts/{EMAIL}/keys/0a1b"

    found = touched(
        "iam",
        "google.iam.admin.v1.CreateServiceAccountKey",
        "projects/-/serviceAccounts/1",
        response={"name": key},
    )

    assert found == [("google_service_account_key", key)]


def test_a_service_of_the_older_api_takes_its_place_from_the_labels() -> None:
    found = touched(
        "run",
        "google.cloud.run.v1.Services.ReplaceService",
        f"namespaces/{PROJECT}/services/web",
        resource=labelled(location="europe-west1", service_name="web"),
    )

    assert found == [("google_cloud_run_v2_service", f"{P}/locations/europe-west1/services/web")]


def test_records_of_a_zone_are_named_with_their_type() -> None:
    change = {
        "additions": [{"name": "a.example.com.", "type": "A"}, {"name": "b.example.com.", "type": "TXT"}]
    }

    found = touched("dns", "dns.changes.create", "managedZones/web", request={"change": change})

    zone = f"{P}/managedZones/web/rrsets"
    assert found == [
        ("google_dns_record_set", f"{zone}/a.example.com./A"),
        ("google_dns_record_set", f"{zone}/b.example.com./TXT"),
    ]


def test_services_that_are_switched_on_together_are_all_named() -> None:
    found = touched(
        "serviceusage",
        "google.api.serviceusage.v1.ServiceUsage.BatchEnableServices",
        N,
        request={"serviceIds": ["run.googleapis.com", "sqladmin.googleapis.com"]},
    )

    assert [one for _, one in found] == [
        f"{N}/services/run.googleapis.com",
        f"{N}/services/sqladmin.googleapis.com",
    ]


def test_a_new_subscription_is_not_the_topic_that_the_entry_names() -> None:
    found = touched(
        "pubsub",
        "google.pubsub.v1.Subscriber.CreateSubscription",
        f"{P}/topics/t",
        response={"name": f"{P}/subscriptions/s"},
    )

    assert found == [("google_pubsub_subscription", f"{P}/subscriptions/s")]


def test_a_dataset_of_an_old_entry_is_found_beside_the_request() -> None:
    data = {"datasetInsertRequest": {"resource": {"datasetName": {"datasetId": "sales"}}}}

    found = touched("bigquery", "datasetservice.insert", f"{P}/datasets", serviceData=data)

    assert found == [("google_bigquery_dataset", f"{P}/datasets/sales")]


def test_a_call_without_a_row_names_its_resource_under_the_projects_id() -> None:
    assert touched("example", "Freeze", f"{N}/things/t") == [(None, f"{P}/things/t")]
    assert touched("example", "Freeze", f"//example.googleapis.com/{P}/things/t") == [(None, f"{P}/things/t")]


def test_a_call_that_names_nothing_touches_nothing() -> None:
    assert event_of(serviceName="example.googleapis.com", resourceName=ABSENT).resources == ()


def test_a_forged_list_of_millions_is_cut() -> None:
    many = [{"name": f"{number}.", "type": "A"} for number in range(3000)]

    found = touched("dns", "dns.changes.create", "managedZones/web", request={"change": {"additions": many}})

    assert len(found) == 500


@pytest.mark.parametrize(
    ("fields", "account"),
    [
        ({}, PROJECT),
        ({"resource": ABSENT}, PROJECT),
        ({"resource": ABSENT, "logName": ABSENT, "resourceName": f"{P}/x/y"}, PROJECT),
        ({"resource": {"labels": {"organization_id": "7"}}, "logName": log_name("activity", "organizations/7")}, "organizations/7"),
        ({"resource": ABSENT, "logName": log_name("activity", "folders/8"), "resourceName": "folders/8"}, "folders/8"),
        ({"resource": ABSENT, "logName": ABSENT, "resourceName": ABSENT}, None),
        ({"resource": ABSENT, "logName": ABSENT, "resourceName": "projects/_/buckets/b"}, None),
    ],
)  # fmt: skip
def test_the_account_is_the_project_or_what_stands_above_it(
    fields: dict[str, Any], account: str | None
) -> None:
    assert event_of(**fields).call.account == account


@pytest.mark.parametrize(
    ("fields", "region"),
    [
        ({"resource": labelled(zone="europe-west1-b")}, "europe-west1"),
        ({"resource": labelled(location="us")}, "us"),
        ({"resource": labelled(location="")}, None),
        ({"resourceLocation": {"currentLocations": ["europe-west1-b"]}}, "europe-west1"),
        ({"resourceLocation": {"currentLocations": ["europe-west1", "us-east1"]}}, None),
        ({"resourceName": f"{P}/zones/us-east1-c/instances/a"}, "us-east1"),
        ({}, None),
    ],
)
def test_the_region_is_a_zones_region(fields: dict[str, Any], region: str | None) -> None:
    assert event_of(**fields).call.region == region


def test_names_are_taken_apart() -> None:
    name = name_of(f"https://www.googleapis.com/compute/v1/{P}/global/firewalls/web")

    assert (dict(name.parts), name.last) == ({"projects": PROJECT, "firewalls": "web"}, "web")


@pytest.mark.parametrize(
    ("location", "region"),
    [("us-central1-a", "us-central1"), ("northamerica-northeast1-b", "northamerica-northeast1"), ("global", "global"), ("eu", "eu"), ("", None)],
)  # fmt: skip
def test_a_region_is_told_from_a_zone(location: str, region: str | None) -> None:
    assert region_of(location) == region
