"""The part of the estate that is plain Terraform: partial backends, whole ones, aliases, registry modules."""

from tests.estate_map.contents import an_aws_state
from tests.estate_map.model import ACCOUNTS, TEAMS, Account, Estate, of

SERVICES = ("api", "worker", "web", "jobs", "search", "mail", "auth", "billing")

SHARED_MAIN = """
terraform {
  backend "s3" {
    encrypt        = true
    dynamodb_table = "locks"
  }
}

variable "account_id" {
  type = string
}

variable "aws_region" {
  type = string
}

provider "aws" {
  region = var.aws_region

  assume_role {
    role_arn = "arn:aws:iam::${var.account_id}:role/deploy"
  }
}

module "queue" {
  source  = "terraform-aws-modules/sqs/aws"
  version = "4.1.0"
}
"""

WHOLE = """
terraform {{
  required_version = ">= 1.3"

  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{version}"
    }}
  }}

  backend "s3" {{
    bucket = "{bucket}"
    key    = "{key}"
    region = "eu-west-1"
  }}
}}

locals {{
  account_id = "{account}"
}}

provider "aws" {{
  region = "{region}"

  assume_role {{
    role_arn = "arn:aws:iam::${{local.account_id}}:role/deploy"
  }}
}}

provider "aws" {{
  alias  = "dns"
  region = "us-east-1"

  assume_role {{
    role_arn = "arn:aws:iam::{other}:role/dns"
  }}
}}

module "vpc" {{
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"
}}
"""


def add_partial_backends(estate: Estate) -> None:
    """Add 40 root modules with six `-backend-config` files each."""
    for number, (team, service) in enumerate((team, service) for team in TEAMS for service in SERVICES):
        folder = f"stacks/{team}/{service}"
        estate.write(f"{folder}/main.tf", SHARED_MAIN)
        for step in range(6):
            account = ACCOUNTS[(number * 7 + step * 11) % len(ACCOUNTS)]
            key = f"{team}/{service}/{account.name}.tfstate"
            estate.write(
                f"{folder}/backends/{account.name}.tfbackend",
                f'bucket = "tf-stacks"\nkey    = "{key}"\nregion = "eu-west-1"\n',
            )
            # Account and region come from the command line, so that only the resources tell them.
            state = an_aws_state(account, account.region, (number * 6 + step) * 10)
            estate.keep(f"tf-stacks/{key}", state, of(account, folder))


def add_whole_backends(estate: Estate) -> None:
    """Add 180 root modules with a backend of their own, and a second account for their names."""
    for number in range(180):
        account, other = ACCOUNTS[number % len(ACCOUNTS)], ACCOUNTS[(number + 4) % len(ACCOUNTS)]
        _add_whole(estate, account, other, number)


def _add_whole(estate: Estate, account: Account, other: Account, number: int) -> None:
    folder = f"accounts/{account.name}/part-{number:03d}"
    key = f"{account.name}/part-{number:03d}/terraform.tfstate"
    bucket = f"tf-accounts-{account.environment}"
    estate.write(
        f"{folder}/main.tf",
        WHOLE.format(
            version=account.version,
            bucket=bucket,
            key=key,
            account=account.id,
            region=account.region,
            other=other.id,
        ),
    )
    # A state with nothing of its own account in it would be the other's.
    alias = other if number % 3 == 0 and number % 10 != 7 else None
    state = an_aws_state(account, account.region, number, alias=alias)
    estate.keep(f"{bucket}/{key}", state, of(account, folder))
