"""What would have to change in the code, tried with git itself."""

import subprocess
from pathlib import Path

import pytest

from drift.errors import ProviderError
from drift.model.adoption import CodeChange, CodePlace, Wanted
from drift.model.resource import Json
from providers.terraform.baseline import TerraformStateSettings
from providers.terraform.code_edits import TerraformCode

MAIN = """# The database.
resource "aws_db_instance" "orders" {
  instance_class    = "db.m5.large" # sized in 2024
  allocated_storage = 100
  multi_az          = true
  engine            = var.engine
  name              = "orders-${var.stage}"
  iops              = "3000"

  /* who may reach it */
  vpc_security_group_ids = ["sg-1", "sg-2"]
  cnames = [
    "a.example.com",
    "b.example.com",
  ]

  tags = {
    Name               = "orders"
    "example.com/team" = "data"   // billed to
    (var.key)          = "x"
  }

  root_block_device {
    volume_size = 8
  }

  ingress {
    from_port = 443
  }
  ingress {
    from_port = 80
  }
}
"""
LINE = 2


def adopted(folder: Path, path: str, declared: Json, live: Json, content: str = MAIN) -> CodeChange:
    """The change for one attribute, of the code as it stands in `folder`."""
    (folder / "main.tf").write_bytes(content.encode())
    code = TerraformCode(TerraformStateSettings(state=str(folder)))
    return code.edit(a_place(folder), [Wanted(path=path, declared=declared, live=live)])


def a_place(folder: Path, **but: object) -> CodePlace:
    facts: dict[str, object] = {
        "state": str(folder / "terraform.tfstate"),
        "address": "aws_db_instance.orders",
        "source": f"main.tf:{LINE}",
    }
    return CodePlace(**{**facts, **but})  # type: ignore[arg-type]


