"""What states hold: some say where they stand, some only half, some nothing."""

import json

from tests.estate_map.model import Account, Json

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def an_aws_state(account: Account, region: str, number: int, *, alias: Account | None = None) -> bytes:
    """Return a state; of ten one holds only what stands in no region, and one nothing of a cloud."""
    resources: list[Json] = []
    if number % 10 == 3:
        resources.append(_resource("aws_iam_role", {"arn": f"arn:aws:iam::{account.id}:role/app-{number}"}))
    elif number % 10 == 7:
        resources.append(
            _resource("random_id", {"hex": "00ff"}, 'provider["registry.terraform.io/hashicorp/random"]')
        )
    else:
        arn = f"arn:aws:sqs:{region}:{account.id}:queue-{number}"
        resources.append(_resource("aws_sqs_queue", {"arn": arn, "name": f"queue-{number}"}))
    if alias is not None:
        for name in ("dns", "edge"):
            arn = f"arn:aws:route53resolver:us-east-1:{alias.id}:rule/{name}-{number}"
            resources.append(_resource("aws_route53_resolver_rule", {"arn": arn}, f"{AWS}.{name}", name))
    return _state(resources, number)


def a_google_state(project: str, region: str, number: int) -> bytes:
    """Return a state of Google Cloud."""
    attributes = {"project": project, "region": region, "name": f"address-{number}"}
    provider = 'provider["registry.terraform.io/hashicorp/google"]'
    return _state([_resource("google_compute_address", attributes, provider)], number)


def an_azure_state(subscription: str, location: str, number: int) -> bytes:
    """Return a state of Azure."""
    id_ = f"/subscriptions/{subscription}/resourceGroups/group-{number}"
    provider = 'provider["registry.terraform.io/hashicorp/azurerm"]'
    return _state([_resource("azurerm_resource_group", {"id": id_, "location": location}, provider)], number)


def _resource(type_: str, attributes: Json, provider: str = AWS, name: str = "main") -> Json:
    return {
        "mode": "managed",
        "type": type_,
        "name": name,
        "provider": provider,
        "instances": [{"schema_version": 0, "attributes": {"id": f"{type_}-1", **attributes}}],
    }


def _state(resources: list[Json], number: int) -> bytes:
    document = {
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": number + 1,
        "lineage": f"00000000-0000-4000-8000-{number:012d}",
        "outputs": {},
        "resources": resources,
    }
    return json.dumps(document).encode()
