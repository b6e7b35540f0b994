"""One folder of code: its blocks, with override files merged in as Terraform does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from providers.terraform.code.files import Files
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.syntax import Block, Expression, ParsedFile, overridden

ENDINGS = (".tf", ".tf.json", ".tofu", ".tofu.json")


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and the file that it stands in."""

    path: PurePosixPath
    block: Block


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """What stands in the files of a folder."""

    folder: PurePosixPath
    resources: Mapping[str, Placed] = field(default_factory=dict)
    """By `type.name`."""
    calls: Mapping[str, Placed] = field(default_factory=dict)
    """The modules that it calls, by their names."""
    variables: Mapping[str, Block] = field(default_factory=dict)
    locals: Mapping[str, Expression] = field(default_factory=dict)
    providers: tuple[Placed, ...] = ()
    terraform: tuple[Placed, ...] = ()
    unreadable: tuple[tuple[PurePosixPath, str], ...] = ()
    """Files that could not be read, each with the reason."""


def read_module(files: Files, folder: PurePosixPath, parsed: ParsedFiles) -> Module:
    """Return the module in a folder; a file that cannot be read hides no other."""
    blocks: dict[tuple[str, ...], Placed] = {}
    terraform: list[Placed] = []
    values: dict[str, Expression] = {}
    unreadable: list[tuple[PurePosixPath, str]] = []
    for path, file in _files(files, folder, parsed):
        if file.error is not None:
            unreadable.append((path, file.error))
        for block in file.body.blocks:
            match block.type:
                case "terraform":
                    terraform.append(Placed(path, block))
                case "locals":
                    values |= {one.name: one.value for one in block.attributes}
                case _:
                    _put(blocks, _key(block), Placed(path, block))
    return Module(
        folder=folder,
        resources={".".join(key[1:]): one for key, one in blocks.items() if key[0] == "resource"},
        calls={key[1]: one for key, one in blocks.items() if key[0] == "module" and len(key) > 1},
        variables={key[1]: one.block for key, one in blocks.items() if key[0] == "variable" and len(key) > 1},
        locals=values,
        providers=tuple(one for key, one in blocks.items() if key[0] == "provider"),
        terraform=tuple(terraform),
        unreadable=tuple(unreadable),
    )


def _key(block: Block) -> tuple[str, ...]:
    """Return by what a block is known: two of one key are the original and its override."""
    if block.type == "provider":
        return (block.type, *block.labels, block.text("alias") or "")
    return (block.type, *block.labels)


def _put(blocks: dict[tuple[str, ...], Placed], key: tuple[str, ...], new: Placed) -> None:
    known = blocks.get(key)
    blocks[key] = new if known is None else Placed(known.path, overridden(known.block, new.block))


def _files(
    files: Files, folder: PurePosixPath, parsed: ParsedFiles
) -> Iterator[tuple[PurePosixPath, ParsedFile]]:
    try:
        names = files.names(folder)
    except OSError:
        yield folder, ParsedFile(error="no such folder")
        return
    for name in sorted((one for one in names if one.endswith(ENDINGS)), key=_terraforms_order):
        yield folder / name, read_file(files, folder / name, parsed)


def read_file(files: Files, path: PurePosixPath, parsed: ParsedFiles) -> ParsedFile:
    """Return what stands in a file, or why it cannot be read."""
    try:
        return parsed.parsed(path.name, files.read(path))
    except OSError as error:
        return ParsedFile(error=error.strerror or "cannot be read")


def _terraforms_order(name: str) -> tuple[bool, str]:
    """Sort override files last, as Terraform merges them."""
    stem = name.partition(".")[0]
    return stem == "override" or stem.endswith("_override"), name
