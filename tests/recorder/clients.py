"""The programs that people and machines call AWS with, as the log shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Client:
    """What a record tells of the caller's program, apart from the identity."""

    user_agent: str
    source_ip: str
    console_flag: bool = False
    tls: bool = True
    """False where a console back end or a service calls: the log then has no tlsDetails."""


BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)


def ec2_console(ip: str) -> Client:
    """The EC2 console calls from its back end, on behalf of the person's address."""
    return Client(user_agent="AWS Internal", source_ip=ip, console_flag=True, tls=False)


def browser_console(ip: str) -> Client:
    """The IAM console's pages call the API from the browser itself."""
    return Client(user_agent=BROWSER, source_ip=ip, console_flag=True)


def s3_console(ip: str) -> Client:
    """The S3 console leaves no console flag and looks like a plain client of S3."""
    agent = (
        "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.792 Linux/5.10.245-241.978.amzn2int.x86_64"
        " OpenJDK_64-Bit_Server_VM/25.472-b09 java/1.8.0_472 vendor/Oracle_Corporation"
        " cfg/retry-mode/standard]"
    )
    return Client(user_agent=agent, source_ip=ip)


def aws_cli(ip: str, command: str, features: str, session: str) -> Client:
    """The AWS CLI v2 in its own words; `features` says where its credentials came from."""
    agent = (
        "aws-cli/2.31.36 md/awscrt#0.28.4 ua/2.1 os/linux#6.14.0-35-generic md/arch#x86_64 lang/python#3.13.9"
        f" md/pyimpl#CPython m/{features} cfg/retry-mode#standard md/installer#exe sid/{session}"
        f" md/distrib#ubuntu.24 md/prompt#off md/command#{command}"
    )
    return Client(user_agent=agent, source_ip=ip)


def terraform(ip: str, agent: str) -> Client:
    """Terraform, with the user agent that the recording run really sent."""
    return Client(user_agent=agent, source_ip=ip)


def github_credentials_action(ip: str) -> Client:
    """The GitHub action that trades a workflow's token for AWS credentials."""
    agent = (
        "aws-sdk-js/3.930.0 ua/2.1 os/linux#6.11.0-1018-azure lang/js md/nodejs#20.19.5"
        " api/sts#3.930.0 m/E configure-aws-credentials-for-github-actions"
    )
    return Client(user_agent=agent, source_ip=ip)


def aws_service(host: str) -> Client:
    """A service acting by itself: its name stands where address and agent would."""
    return Client(user_agent=host, source_ip=host, tls=False)
