"""How fast AWS is asked."""

import pytest

from providers.aws.native.asking import Asking, is_of_aws
from providers.aws.native.services import load_services
from providers.aws.session import AwsAccess, open_session


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("url", "is_"),
    [
        ("https://s3.eu-west-1.amazonaws.com", True),
        ("https://ec2.cn-north-1.amazonaws.com.cn", True),
        ("https://lambda.eu-west-1.api.aws", True),
        ("http://127.0.0.1:5000", False),
        ("https://amazonaws.com.example.org", False),
    ],
)
def test_aws_is_told_from_what_stands_in_for_it(url: str, is_: bool) -> None:
    assert is_of_aws(url) is is_


@pytest.mark.parametrize(("endpoint", "seconds"), [(None, 15.0), ("http://127.0.0.1:9", 0.0)])
def test_aws_is_asked_no_faster_than_its_share(
    monkeypatch: pytest.MonkeyPatch, endpoint: str | None, seconds: float
) -> None:
    """
    EC2 allows 100 calls at once and 20 a second: of a fifth of that, 80 calls take 15 s.
    """
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "simulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")
    clock, access = Clock(), AwsAccess(region="eu-west-1", endpoint=endpoint)
    asking = Asking(
        session=open_session(access),
        access=access,
        services=load_services(),
        share=0.2,
        connections=1,
        ticks=lambda: clock.now,
        sleep=clock.sleep,
    )

    for _ in range(80):
        asking._wait(("ec2", "eu-west-1"))

    assert clock.now == pytest.approx(seconds)
