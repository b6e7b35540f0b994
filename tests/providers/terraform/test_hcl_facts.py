from pathlib import Path

import pytest

from providers.terraform.hcl_facts import CodeFacts, read_code


def code(folder: Path, **files: str) -> CodeFacts:
    for name, text in files.items():
        file = folder / f"{name.replace('__', '/')}.tf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return read_code(folder)


def ignoring(folder: Path, expression: str) -> tuple[str, ...]:
    lifecycle = f"lifecycle {{\n ignore_changes = {expression}\n}}"
    block = code(folder, main=f'resource "aws_instance" "web" {{\n{lifecycle}\n}}\n').block(
        "aws_instance.web"
    )
    assert block is not None
    return block.ignored


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ("[ami]", ("ami",)),
        ("[\n  ami, # built nightly\n  user_data,\n]", ("ami", "user_data")),
        ('[tags["Name"]]', ("tags.Name",)),
        ('[tags["example.com/role"]]', ('tags["example.com/role"]',)),
        ("[tags.Name]", ("tags.Name",)),
        ("[root_block_device[0].volume_size]", ("root_block_device[0].volume_size",)),
        ("[ebs_block_device.0.volume_size]", ("ebs_block_device[0].volume_size",)),
        ('["ebs_block_device.0.volume_size"]', ("ebs_block_device[0].volume_size",)),
        ("tags", ("tags",)),
        ('"all"', ("*",)),
        ("all", ("*",)),
        ('["ami", "tags.Name"]', ("ami", "tags.Name")),
        ('["*"]', ("*",)),
        ("[]", ()),
    ],
)
def test_ignored_attributes_are_read_as_paths(
    tmp_path: Path, expression: str, paths: tuple[str, ...]
) -> None:
    assert ignoring(tmp_path, expression) == paths


def test_a_block_has_its_file_and_line(tmp_path: Path) -> None:
    facts = code(tmp_path, queues='# ours\n\nresource "aws_sqs_queue" "orders" {\n}\n')

    block = facts.block("aws_sqs_queue.orders")

    assert block is not None
    assert (block.source, block.ignored) == ("queues.tf:3", ())


def test_the_json_syntax_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text(
        '{\n"resource": {"aws_sqs_queue": {\n'
        '"orders": {"name": "a", "lifecycle": {"ignore_changes": "all"}}}}}'
    )

    block = read_code(tmp_path).block("aws_sqs_queue.orders[0]")

    assert block is not None
    assert (block.source, block.ignored, block.coded) == ("main.tf.json:3", ("*",), {"name": "a"})


@pytest.mark.parametrize("address", ["aws_sqs_queue.orders[0]", 'aws_sqs_queue.orders["a].b[\\"0"]'])
def test_instance_keys_lead_to_their_block(tmp_path: Path, address: str) -> None:
    facts = code(tmp_path, main='resource "aws_sqs_queue" "orders" {\n}\n')

    assert facts.block(address) is not None


def test_local_modules_are_followed_to_their_blocks(tmp_path: Path) -> None:
    facts = code(
        tmp_path,
        main='module "a" {\n  source = "./modules/a"\n}\n',
        modules__a__main='module "b" {\n  for_each = var.names\n  source   = "../b"\n}\n',
        modules__b__queue='resource "aws_sqs_queue" "orders" {\n  lifecycle { ignore_changes = [tags] }\n}\n',
    )

    block = facts.block('module.a.module.b["x"].aws_sqs_queue.orders')

    assert block is not None
    assert (block.source, block.ignored) == ("modules/b/queue.tf:1", ("tags",))


def test_a_module_that_is_not_at_hand_is_named(tmp_path: Path) -> None:
    """
    What it ignores is not known, and would be taken for drift.
    """
    facts = code(tmp_path, main='module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')

    assert facts.unreadable == (
        "main.tf:1: module.vpc (terraform-aws-modules/vpc/aws): it is not in .terraform/modules",
    )


def test_a_local_module_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    facts = code(tmp_path, main='module "a" {\n  source = "./gone"\n}\n')

    assert facts.unreadable == ("gone: no such folder",)


def test_a_module_that_calls_itself_ends(tmp_path: Path) -> None:
    facts = code(
        tmp_path,
        main='module "a" {\n  source = "./a"\n}\n',
        a__main='module "a" {\n  source = "../a"\n}\nresource "aws_sqs_queue" "orders" {\n}\n',
    )

    assert list(facts.blocks) == ["module.a.aws_sqs_queue.orders"]


def test_an_override_file_changes_what_a_block_ignores(tmp_path: Path) -> None:
    facts = code(
        tmp_path,
        main='resource "aws_sqs_queue" "orders" {\n  lifecycle { ignore_changes = [tags] }\n}\n',
        a_override='resource "aws_sqs_queue" "orders" {\n  lifecycle { ignore_changes = all }\n}\n',
        b_override='resource "aws_sqs_queue" "orders" {\n  name = "x"\n}\n',
    )

    block = facts.block("aws_sqs_queue.orders")

    assert block is not None
    assert (block.source, block.ignored) == ("main.tf:1", ("*",))


@pytest.mark.parametrize(
    "text", ['resource "aws_sqs_queue" {', "password = hunter2 hunter3", "a = " + "[" * 3000, "\x00", '"""""']
)
def test_a_file_that_does_not_parse_is_named_and_hides_no_other(tmp_path: Path, text: str) -> None:
    facts = code(tmp_path, broken=text, main='resource "aws_sqs_queue" "orders" {\n}\n')

    assert facts.block("aws_sqs_queue.orders") is not None
    (reason,) = facts.unreadable
    assert reason.startswith("broken.tf: not valid HCL")
    assert "hunter" not in reason


def test_a_file_that_cannot_be_read_as_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"# \xff")
    (tmp_path / "folder.tf").mkdir()
    (tmp_path / "more.tf.json").write_text("{")

    facts = read_code(tmp_path)

    assert facts.unreadable == (
        "folder.tf: Is a directory",
        "main.tf: not valid UTF-8",
        "more.tf.json: not valid JSON",
    )


def test_code_that_is_not_there_is_reported(tmp_path: Path) -> None:
    assert read_code(tmp_path / "gone").unreadable == (".: no such folder",)
