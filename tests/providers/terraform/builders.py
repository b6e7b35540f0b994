"""States as Terraform writes them: each builder states only what matters."""

import json
from typing import Any

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def a_state(*resources: dict[str, Any], **but: Any) -> bytes:
    document = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 7,
        "lineage": "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11",
        "outputs": {},
        "resources": resources,
    }
    return json.dumps(document | but).encode()


def a_resource(*instances: dict[str, Any], **but: Any) -> dict[str, Any]:
    resource = {"mode": "managed", "type": "aws_sqs_queue", "name": "orders", "provider": AWS}
    return resource | {"instances": list(instances or (an_instance(),))} | but


def an_instance(attributes: dict[str, Any] | None = None, **but: Any) -> dict[str, Any]:
    return {"schema_version": 0, "attributes": {"id": "queue-1"} | (attributes or {})} | but


def an_old_state(*modules: dict[str, Any], **but: Any) -> bytes:
    """A state of version 3, as Terraform 0.9 to 0.11 wrote it."""
    document = {
        "version": 3,
        "terraform_version": "0.11.14",
        "serial": 7,
        "lineage": "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11",
        "modules": modules,
    }
    return json.dumps(document | but).encode()


def a_module(*path: str, **resources: Any) -> dict[str, Any]:
    """A module below the root; `__` in the name of a resource stands for the dots in its key."""
    keyed = {name.replace("__", "."): resource for name, resource in resources.items()}
    return {"path": ["root", *path], "outputs": {}, "resources": keyed, "depends_on": []}


def an_old_resource(attributes: Any = None, **but: Any) -> dict[str, Any]:
    primary = {"id": "queue-1", "attributes": attributes or {"id": "queue-1"}, "meta": {}, "tainted": False}
    given = {key: but.pop(key) for key in ("id", "meta", "tainted") if key in but}
    resource = {"type": "aws_sqs_queue", "depends_on": [], "deposed": [], "provider": "provider.aws"}
    return resource | {"primary": primary | given} | but
