"""The part of the estate that Terragrunt deploys: 360 states, in an older and a newer style."""

from tests.estate_map.contents import an_aws_state
from tests.estate_map.model import ACCOUNTS, Account, Estate, of

COMPONENTS = ("vpc", "dns", "queues", "cache", "bastion", "alarms", "ecs", "roles", "backups")

ROOT = """
locals {{
  account = read_terragrunt_config(find_in_parent_folders("account.hcl"))
  region  = read_terragrunt_config(find_in_parent_folders("region.hcl"))

  account_id = local.account.locals.account_id
  aws_region = local.region.locals.aws_region
}}

generate "provider" {{
  path      = "provider.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<EOF
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{version}"
    }}
  }}
}}

provider "aws" {{
  region              = "${{local.aws_region}}"
  allowed_account_ids = ["${{local.account_id}}"]
}}
EOF
}}

remote_state {{
  backend = "s3"
  config = {{
    bucket         = "{prefix}-${{local.account_id}}-${{local.aws_region}}"
    key            = "${{path_relative_to_include()}}/terraform.tfstate"
    region         = local.aws_region
    dynamodb_table = "locks"
    encrypt        = true
  }}
  generate = {{
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }}
}}

inputs = merge(
  local.account.locals,
  local.region.locals,
)
"""

OLDER_UNIT = """
include {{
  path = find_in_parent_folders()
}}

terraform {{
  source = "${{get_repo_root()}}/modules//{component}"
}}

inputs = {{
  name = "{component}"
}}
"""

NEWER_UNIT = """
include "root" {{
  path = find_in_parent_folders("root.hcl")
}}

include "common" {{
  path   = "${{dirname(find_in_parent_folders("root.hcl"))}}/_common/{component}.hcl"
  expose = true
}}

inputs = {{
  size = include.common.locals.size
}}
"""

COMMON = """
locals {{
  size = "small"
}}

terraform {{
  source = "tfr:///terraform-aws-modules/{component}/aws?version=5.1.2"
}}
"""


def add_terragrunt(estate: Estate) -> None:
    """Add 270 units of the older style and 90 of the newer."""
    estate.write("live/terragrunt.hcl", ROOT.format(version="4.67.0", prefix="tf-live"))
    estate.write("fleet/root.hcl", ROOT.format(version="5.31.0", prefix="tf-fleet"))
    for component in COMPONENTS:
        estate.write(f"fleet/_common/{component}.hcl", COMMON.format(component=component))
        estate.write(
            f"modules/{component}/main.tf", 'resource "aws_sqs_queue" "main" {\n  name = "main"\n}\n'
        )
    for account in ACCOUNTS[:30]:
        _add_units(estate, account, "live", "tf-live", OLDER_UNIT)
    for account in ACCOUNTS[30:]:
        _add_units(estate, account, "fleet", "tf-fleet", NEWER_UNIT)


def _add_units(estate: Estate, account: Account, tree: str, prefix: str, unit: str) -> None:
    above = f"{account.environment}/{account.name}"
    estate.write(f"{tree}/{above}/account.hcl", f'locals {{\n  account_id = "{account.id}"\n}}\n')
    estate.write(f"{tree}/{above}/{account.region}/region.hcl", _region(account.region))
    for number, component in enumerate(COMPONENTS):
        folder = f"{above}/{account.region}/{component}"
        estate.write(f"{tree}/{folder}/terragrunt.hcl", unit.format(component=component))
        state = an_aws_state(account, account.region, account.number * 10 + number)
        bucket = f"{prefix}-{account.id}-{account.region}"
        estate.keep(f"{bucket}/{folder}/terraform.tfstate", state, of(account, f"{tree}/{folder}"))


def _region(region: str) -> str:
    return f'locals {{\n  aws_region = "{region}"\n}}\n'
