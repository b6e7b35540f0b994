"""The rest of the estate: other clouds, HCP Terraform, workspaces, and what no code tells."""

from tests.estate_map.contents import a_google_state, an_aws_state, an_azure_state
from tests.estate_map.model import ACCOUNTS, ENVIRONMENTS, Estate, Truth, of

GOOGLE = 'terraform {{\n  backend "gcs" {{\n    bucket = "tf-google"\n    prefix = "{key}"\n  }}\n}}\n'

AZURE = """
terraform {{
  backend "azurerm" {{
    resource_group_name  = "state"
    storage_account_name = "tfazure"
    container_name       = "states"
    key                  = "{key}"
  }}
}}
"""

HCP = """
terraform {{
  cloud {{
    organization = "example"

    workspaces {{
      name = "{key}"
    }}
  }}
}}

provider "aws" {{
  region              = "{region}"
  allowed_account_ids = ["{account}"]
}}
"""

WORKSPACES = """
terraform {
  backend "s3" {
    bucket = "tf-spaces"
    key    = "shared/terraform.tfstate"
  }
}
"""

FROM_THE_ENVIRONMENT = """
remote_state {
  backend = "s3"
  config = {
    bucket = "tf-env"
    key    = "${get_env("TIER")}/terraform.tfstate"
  }
}
"""

FROM_THE_COMMAND_LINE = 'terraform {\n  backend "s3" {}\n}\n'


def add_other_clouds(estate: Estate) -> None:
    """Add 30 states of Google Cloud and 30 of Azure."""
    for number in range(30):
        environment = ENVIRONMENTS[number % 4]
        project, key = f"example-{environment}-{number:02d}", f"google/app-{number:02d}"
        estate.write(f"{key}/main.tf", GOOGLE.format(key=key))
        truth = Truth(code=key, account=project, region="europe-west4", environment=environment)
        estate.keep(
            f"tf-google/{key}/default.tfstate", a_google_state(project, "europe-west4", number), truth
        )
        subscription = f"{number % 4}f1e2d3c-0000-4000-8000-{number:012d}"
        folder, key = f"azure/app-{number:02d}", f"app-{number:02d}.tfstate"
        estate.write(f"{folder}/main.tf", AZURE.format(key=key))
        truth = Truth(code=folder, account=subscription, region="westeurope", environment=environment)
        estate.keep(f"tfazure/states/{key}", an_azure_state(subscription, "westeurope", number), truth)


def add_workspaces(estate: Estate) -> None:
    """Add 30 workspaces of HCP Terraform, and 20 of one root module in S3."""
    for number, account in enumerate(ACCOUNTS[:30]):
        folder, key = f"hcp/{account.name}", f"app-{account.name}"
        estate.write(f"{folder}/main.tf", HCP.format(key=key, account=account.id, region=account.region))
        state = an_aws_state(account, account.region, number)
        estate.keep(f"example/{key}.tfstate", state, of(account, folder))
    estate.write("shared/main.tf", WORKSPACES)
    for number, account in enumerate(ACCOUNTS[:20]):
        state = an_aws_state(account, account.region, number * 10)
        path = f"tf-spaces/env:/{account.name}/shared/terraform.tfstate"
        estate.keep(path, state, of(account, "shared"))


def add_what_no_code_tells(estate: Estate) -> None:
    """Add ten states: their keys come from a pipeline's environment, or from its command line."""
    estate.write("untold/tiers/terragrunt.hcl", FROM_THE_ENVIRONMENT)
    estate.write("untold/partial/main.tf", FROM_THE_COMMAND_LINE)
    for number, account in enumerate(ACCOUNTS[:10]):
        folder = "untold/tiers" if number % 2 else "untold/partial"
        state = an_aws_state(account, account.region, number * 10)
        estate.keep(f"tf-env/tier-{number}/terraform.tfstate", state, of(account, folder))
