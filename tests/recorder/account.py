"""The account as a story sees it: what Terraform built, and the APIs to change it by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3

from tests.recorder.model import Json
from tests.simulator.moto import REGION


@dataclass(frozen=True, kw_only=True)
class Account:
    """Access to one simulated account."""

    url: str
    state: Json
    terraform_agent: str
    move_clock: Callable[[datetime], None]

    def client(self, service: str) -> Any:
        """Return a boto3 client; its answers lend the audit log their ids."""
        session: Any = boto3.Session(
            region_name=REGION,
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",
        )
        return session.client(service, endpoint_url=self.url)

    def attributes(self, address: str) -> Json:
        """Return the attributes of one declared instance, as in `aws_subnet.checkout["a"]`."""
        for resource in self.state["resources"]:
            for instance in resource["instances"]:
                key = instance.get("index_key")
                suffix = "" if key is None else f'["{key}"]'
                if f"{resource['type']}.{resource['name']}{suffix}" == address:
                    return instance["attributes"]
        raise KeyError(address)