def applied(folder: Path, change: CodeChange) -> str:
    """The file after git has applied the patch, as it was printed."""
    printed = "".join(f"# {line}\n" for line in change.remarks) + change.text
    git = ["git", "-C", str(folder), "apply", "-"]
    done = subprocess.run(git, input=printed.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return (folder / "main.tf").read_bytes().decode()


@pytest.mark.parametrize(
    ("path", "declared", "live", "old", "new"),
    [
        ("instance_class", "db.m5.large", "db.m5.xlarge", '"db.m5.large" #', '"db.m5.xlarge" #'),
        ("allocated_storage", 100, 200, "= 100", "= 200"),
        ("multi_az", True, False, "= true", "= false"),
        ("iops", 3000, 4000, '"3000"', '"4000"'),
        ("tags.Name", "orders", "odd ${x} %{y} \"z\"", '"orders"\n', '"odd $${x} %%{y} \\"z\\""\n'),
        ('tags["example.com/team"]', "data", "web", '"data"   //', '"web"   //'),
        ("root_block_device[0].volume_size", 8, 20, "= 8\n", "= 20\n"),
        ("vpc_security_group_ids", ["sg-1"], ["sg-3"], '["sg-1", "sg-2"]', '["sg-2", "sg-3"]'),
        ("vpc_security_group_ids", [], ["sg-3"], '["sg-1", "sg-2"]', '["sg-1", "sg-2", "sg-3"]'),
        ("cnames[1]", "b.example.com", "c.example.com", '"b.example.com"', '"c.example.com"'),
    ],
)  # fmt: skip
def test_a_literal_is_replaced_and_all_around_it_stays(
    tmp_path: Path, path: str, declared: Json, live: Json, old: str, new: str
) -> None:
    change = adopted(tmp_path, path, declared, live)

    assert MAIN.count(old) == 1
    assert applied(tmp_path, change) == MAIN.replace(old, new)


@pytest.mark.parametrize(
    ("path", "declared", "live", "why"),
    [
        ("engine", "postgres", "mysql", "it is an expression, not a literal"),
        ("name", "orders-live", "x", "it is an expression, not a literal"),
        ("kms_key_id", None, "arn:x", "the block does not set it"),
        ("tags.owner", None, "bob", "the code does not set this key"),
        ("ingress", [], [{"from_port": 22}], "it is a block"),
        ("ingress[0].from_port", 443, 22, "it is a block"),
        ("multi_az", True, None, "the cloud does not set it: remove it"),
        ("cnames", ["a.example.com"], [], "the list stands on several lines"),
        ("vpc_security_group_ids", ["sg-9"], ["sg-3"], "the code does not say what its state says"),
        ("instance_class", "db.m5.large", ["x"], "what is there has another form"),
    ],
)
def test_what_is_no_literal_is_told_and_left_alone(
    tmp_path: Path, path: str, declared: Json, live: Json, why: str
) -> None:
    change = adopted(tmp_path, path, declared, live)

    assert change.text == ""
    [remark] = change.remarks
    assert remark.startswith(f"by hand: {path}: {why}")
    assert f"at main.tf:{LINE}; " in remark


def test_several_attributes_make_one_patch_and_the_rest_is_told(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MAIN)
    wanted = [
        Wanted(path="allocated_storage", declared=100, live=200),
        Wanted(path="password", declared=None, live=None, is_hidden=True),
        Wanted(path="multi_az", declared=True, live=False),
    ]

    change = TerraformCode(TerraformStateSettings(state=str(tmp_path))).edit(a_place(tmp_path), wanted)

    assert applied(tmp_path, change) == MAIN.replace("= 100", "= 200").replace("= true", "= false")
    assert change.remarks == (
        f"apply it with: git -C {tmp_path} apply",
        f"by hand: password: its value is sensitive, and never shown, at main.tf:{LINE}",
    )


@pytest.mark.parametrize("content", [MAIN.replace("\n", "\r\n"), MAIN.rstrip("\n"), f"\ufeff{MAIN}"])
def test_line_ends_and_marks_of_a_file_stay(tmp_path: Path, content: str) -> None:
    change = adopted(tmp_path, "allocated_storage", 100, 200, content)

    assert applied(tmp_path, change) == content.replace("= 100", "= 200")


def test_a_module_outside_the_folder_is_patched_from_the_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for name in ("live", "module"):
        (tmp_path / name).mkdir()
    (tmp_path / "module" / "main.tf").write_text(MAIN)
    code = TerraformCode(TerraformStateSettings(state="s3://bucket/key", code=str(tmp_path / "live")))
    place = a_place(tmp_path, source=f"../module/main.tf:{LINE}", address="module.db.aws_db_instance.orders")

    change = code.edit(place, [Wanted(path="allocated_storage", declared=100, live=200)])

    assert change.text.startswith("--- a/module/main.tf\n+++ b/module/main.tf\n")
    git = ["git", "-C", str(tmp_path), "apply", "--check", "-"]
    assert subprocess.run(git, input=change.text.encode(), check=False).returncode == 0


@pytest.mark.parametrize(
    ("but", "content"),
    [
        ({"sharers": 2}, MAIN),
        ({"address": "aws_db_instance.orders[0]"}, MAIN),
        ({"address": 'module.db["eu.west"].aws_db_instance.orders'}, MAIN),
        ({}, MAIN.replace("allocated", "count = 1\n  allocated")),
    ],
)
def test_a_block_of_several_resources_is_left_alone(
    tmp_path: Path, but: dict[str, object], content: str
) -> None:
    (tmp_path / "main.tf").write_text(content)
    wanted = [Wanted(path="multi_az", declared=True, live=False)]

    change = TerraformCode(TerraformStateSettings(state=str(tmp_path))).edit(a_place(tmp_path, **but), wanted)

    assert change.text == ""
    assert "declares several resources; the cloud has false" in change.remarks[0]


@pytest.mark.parametrize("content", ["", "resource {", MAIN.replace("orders", "others"), f"\n{MAIN}"])
def test_code_that_changed_since_is_not_edited(tmp_path: Path, content: str) -> None:
    with pytest.raises(ProviderError, match="does not declare") as refused:
        adopted(tmp_path, "allocated_storage", 100, 200, content)

    assert "compare again" in refused.value.hint


def test_code_that_is_not_there_is_named(tmp_path: Path) -> None:
    code = TerraformCode(TerraformStateSettings(state=str(tmp_path)))

    with pytest.raises(ProviderError, match="cannot be read"):
        code.edit(a_place(tmp_path), [Wanted(path="multi_az", declared=True, live=False)])


# Plans


@pytest.mark.parametrize(
    ("state", "address", "plan"),
    [
        ("/w/prod/terraform.tfstate", "aws_vpc.main", "terraform -chdir=/w/prod plan -target=aws_vpc.main"),
        (
            "/w/my code/terraform.tfstate",
            'module.web["a b"].aws_vpc.main[0]',
            "terraform '-chdir=/w/my code' plan '-target=module.web[\"a b\"].aws_vpc.main[0]'",
        ),
        (
            "/w/prod/terraform.tfstate.d/blue/terraform.tfstate",
            "aws_vpc.main",
            "TF_WORKSPACE=blue terraform -chdir=/w/prod plan -target=aws_vpc.main",
        ),
    ],
)
def test_a_plan_is_made_where_the_code_is(state: str, address: str, plan: str) -> None:
    assert TerraformCode(TerraformStateSettings(state=state)).plan(state, address) == plan


def test_the_folder_of_the_code_and_a_workspace_in_a_bucket_are_known() -> None:
    code = TerraformCode(TerraformStateSettings(state="s3://bucket/x", code="/src/prod"))

    plan = code.plan("s3://bucket/env:/blue/prod.tfstate", "aws_vpc.main")

    assert plan == "TF_WORKSPACE=blue terraform -chdir=/src/prod plan -target=aws_vpc.main"


# Imports


def imported(type_: str, resource_id: str, provider: str | None = None) -> CodeChange:
    return TerraformCode(TerraformStateSettings(state="x")).import_block(type_, resource_id, provider)


def test_a_resource_is_imported_by_its_id() -> None:
    block = imported("aws_s3_bucket", "example-logs.2026").text

    assert block == (
        "import {\n  to = aws_s3_bucket.example_logs_2026\n"
        '  id = "example-logs.2026"\n}\n'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "resource_id", "import_id"),
    [
        ("aws_ecs_service", "arn:aws:ecs:eu-west-1:111122223333:service/prod/web", "prod/web"),
        ("aws_kms_grant", "key-1:0ab3", "key-1:0ab3"),
        ("aws_cloudwatch_event_rule", "nightly", "<bus>/nightly"),
        ("aws_iam_role_policy_attachment", "deploy-2026", "<role>/<policy_arn>"),
    ],
)
def test_a_type_with_a_form_of_its_own_is_imported_by_that(
    type_: str, resource_id: str, import_id: str
) -> None:
    change = imported(type_, resource_id)

    assert f'  id = "{import_id}"\n' in change.text
    assert ("put in what the id does not tell" in " ".join(change.remarks)) is ("<" in import_id)


@pytest.mark.parametrize(
    ("provider", "line"),
    [
        ('provider["registry.terraform.io/hashicorp/aws"].west', "  provider = aws.west\n"),
        ('provider["registry.terraform.io/hashicorp/aws"]', ""),
        ('module.eu.provider["registry.terraform.io/hashicorp/aws"].west', ""),
    ],
)
def test_the_block_names_the_provider_of_its_neighbours(provider: str, line: str) -> None:
    change = imported("aws_s3_bucket", "logs", provider)

    assert change.text.endswith(f'  id = "logs"\n{line}}}\n')
    assert any("import it in that module" in one for one in change.remarks) is ("module" in provider)


@pytest.mark.parametrize("resource_id", ['"}\n', "42", "../x", "ünï", "---", "/subscriptions/x/name.y"])
def test_the_label_of_a_hostile_id_is_a_name(resource_id: str) -> None:
    import hcl2

    hcl2.parses_to_tree(imported("aws_s3_bucket", resource_id).text)
