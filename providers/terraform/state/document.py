"""The outermost level of a state: what it says of itself, and what becomes of its instances."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from drift.model.baseline import DeclaredResource, UnreadableInstance
from drift.model.resource import Json, Resource
from providers.terraform.state.blocks import read_blocks
from providers.terraform.state.encryption import Envelope
from providers.terraform.state.items import Item, Reading
from providers.terraform.state.json_stream import JsonStream
from providers.terraform.state.json_text import DamagedError
from providers.terraform.state.modules import read_modules

VERSION = 4
OLD_VERSION = 3

_FACTS = (
    "version", "terraform_version", "serial", "lineage", "backend",
    "format_version", "encryption_version", "meta",
)  # fmt: skip
_READ = {*_FACTS, "resources", "modules", "encrypted_data"}


class NoStateError(ValueError):
    """It is JSON, but no state; the message says why."""


@dataclass(kw_only=True, slots=True)
class Document:
    """What was found in the text of a state."""

    resources: list[DeclaredResource] = field(default_factory=list)
    unreadable: list[UnreadableInstance] = field(default_factory=list)
    deposed: list[Resource] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    """Which lists of instances it has, today's `resources` or the older `modules`, that are not empty."""
    _facts: dict[str, Json] = field(default_factory=dict)
    _addresses: set[str] = field(default_factory=set)

    @property
    def version(self) -> int | None:
        """The version of the state; `None` where it names none."""
        return self._number("version")

    @property
    def serial(self) -> int | None:
        """How many times it was written, as far as it says so."""
        return self._number("serial")

    @property
    def lineage(self) -> str | None:
        """What all states of one origin have in common."""
        return self._text("lineage")

    @property
    def terraform_version(self) -> str | None:
        """The Terraform that wrote it."""
        return self._text("terraform_version")

    @property
    def notes_backend(self) -> bool:
        """Whether it says in what kind of backend a state is kept."""
        backend = self._facts.get("backend")
        return isinstance(backend, dict) and bool(backend.get("type"))

    @property
    def is_shown(self) -> bool:
        """Whether it is what `terraform show -json` prints."""
        return "format_version" in self._facts

    @property
    def envelope(self) -> Envelope | None:
        """What OpenTofu wrote around a state that it encrypted."""
        if not {"encrypted_data", "encryption_version"} & self._facts.keys():
            return None
        return Envelope(
            version=self._facts.get("encryption_version"),
            meta=self._facts.get("meta"),
            data=self._facts.get("encrypted_data", b""),
        )

    def learn(self, member: str, value: Json) -> None:
        """Note what a member says."""
        self._facts[member] = value

    def add(self, item: Item) -> None:
        """Put an item to its like; of two with one address, the second is named as not understood."""
        match item:
            case UnreadableInstance():
                self.unreadable.append(item)
            case Resource():
                self.deposed.append(item)
            case DeclaredResource() if item.address in self._addresses:
                twice = UnreadableInstance(
                    address=item.address,
                    type=item.type,
                    error="its address stands in the state twice",
                    resource_id=item.resource_id,
                )
                self.unreadable.append(twice)
            case DeclaredResource():
                self._addresses.add(item.address)
                self.resources.append(item)

    def _number(self, member: str) -> int | None:
        value = self._facts.get(member)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _text(self, member: str) -> str | None:
        value = self._facts.get(member)
        return value if isinstance(value, str) and value else None


def read_document(pieces: Iterable[bytes], reading: Reading) -> Document | None:
    """Return what is found in a state, `None` if it is empty.

    Raises:
        DamagedError: The text breaks off, or is no JSON.
        NoStateError: It is something else.
    """
    stream = JsonStream(pieces)
    match stream.next_byte():
        case b"":
            return None
        case b"{":
            pass
        case _:
            _decoded(stream.value(), Json)
            stream.end()
            raise NoStateError("its outermost value is no object")
    document, met = Document(), set[str]()
    for member in stream.members():
        if member not in _READ:
            stream.skip()
        elif member in met:
            raise NoStateError(f"its `{member}` stands twice")
        else:
            met.add(member)
            _take(member, stream, document, reading)
    stream.end()
    return document


def _take(member: str, stream: JsonStream, document: Document, reading: Reading) -> None:
    match member:
        case "resources" | "modules" if document.version not in (None, OLD_VERSION, VERSION):
            stream.skip()
        case "resources" | "modules" if stream.next_byte() == b"[":
            read = read_blocks if member == "resources" else read_modules
            for item in read(stream, reading):
                document.lists.add(member)
                document.add(item)
        case "resources" | "modules":
            if stream.value() != b"null":
                raise NoStateError(f"its `{member}` is no list")
        case "encrypted_data":
            document.learn(member, _decoded(stream.value(), bytes))
        case _:
            document.learn(member, _decoded(stream.value(), Json))


def _decoded(text: bytes, into: Json) -> Json:
    try:
        return msgspec.json.decode(text, type=into)
    except (ValueError, RecursionError) as error:
        raise DamagedError(str(error)) from error
