"""A simulated account to read, behind a proxy that may refuse."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import boto3

from drift.model.baseline import DeclaredResource
from drift.model.resource import Json
from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from tests.estate.calls import Call
from tests.estate.proxy import Proxy, proxy_before
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native import live

ACCOUNT = "111122223333"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account with nothing in it but what AWS puts into every one."""

    proxy: Proxy

    def client(self, service: str, region: str = REGION) -> Any:
        """Return a client that changes things; it passes the proxy as well."""
        return boto3.client(service, region_name=region)

    def reader(self, **settings: Any) -> AwsNative:
        """Return what is tested."""
        return AwsNative(AwsNativeSettings(**{"region": REGION, "share": 1, **settings}))


@contextmanager
def an_account(
    admits: Callable[[Call], bool] = lambda _: True, refusal: tuple[int, str] | None = None
) -> Iterator[Account]:
    """Serve an account to the SDK, and to nobody else."""
    with simulated_aws() as moto:
        moto.environment.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        url = os.environ["AWS_ENDPOINT_URL"]
        with proxy_before(url, admits=admits, refusal=refusal) as proxy:
            moto.environment.setenv("AWS_ENDPOINT_URL", proxy.url)
            yield Account(proxy=proxy)


def a_declared(
    type_: str,
    id_: str | None,
    region: str | None = REGION,
    account: str | None = ACCOUNT,
    **attributes: Json,
) -> DeclaredResource:
    """Return a resource as a state declares it."""
    return replace(live.a_declared(type_, id_, **attributes), account=account, region=region)
