"""Check an evidence pack, trusting neither the program that made it nor the company that ran it.

    python3 -I verify_pack.py PACK [--key FILE|KEY] [--trusted-checkpoint FILE] [--json]
    python3 -I verify_pack.py prove FILE [--key FILE|KEY] [--trusted-checkpoint FILE] [--json]

The second checks a proof that one entry is in a ledger, without the rest of it; its steps stand below.

One file; Python 3.9 or newer and its standard library; no network; nothing is written. The steps:

 1. The folder or zip: find its regular files and folders. Links and devices are named, never followed.
 2. The keys: read those that the pack brings, and those that the reader trusts.
 3. The manifest: its signature and hash, then size and SHA-256 of every file; no file and no folder besides.
 4. The entries: each in its place, its leaf unaltered, its body as committed to.
 5. The checkpoints: each signed, each with the root of the entries before it; the newest covers all.
    Those that the reader kept, from an old mail for example, have the same roots, and none goes further;
    so do those that anchors are said to hold.
 6. The coverage: each span begins where the one before it ended, or a gap names what lies between.
 7. The populations: derived again from the entries; every row there, none besides, none altered.
    Their tables (CSV) say the same, cell by cell.
 8. The summary: every total counted again.
 9. The samples: drawn again; every change of them is listed as its entry has it.
10. The chain of keys: each handed over to the next in an entry, and in a checkpoint that both signed.
11. The origin: the manifest and every checkpoint are signed by a key that the reader trusts, or by one
    that it leads to along that chain.

Three questions are answered apart. INTEGRITY: is what is there unaltered? COMPLETENESS: is all there,
and nothing added? ORIGIN: did the expected key sign it? Without a key, that one stays unknown.

Exit status: 0 nothing found, 1 something found, 2 the pack could not be checked at all.
The format is described in docs/ledger-format.md of the project, well enough to write a second verifier.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import csv
import functools
import hashlib
import itertools
import json
import os
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, Union

INTEGRITY, COMPLETENESS, ORIGIN = "integrity", "completeness", "origin"
QUESTIONS = (INTEGRITY, COMPLETENESS, ORIGIN)
OK, FAILED, UNKNOWN = "ok", "failed", "unknown"

MANIFEST, MANIFEST_NOTE = "MANIFEST.json", "MANIFEST.json.note"
MANIFEST_TITLE = "driftledger pack manifest v1"
KEYS, ENTRIES, CHECKPOINTS = "ledger/keys.json", "ledger/entries.jsonl", "ledger/checkpoints/"
SUMMARY = "01_ipe/summary.json"
SELECTION, SELECTION_TABLE = "03_sample/selection.json", "03_sample/selection.csv"

FORMAT_VERSION = 1
MAX_PROBLEMS = 100  # kept for each question, the others are counted: a hostile pack could name millions
MAX_ODD = 10_000  # lines or rows that are not as they should be: after those, no more are read
MAX_SHOWN = 120  # characters of a name or value out of the pack
MAX_DOCUMENT = 32 << 20  # bytes of one JSON document or line
MAX_ROW = 16 << 20  # bytes of one row of a table
MAX_DIRECTORY = 8 << 20  # bytes of the list of files in a zip: some 70,000
MAX_RATIO = 200  # bytes of a pack for a byte of its zip
MAX_SIZE = 1 << 63  # entries of a ledger
MAX_SIGNATURES = 100  # of one note, each of which takes a while to check
MAX_DIGITS = 4000  # of a number in JSON

NOT_PROVEN = """\
What this does not prove:
- That the clouds' logs, or the ledger, held all that happened: only that this is the signed ledger, whole and
  unaltered. 01_ipe/gaps.csv names what is known not to have been read. 01_ipe/coverage.csv has the spans in
  which each source was read to its end, not that the cloud had delivered everything.
- That the ledger was not replaced as a whole, by whoever holds the key, but for the entries that a checkpoint
  covers which you hold from elsewhere, an old mail for example: give it with --trusted-checkpoint.
- Whose key it is: the company runs the program and keeps the key.
- That a control is met. The reader concludes.
"""


Scalar = Union[str, int, None]  # noqa: UP007 - Python 3.9 knows no | of types at run time


class CannotVerify(Exception):  # noqa: N818 - nothing is wrong with the pack: it cannot be looked at
    """The pack, or the key to check it with, cannot be read at all."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; {hint}")
        self.what = what
        self.hint = hint


class Key(NamedTuple):
    """A public key and the name in which it signs."""

    name: str
    key_id: str
    public: bytes

    def __str__(self) -> str:
        return shown(f"{self.name}+{self.key_id}")


class Entry(NamedTuple):
    """An entry of the ledger that a population may list."""

    seq: int
    ref: str
    recorded_at: str
    leaf_hash: str
    body: str
    said: Said


class Said(NamedTuple):
    """Of the body of an entry, what decides where it is listed and how it is counted."""

    began_at: Scalar = None
    disposition: Scalar = None
    channel: Scalar = None
    lane: Scalar = None
    severity: Scalar = None
    status: Scalar = None
    kind: Scalar = None
    source: Scalar = None
    account: Scalar = None
    region: Scalar = None
    from_at: Scalar = None
    to_at: Scalar = None
    contiguous_since: Scalar = None
    records: Scalar = None
    unreadable: Scalar = None


class Populations(NamedTuple):
    """The entries that each population lists, in order."""

    changes: list[Entry]
    findings: list[Entry]
    coverage: list[Entry]
    gaps: list[Entry]
    excluded: int


class Arguments(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, and what to type."""

    def error(self, message: str) -> NoReturn:
        print(f"Error: {message}; {TYPE_THIS}", file=sys.stderr)
        self.exit(2)


TYPE_THIS = "in the folder of a pack, type: python3 -I verify/verify_pack.py ."


def main(argv: list[str] | None = None) -> int:
    """Run the verifier as a command; return its exit status."""
    parser = Arguments(prog="verify_pack.py", description="Check an evidence pack.")
    given = sys.argv[1:] if argv is None else argv
    is_proof = given[:1] == ["prove"]
    parser.add_argument(
        "pack", help="the folder of the pack, or its zip; after the word prove, the file of a proof"
    )
    parser.add_argument("--key", help="a verifier key that you trust, or a file that holds such keys")
    parser.add_argument(
        "--trusted-checkpoint",
        metavar="FILE",
        help="a checkpoint that you kept: a note or mail, quoted or not",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(given[is_proof:])
    check = verify_proof if is_proof else verify_pack
    try:
        report = check(options.pack, options.key, options.trusted_checkpoint)
    except CannotVerify as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report.as_json()) if options.json else report.as_text())
    return 1 if report.all_problems else 0


def verify_pack(path: str, key: str | None = None, trusted_checkpoint: str | None = None) -> Report:
    """Check the pack in the folder or zip `path` against itself and, if given, what the reader trusts.

    Raises:
        CannotVerify: There is no such thing, it is no pack at all, or what is trusted cannot be read.
    """
    with contextlib.ExitStack() as stack:
        found = find(path, stack)  # (1)
        trusted = [] if key is None else read_trusted_keys(key)  # (2)
        kept = [] if trusted_checkpoint is None else read_kept_checkpoints(trusted_checkpoint)
        return verify(found, trusted, kept)


def verify(found: Found, trusted: list[Key], kept: list[KeptCheckpoint]) -> Report:
    """Check a pack that was found, step by step."""
    report = Report()
    pack = Pack(found, report)
    notes = Notes(trusted, report)
    ledger = Ledger()
    steps: list[tuple[str, Callable[[], None]]] = [
        (KEYS, lambda: notes.learn_keys(pack)),
        (MANIFEST, lambda: check_manifest(pack, notes, report)),  # (3)
        (ENTRIES, lambda: check_entries(pack, ledger, report)),  # (4)
        (CHECKPOINTS, lambda: check_checkpoints(pack, notes, ledger, report)),  # (5)
        ("the trusted checkpoint", lambda: check_kept(kept, ledger, report)),
        ("what anchors hold", lambda: check_anchored(ledger, report)),
        ("coverage", lambda: check_coverage(ledger, report)),  # (6)
        (SUMMARY, lambda: check_populations(pack, ledger, report)),  # (7), (8), (9)
        (KEYS, lambda: check_chain(pack, notes, ledger, report)),  # (10)
    ]
    for name, step in steps:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever a hostile pack provokes is a finding, not a crash
            report.add(INTEGRITY, f"{name}: cannot be checked: {type(error).__name__} {shown(error)}")
            report.add(COMPLETENESS, f"{name}: cannot be checked")
    notes.check_origin()  # (11)
    return report


class Report:
    """What was found, and what was looked at."""

    not_proven = NOT_PROVEN

    def __init__(self) -> None:
        self.is_key_given = False
        self.signers: list[str] = []
        self.handovers: list[str] = []
        self.erased = 0
        self.erasures: list[int] = []
        self.checkpoint: dict[str, Any] | None = None
        self.trusted_checkpoints: list[dict[str, Any]] = []
        self.counts: dict[str, Any] | None = None
        self._problems: dict[str, list[str]] = {question: [] for question in QUESTIONS}
        self._uncounted = dict.fromkeys(QUESTIONS, 0)

    def add(self, question: str, problem: str) -> None:
        """Keep a problem, once."""
        kept = self._problems[question]
        if len(kept) >= MAX_PROBLEMS:
            self._uncounted[question] += 1
        elif problem not in kept:
            kept.append(problem)

    def problems(self, question: str) -> list[str]:
        """Return what was found about one question."""
        more = self._uncounted[question]
        return self._problems[question] + ([f"... and {more} more about {question}"] if more else [])

    def verdict(self, question: str) -> str:
        """Return `ok`, `failed`, or `unknown` where nothing can be said."""
        if self._problems[question]:
            return FAILED
        return UNKNOWN if question == ORIGIN and not self.is_key_given else OK

    @property
    def all_problems(self) -> list[str]:
        """Every problem, in the order of the questions."""
        return [problem for question in QUESTIONS for problem in self.problems(question)]

    def as_json(self) -> dict[str, Any]:
        """Return the report as one object."""
        verdicts: dict[str, Any] = {
            question: {"verdict": self.verdict(question), "problems": self.problems(question)}
            for question in QUESTIONS
        }
        return {
            **verdicts,
            "problems": self.all_problems,
            "signed_by": self.signers,
            "keys_handed_over": self.handovers,
            "entries_erased": self.erased,
            "checkpoint": self.checkpoint,
            "trusted_checkpoints": self.trusted_checkpoints,
            "counts": self.counts,
        }

    def as_text(self) -> str:
        """Return the report for people."""
        lines = [f"{one.upper():<13} {self.verdict(one):<8} {self._meaning(one)}" for one in QUESTIONS]
        if self.checkpoint:
            lines.append("Checkpoint    {size} entries, root {root}".format(**self.checkpoint))
        lines += [f"Key           {one}" for one in self.handovers]
        if self.erasures:
            told = ", ".join(map(str, self.erasures))
            lines.append(
                f"Erased        what {self.erased} entries said of a person, as entries {told} tell:"
            )
            lines.append("              what is said again in their place, nobody can hold against it")
        lines += [
            "Trusted       {size} entries, root {root}".format(**one) for one in self.trusted_checkpoints
        ]
        if self.all_problems:
            lines += ["", *self.all_problems]
        return "\n".join([*lines, "", self.not_proven.rstrip()])

    def _meaning(self, question: str) -> str:
        signers = ", ".join(self.signers) or "no known key"
        return {
            (INTEGRITY, OK): "what is there is as it was signed",
            (INTEGRITY, FAILED): "something was altered, see below",
            (COMPLETENESS, OK): "every file, entry and row is there, and none besides",
            (COMPLETENESS, FAILED): "something is missing or was added, see below",
            (COMPLETENESS, UNKNOWN): "one entry tells nothing of the others",
            (ORIGIN, OK): "signed by the key that you trust",
            (ORIGIN, FAILED): "not signed by the key that you trust, see below",
            (ORIGIN, UNKNOWN): f"signed by {signers}; give --key to check that it is the expected one",
        }[question, self.verdict(question)]


# (1) The folder ---------------------------------------------------------------------------------------------

Opener = Callable[[], IO[bytes]]


class Found(NamedTuple):
    """The regular files and the folders of a pack, by their path in it, written with `/`."""

    files: dict[str, Opener]
    folders: set[str]
    odd: dict[str, str]  # what is neither, or cannot be looked into, and what that means


def find(path: str, stack: contextlib.ExitStack) -> Found:
    """Return what stands in the folder or zip `path`, open for as long as `stack` is.

    Raises:
        CannotVerify: There is no such thing, or it is no pack at all.
    """
    if Path(path).is_dir():
        found = find_in_folder(path)
    elif Path(path).is_file() and Path(path).suffix.lower() == ".zip":
        found = find_in_zip(path, stack)
    elif Path(path).exists():
        raise CannotVerify(f"{shown(path)} is neither a folder nor a zip file", LOOK_OF_PACKS)
    else:
        raise CannotVerify(f"there is no folder {shown(path)}", LOOK_OF_PACKS)
    if not any(name in MARKS for name in (*found.files, *found.folders, *found.odd)):
        raise CannotVerify(f"{shown(path)} is no pack: it has no {MANIFEST}", LOOK_OF_PACKS)
    return found


MARKS = (MANIFEST, MANIFEST_NOTE, KEYS, ENTRIES)  # whatever has one of these is a pack, or was one
LOOK_OF_PACKS = "name the folder of the pack, or its zip"


def find_in_folder(path: str) -> Found:
    """Return what stands in a folder and the folders in it."""
    found = Found({}, set(), {})
    folders = [("", path)]
    while folders:
        prefix, folder = folders.pop()
        try:
            with os.scandir(folder) as items:
                for item in items:
                    name, mode = prefix + item.name, item.stat(follow_symlinks=False).st_mode
                    if stat.S_ISDIR(mode):
                        folders.append((name + "/", item.path))
                    place(found, name, mode, opener_of(item.path))
        except OSError as error:
            if not prefix:
                what = f"the folder {shown(path)} cannot be read: {error.strerror}"
                raise CannotVerify(what, "check its permissions") from error
            found.odd[prefix] = f"the folder {shown(prefix)} cannot be read: {error.strerror}"
    return found


def opener_of(path: str) -> Opener:
    return lambda: Path(path).open("rb")


def place(found: Found, name: str, mode: int, opener: Opener) -> None:
    """Note what stands under a name; links and devices are named, never followed."""
    if name in found.files or name in found.odd:
        found.odd[name] = f"unlisted file: {shown(name)}, which is there twice"
    elif stat.S_ISDIR(mode):
        found.folders.add(name)
    elif stat.S_ISREG(mode):
        found.files[name] = opener
    else:
        what = "symbolic link" if stat.S_ISLNK(mode) else "special file"
        found.odd[name] = f"unlisted {what}: {shown(name)}"


def find_in_zip(path: str, stack: contextlib.ExitStack) -> Found:
    """Return what stands in a zip, or in the one folder in it. Nothing is unpacked onto the disk."""
    try:
        if not has_modest_directory(path):
            raise CannotVerify(f"{shown(path)} is larger than a zip of a pack may be", UNPACK_IT)
        archive = stack.enter_context(zipfile.ZipFile(path))
    except UNREADABLE as error:
        raise CannotVerify(
            f"{shown(path)} is no zip that can be read: {shown(error)}", GET_IT_AGAIN
        ) from error
    members = archive.infolist()
    if sum(one.file_size for one in members) > MAX_RATIO * Path(path).stat().st_size + MAX_DOCUMENT:
        raise CannotVerify(f"{shown(path)} would unpack to far more than a pack is", "do not unpack it")
    found = Found({}, set(), {})
    prefix = folder_in_zip({one.filename for one in members})
    for one in members:
        name = one.filename[len(prefix) :].rstrip("/")
        mode = one.external_attr >> 16 or stat.S_IFREG
        if not one.filename.startswith(prefix):
            found.odd[one.filename] = f"unlisted file beside the pack: {shown(one.filename)}"
        elif one.flag_bits & 1 or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            found.odd[name] = f"unlisted encrypted or oddly compressed file: {shown(name)}"
        elif name:
            mode = stat.S_IFDIR if one.is_dir() else mode if stat.S_IFMT(mode) else stat.S_IFREG | mode
            place(found, name, mode, functools.partial(archive.open, one))
    return found


UNPACK_IT = "unpack it, and name the folder"
GET_IT_AGAIN = "get it again from whoever made it: it may not have arrived whole"
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)


def has_modest_directory(path: str) -> bool:
    """Tell whether a zip ends as one of a pack does, with a list of files that memory holds.

    That is without a comment or the records of ZIP64, from which Python would take other numbers.
    """
    with Path(path).open("rb") as file:
        file.seek(max(0, Path(path).stat().st_size - 42))
        tail = file.read(42)
    signature, size, comment = tail[-22:-18], tail[-10:-6], tail[-2:]
    if signature != b"PK\5\6" or comment != b"\0\0":
        raise zipfile.BadZipFile("it does not end as a zip")
    return int.from_bytes(size, "little") <= MAX_DIRECTORY and tail[:4] != b"PK\6\7"


def folder_in_zip(names: set[str]) -> str:
    """Return the folder in which the pack lies, with a `/`; nothing where it lies outside of any."""
    tops = sorted({name.partition("/")[0] + "/" for name in names if "/" in name})
    if any(mark in names for mark in MARKS):
        return ""
    return next((top for top in tops if any(top + mark in names for mark in MARKS)), "")


class Pack:
    """Reads the files of a pack, each no further than a genuine one goes."""

    def __init__(self, found: Found, report: Report) -> None:
        self.files, self.folders = found.files, found.folders
        self._report = report
        for problem in found.odd.values():
            report.add(COMPLETENESS, problem)

    def open(self, name: str) -> IO[bytes] | None:
        """Open a file that every pack has, or return `None` and a problem."""
        opener = self.files.get(name)
        if opener is None:
            self._report.add(COMPLETENESS, f"missing file: {name}")
            return None
        try:
            return opener()
        except UNREADABLE as error:
            self._report.add(INTEGRITY, f"{name}: cannot be read: {shown(error)}")
            return None

    def read(self, name: str) -> bytes | None:
        """Return the content of a file that every pack has, or `None` and a problem."""
        file = self.open(name)
        if file is None:
            return None
        try:
            with file:
                content = file.read(MAX_DOCUMENT + 1)
        except UNREADABLE as error:
            self._report.add(INTEGRITY, f"{name}: cannot be read: {shown(error)}")
            return None
        if len(content) > MAX_DOCUMENT:
            self._report.add(INTEGRITY, f"{name}: is too large to be genuine")
            return None
        return content

    def read_json(self, name: str) -> dict[str, Any]:
        """Return the object in a file that every pack has, or an empty one and a problem."""
        content = self.read(name)
        if content is None:
            return {}
        document = parse_object(content)
        if document is None:
            self._report.add(INTEGRITY, f"{name}: is not a JSON object")
            return {}
        if document.get("v") != FORMAT_VERSION:
            self._report.add(INTEGRITY, f"{name}: is not of format version {FORMAT_VERSION}")
        return document

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield the lines of a file that every pack has, each with its number."""
        file = self.open(name)
        if file is None:
            return
        with file:
            for number in range(1, MAX_SIZE):
                line = file.readline(MAX_DOCUMENT)
                if not line:
                    return
                if not line.endswith(b"\n"):
                    self._report.add(COMPLETENESS, f"{name}: line {number} is cut off")
                yield number, line

    def table(self, name: str) -> Iterator[list[str]]:
        """Yield the rows of a table that every pack has, its header first."""
        lines = Lines(line for _, line in self.lines(name))
        csv.field_size_limit(MAX_ROW)
        try:
            for row in csv.reader(lines, strict=True):
                yield row
                lines.length = 0
        except (*UNREADABLE, csv.Error):
            self._report.add(INTEGRITY, f"{name}: is not a table")


class Lines:
    """Gives the lines of a table as text, and no more of them to one row than a genuine one takes."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.length += len(line)
            if self.length > MAX_ROW:
                raise ValueError("a row is too long")
            yield line.decode("utf-8")


# (2) Keys and notes -----------------------------------------------------------------------------------------


def read_trusted_keys(given: str) -> list[Key]:
    """Return the keys that the reader trusts, from the text of a key itself or from a file."""
    keys = keys_in(given)
    if not keys:
        try:
            keys = keys_in(Path(given).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            what = f"{shown(given)} is no verifier key, and no file that can be read"
            raise CannotVerify(what, LOOK_OF_KEYS) from error
    if not keys:
        raise CannotVerify(f"{shown(given)} holds no verifier key", LOOK_OF_KEYS)
    return keys


LOOK_OF_KEYS = "keys look like name+1234abcd+AbCd..., and --key takes one, or a file with some"


def keys_in(text: str) -> list[Key]:
    """Return every verifier key that stands in a text."""
    found = re.findall(r'[^\s"+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+', text)
    return [key for key in map(parse_key, found) if key]


def parse_key(text: str) -> Key | None:
    """Read a verifier key, `name+key id+base64 of 0x01 and the public key`; its id must follow from it."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    decoded = decode_base64(encoded)
    if not name or decoded is None or len(decoded) != 33 or decoded[0] != 1:
        return None
    expected = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + decoded).hexdigest()[:8]
    return Key(name, key_id, decoded[1:]) if key_id == expected else None


class Notes:
    """Opens signed notes, and remembers who signed them."""

    def __init__(self, trusted: list[Key], report: Report) -> None:
        self._trusted = trusted
        self._known: dict[tuple[str, str], list[Key]] = {}
        self._signers: dict[str, list[Key]] = {}
        self._report = report
        report.is_key_given = bool(trusted)
        for key in trusted:
            self._know(key)

    def learn_keys(self, pack: Pack) -> None:
        """Add the keys that the pack brings: they show that nothing changed since, not who signed."""
        self.learn(KEYS, pack.read_json(KEYS).get("keys"))

    def learn(self, name: str, keys: object) -> None:
        """Add the keys of a list, which stands in the file `name`."""
        for item in keys if isinstance(keys, list) else []:
            key = parse_key(str(item.get("verifier_key"))) if isinstance(item, dict) else None
            if key is None:
                self._report.add(INTEGRITY, f"{name}: holds something that is no key")
            else:
                self._know(key)

    def _know(self, key: Key) -> None:
        alike = self._known.setdefault((key.name, key.key_id), [])
        if key not in alike:
            alike.append(key)

    def open(self, name: str, content: bytes) -> tuple[str, list[str]]:
        """Return the text of a note and the names of those who signed it; a problem if no known key did.

        Signatures of keys that are not known are skipped, as signed-note has it: witnesses may add theirs.
        """
        self._signers[name] = []
        try:
            text, _, tail = content.decode("utf-8").rpartition("\n\n")
        except ValueError:
            text, tail = "", ""
        text += "\n"
        lines = tail[:-1].split("\n") if tail.endswith("\n") else [tail]
        if len(lines) > MAX_SIGNATURES:
            self._report.add(INTEGRITY, f"{name}: holds more than {MAX_SIGNATURES} signatures")
        for line in lines[:MAX_SIGNATURES]:
            dash, _, rest = line.partition(" ")
            signer, _, encoded = rest.partition(" ")
            signature = decode_base64(encoded) or b""
            if dash != "\N{EM DASH}" or len(signature) < 5 or not tail.endswith("\n"):
                self._report.add(INTEGRITY, f"{name}: holds a line that is no signature")
                continue
            for key in self._known.get((signer, signature[:4].hex()), []):
                if verify_ed25519(key.public, text.encode("utf-8"), signature[4:]):
                    self._signers[name].append(key)
                else:
                    self._report.add(INTEGRITY, f"{name}: the signature of {key} is not valid")
        if not self._signers[name]:
            self._report.add(INTEGRITY, f"{name}: is not signed by a key that is known")
        return text, [key.name for key in self._signers[name]]

    def signers_of(self, name: str) -> list[Key]:
        """Return who signed a note."""
        return self._signers.get(name, [])

    def follow(self, handovers: list[Handover]) -> None:
        """Trust the keys that a trusted one handed over to, and those before it: it signed what they had."""
        for one in handovers:
            if one.old in self._trusted and one.is_vouched_for:
                self._trusted.append(one.new)
        for one in reversed(handovers):
            if one.new in self._trusted and one.is_signed_by_new:
                self._trusted.append(one.old)

    def check_origin(self, needed: str = MANIFEST_NOTE) -> None:
        """Hold the signers against the keys that the reader trusts; one note must be there."""
        signers = [key for keys in self._signers.values() for key in keys]
        self._report.signers = sorted({str(key) for key in signers})
        if not self._trusted:
            return
        if needed not in self._signers:
            self._report.add(ORIGIN, f"{needed}: is missing, so nobody signed the whole")
        for name, keys in sorted(self._signers.items()):
            if not any(key in self._trusted for key in keys):
                wanted = " or ".join(map(str, self._trusted))
                self._report.add(ORIGIN, f"{name}: is not signed by {wanted}")


# (3) The manifest -------------------------------------------------------------------------------------------


def check_manifest(pack: Pack, notes: Notes, report: Report) -> None:
    """Check the manifest's signature, and every file against the manifest."""
    content, note = pack.read(MANIFEST), pack.read(MANIFEST_NOTE)
    text, signers = notes.open(MANIFEST_NOTE, note) if note is not None else ("", [])
    if content is not None and note is not None:
        digest = hashlib.sha256(content).hexdigest()
        if signers and text not in [f"{MANIFEST_TITLE}\n{origin}\n{digest}\n" for origin in signers]:
            report.add(INTEGRITY, f"{MANIFEST} was altered: it is not the one that was signed")
    else:
        report.add(INTEGRITY, f"{MANIFEST}: no signed manifest vouches for the files")
    if content is None:
        return
    listed = listed_files(pack.read_json(MANIFEST), report)
    for name, (size, digest) in listed.items():
        if name not in pack.files:
            report.add(COMPLETENESS, f"missing file: {shown(name)}")
        elif digest_of(pack.files[name]) != (size, digest):
            report.add(
                INTEGRITY, f"{shown(name)} was altered: its size or SHA-256 is not the one in {MANIFEST}"
            )
    for name in sorted(set(pack.files) - set(listed) - {MANIFEST, MANIFEST_NOTE}):
        report.add(COMPLETENESS, f"unlisted file: {shown(name)}")
    for name in sorted(pack.folders - folders_of(listed)):
        report.add(COMPLETENESS, f"unlisted folder: {shown(name)}")


def folders_of(names: Iterable[str]) -> set[str]:
    """Return every folder in which one of the files lies."""
    return {name[: at.start()] for name in names for at in re.finditer("/", name)}


def listed_files(manifest: dict[str, Any], report: Report) -> dict[str, tuple[int, str]]:
    """Return size and hash by path. A path only ever names a file that was found in the folder."""
    listed: dict[str, tuple[int, str]] = {}
    files = manifest.get("files")
    for item in files if isinstance(files, list) else []:
        row = item if isinstance(item, dict) else {}
        name, size, digest = row.get("path"), as_count(row.get("size")), row.get("sha256")
        if not isinstance(name, str) or size is None or not isinstance(digest, str):
            report.add(INTEGRITY, f"{MANIFEST}: holds something that is no file: {shown(item)}")
        elif name in listed:
            report.add(INTEGRITY, f"{MANIFEST}: lists {shown(name)} twice")
        else:
            listed[name] = (size, digest)
    if not listed:
        report.add(COMPLETENESS, f"{MANIFEST}: lists no files")
    return listed


def digest_of(opener: Opener) -> tuple[int, str] | None:
    """Return size and SHA-256 of a file, or `None` if it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with opener() as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
    except UNREADABLE:
        return None
    return size, digest.hexdigest()


# (4) The entries --------------------------------------------------------------------------------------------


class Ledger:
    """What the entries say, as far as the later steps need it."""

    def __init__(self) -> None:
        self.hashes: dict[int, bytes] = {}
        self.is_sound = True
        self.recorded_at: dict[int, str] = {}
        self.checkpoints: list[Checkpoint] = []  # by their size
        self.kinds: dict[str, int] = {}
        self.latest: dict[str, dict[str, Entry]] = {"disposition": {}, "finding": {}}
        self.first_at: dict[str, str] = {}
        kept_whole = ("coverage", "gap", "key_rotation", "anchor", "order", "person_erasure")
        self.every: dict[str, list[Entry]] = {kind: [] for kind in kept_whole}
        self.excluded: dict[str, Time | None] = {}
        self.sealed: dict[str, int] = {}
        self.erased: set[int] = set()
        self.restated: dict[int, tuple[int, str]] = {}

    def said_again(self, seq: int) -> str:
        """Return what is said in place of a body that was erased; that may have been erased in its turn."""
        body = ""
        while not body and seq in self.restated:
            seq, body = self.restated[seq]
        return body

    def take_write(self, ref: str, body: str) -> None:
        """Note whether the policy leaves a write out, as the latest entry about it says."""
        self.excluded.pop(ref, None)
        if '"exclusion":"' in body:  # of most it does not
            said = parse_object(body) or {}
            write = as_object(said.get("write", said))
            if isinstance(as_object(write.get("classification")).get("exclusion"), str):
                self.excluded[ref] = parse_time(as_object(write.get("event")).get("occurred_at"))

    def take(self, kind: str, entry: Entry) -> None:
        """Count an entry, and keep it if a population may list it: of a change or finding, the latest."""
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind in self.latest:
            self.latest[kind][entry.ref] = entry
            if kind == "finding":
                self.first_at.setdefault(entry.ref, entry.recorded_at)
        elif kind in self.every:
            self.every[kind].append(entry)


def as_object(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a JSON array, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def check_entries(pack: Pack, ledger: Ledger, report: Report) -> None:
    """Check every entry by itself and its place in the sequence."""
    expected = odd = 0
    ledger.restated = read_restated(pack)
    for number, line in pack.lines(ENTRIES):
        if odd > MAX_ODD:
            raise ValueError(f"more than {MAX_ODD} lines are not as they should be, the others are not read")
        row = parse_object(line) or {}
        seq, leaf = as_count(row.get("seq")), row.get("leaf")
        if seq is None or not isinstance(leaf, str):
            report.add(INTEGRITY, f"{ENTRIES}: line {number} cannot be read")
            ledger.is_sound = False
            odd += 1
            continue
        if seq in ledger.hashes:
            report.add(COMPLETENESS, f"{ENTRIES}: entry {seq} is there twice, again on line {number}")
            odd += 1
            continue
        if seq < expected:
            report.add(INTEGRITY, f"{ENTRIES}: entry {seq} is out of order, on line {number}")
        expected = max(expected, seq + 1)
        ledger.hashes[seq] = hash_leaf(leaf)
        problem = check_entry(row, seq, leaf, ledger)
        if problem:
            report.add(INTEGRITY, f"{ENTRIES}: entry {seq} was altered: {problem}")
            ledger.is_sound = False
            odd += 1
    check_erased(ledger, report)


def read_restated(pack: Pack) -> dict[int, tuple[int, str]]:
    """Return, by the number of an entry, the later one that says again what it said, and what that is.

    Found in a reading of its own, since it is needed where the erased entry stands.
    """
    restated = {}
    for _, line in pack.lines(ENTRIES):
        if b"restatement" in line:
            row = parse_object(line) or {}
            facts, seq = parse_object(row.get("leaf")) or {}, as_count(row.get("seq"))
            about = str(facts.get("ref"))
            is_one = facts.get("kind") == "restatement" and re.fullmatch("[0-9]{1,18}", about)
            if is_one and seq is not None and int(about) < seq:
                restated[int(about)] = (seq, str(row.get("body")))
    return restated


def check_erased(ledger: Ledger, report: Report) -> None:
    """Hold the bodies that are missing against the entries that tell of erasures, which come later."""
    told: set[int] = set()
    for entry in ledger.every["person_erasure"]:
        listed = as_list((parse_object(entry.body) or {}).get("entries"))
        told.update(seq for seq in map(as_count, listed) if seq is not None and seq < entry.seq)
    for seq in sorted(ledger.erased - told):
        report.add(
            INTEGRITY, f"{ENTRIES}: entry {seq} was altered: its body is missing, and no erasure tells"
        )
    report.erased = len(ledger.erased)
    report.erasures = [entry.seq for entry in ledger.every["person_erasure"]]


def check_entry(row: dict[str, Any], seq: int, leaf: str, ledger: Ledger) -> str | None:
    """Check leaf and body of an entry and take it into the ledger; return what is wrong."""
    leaf_hash = ledger.hashes[seq].hex()
    if row.get("leaf_hash") != leaf_hash:
        return "its leaf does not have the hash beside it"
    facts = parse_object(leaf) or {}
    kind, ref, recorded_at, links = facts.get("kind"), facts.get("ref"), facts.get("ts"), facts.get("links")
    if facts.get("v") != FORMAT_VERSION or facts.get("seq") != seq:
        return "its leaf is of another entry or version"
    if not isinstance(kind, str) or not isinstance(ref, str) or not isinstance(recorded_at, str):
        return "its leaf lacks kind, ref or ts"
    if not isinstance(links, list) or any(as_count(link) not in range(seq) for link in links):
        return "its links are not earlier entries"
    salt, body = row.get("salt"), row.get("body")
    if not isinstance(salt, str) or not isinstance(body, str):
        return "its body is missing"
    if not salt and not body:
        ledger.erased.add(seq)
        body = ledger.said_again(seq)
        if not body:
            return "its body is missing, and nothing is said in its place"
    elif body_commitment(salt, body) != facts.get("body_commit"):
        return "its body is not the one that the leaf commits to"
    entry = Entry(seq, ref, recorded_at, leaf_hash, "", Said())
    if kind in ledger.latest or kind in ledger.every:
        said = read_said(body)
        if said is None:
            return "its body is not a JSON object"
        entry = entry._replace(body=body, said=said)
    ledger.recorded_at[seq] = recorded_at
    ledger.take(kind, entry)
    if kind in ("observation", "amendment"):
        ledger.take_write(ref, body)
    return None


def read_said(body: str) -> Said | None:
    """Return what decides; nothing else than a text or a whole number ever does."""
    said = parse_object(body)
    if said is None:
        return None
    flat = unpacked(said)
    values = [flat.get(name) for name in Said._fields]
    return Said(*[value if isinstance(value, (str, int)) else None for value in values])


def unpacked(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a body says, with the finding in it unpacked, as the rows of populations have it."""
    flat = {**as_object(body.get("finding")), **body}
    flat.pop("finding", None)
    return flat


def hash_leaf(leaf: str) -> bytes:
    """Return the RFC 6962 hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf.encode("utf-8", "surrogatepass")).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the RFC 6962 hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def body_commitment(salt: str, body: str) -> str | None:
    """Return the hex SHA-256 over salt and body."""
    try:
        return hashlib.sha256(bytes.fromhex(salt) + body.encode("utf-8")).hexdigest()
    except ValueError:
        return None


# (5) The checkpoints ----------------------------------------------------------------------------------------


class Checkpoint(NamedTuple):
    """A signed size and root."""

    size: int
    root: str
    name: str


def check_checkpoints(pack: Pack, notes: Notes, ledger: Ledger, report: Report) -> None:
    """Check every checkpoint's signature and root, and that the newest covers the entries exactly."""
    signed = sorted(read_checkpoints(pack, notes, report))
    if not signed:
        report.add(COMPLETENESS, f"{CHECKPOINTS}: no signed checkpoint says how many entries there are")
        return
    ledger.checkpoints = signed
    newest = signed[-1]
    report.checkpoint = {"size": newest.size, "root": newest.root}
    for first, last in missing_from(ledger.hashes, newest.size):
        what = f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
        report.add(COMPLETENESS, f"{ENTRIES}: {what}")
    for seq in sorted(seq for seq in ledger.hashes if seq >= newest.size):
        report.add(
            COMPLETENESS,
            f"{ENTRIES}: entry {seq} was added: the newest checkpoint covers {newest.size} entries",
        )
    if ledger.is_sound:
        roots = roots_at({one.size for one in signed}, ledger.hashes)
        for one in signed:
            if roots.get(one.size) == one.root:
                ledger.sealed[one.name] = one.size
            elif one.size in roots:
                report.add(
                    INTEGRITY,
                    f"{one.name}: its root is not that of the first {one.size} entries: one was altered",
                )


def read_checkpoints(pack: Pack, notes: Notes, report: Report) -> Iterator[Checkpoint]:
    """Yield the checkpoints that a known key has signed."""
    for name in sorted(name for name in pack.files if name.startswith(CHECKPOINTS)):
        content = pack.read(name)
        if content is None:
            continue
        found = open_checkpoint(shown(name), content, notes, report)
        if found is not None:
            yield found


def open_checkpoint(name: str, content: bytes, notes: Notes, report: Report) -> Checkpoint | None:
    """Return what a note says that a known key has signed; else `None` and a problem."""
    text, signers = notes.open(name, content)
    facts = re.fullmatch(r"(.+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n", text)
    if signers and facts and facts[1] in signers:
        return Checkpoint(int(facts[2]), facts[3], name)
    if signers:
        report.add(INTEGRITY, f"{name}: is no checkpoint of this ledger")
    return None


class KeptCheckpoint(NamedTuple):
    """The size and root of a checkpoint that the reader holds from elsewhere than the pack."""

    size: int
    root: str


KEPT = re.compile(
    r"(?<![\w+/.,=-])(0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,17})"  # the size
    r"(?:[^A-Za-z0-9]+(?:entries|entry|root))*[^A-Za-z0-9]*?[\s\"']"
    r"((?:[A-Za-z0-9+/]\s*){43}=)(?![\w=])"  # the root, which a mail may have wrapped
)
MAX_MAIL = 4 << 20  # bytes
LOOK_OF_CHECKPOINTS = "paste the lines with size and root out of the weekly mail, or a whole note"


def read_kept_checkpoints(path: str) -> list[KeptCheckpoint]:
    """Return every checkpoint in a file: notes, or lines with size and root, however a mail quotes them.

    A signature is not asked for: the reader trusts what the reader kept.
    """
    try:
        with Path(path).open("rb") as file:
            text = file.read(MAX_MAIL).decode("utf-8", "replace")
    except OSError as error:
        raise CannotVerify(f"{shown(path)} cannot be read: {error.strerror}", LOOK_OF_CHECKPOINTS) from error
    found = {
        KeptCheckpoint(int(size.replace(",", "")), "".join(root.split()))
        for one in (text, without_transfer_encoding(text))
        for size, root in KEPT.findall(without_quoting(one))
    }
    if not found:
        raise CannotVerify(f"{shown(path)} holds no checkpoint", LOOK_OF_CHECKPOINTS)
    return sorted(found)


def without_transfer_encoding(text: str) -> str:
    """Return the source of a mail as a mail program shows it, where it is quoted-printable (RFC 2045)."""
    joined = re.sub(r"=[ \t]*\r?\n", "", text)
    return re.sub(r"=([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), joined)


def without_quoting(text: str) -> str:
    """Return the text of a mail without its tags, marks of quoting, and what nobody sees."""
    text = re.sub("[\r\u00ad\u200b-\u200d\u2060\ufeff]", "", re.sub("<[^<>]*>", "\n", text))
    return re.sub(r"(?m)^[\s>|]+", "", text)


def check_kept(kept: list[KeptCheckpoint], ledger: Ledger, report: Report) -> None:
    """Hold the entries against checkpoints that the reader kept: they fix every entry that they cover."""
    report.trusted_checkpoints = [one._asdict() for one in kept]
    size = len(ledger.hashes)
    roots = roots_at({one.size for one in kept}, ledger.hashes) if ledger.is_sound and kept else {}
    for one in kept:
        what = f"the trusted checkpoint of {one.size} entries"
        if one.size > size:
            problem = f"{what} goes further than this pack of {size}: an older pack, or its end was cut off"
            report.add(COMPLETENESS, problem)
        elif one.size not in roots:
            report.add(COMPLETENESS, f"{what} cannot be compared: entries before it are missing or altered")
        elif roots[one.size] != one.root:
            report.add(INTEGRITY, f"{what} has another root than the pack there: this is another ledger")


def check_anchored(ledger: Ledger, report: Report) -> None:
    """Hold what is said to be held outside against the entries: it must be a checkpoint of this ledger."""
    said = {entry.seq: as_object(parse_object(entry.body)) for entry in ledger.every["anchor"]}
    sizes = {size for size in (as_count(body.get("size")) for body in said.values()) if size is not None}
    roots = roots_at(sizes, ledger.hashes) if ledger.is_sound else {}
    for seq, body in said.items():
        size, root = as_count(body.get("size")), body.get("root")
        is_told = size is not None and size <= seq and f"\n{size}\n{root}\n" in str(body.get("note"))
        if not is_told or roots.get(size or 0, root) != root:
            what = f"{ENTRIES}: entry {seq} tells of an anchor that holds"
            report.add(INTEGRITY, f"{what} a checkpoint of another ledger")


def missing_from(hashes: dict[int, bytes], size: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each run that is missing below `size`."""
    expected = 0
    for seq in sorted(seq for seq in hashes if seq < size):
        if seq > expected:
            yield expected, seq - 1
        expected = seq + 1
    if expected < size:
        yield expected, size - 1


def roots_at(sizes: Iterable[int], hashes: dict[int, bytes]) -> dict[int, str]:
    """Return the roots of the first entries, in base64, for those of `sizes` whose entries are all there."""
    wanted, roots = set(sizes), {}
    edge: list[tuple[int, bytes]] = []  # the complete subtrees from left to right: level and hash
    seq = 0
    while seq in hashes:
        level, joined = 0, hashes[seq]
        while edge and edge[-1][0] == level:
            level, joined = level + 1, hash_node(edge.pop()[1], joined)
        edge.append((level, joined))
        seq += 1
        if seq in wanted:
            root = edge[-1][1]
            for _, left in reversed(edge[:-1]):
                root = hash_node(left, root)
            roots[seq] = base64.b64encode(root).decode()
    return roots


# (6) The coverage -------------------------------------------------------------------------------------------


class Span(NamedTuple):
    """A span in which a source was read to its end, of one place."""

    place: str
    source: object
    since: Time  # nothing is missing between the spans since then
    from_at: Time
    to_at: Time


def check_coverage(ledger: Ledger, report: Report) -> None:
    """Check that the spans of each place follow one another, but for what a gap names."""
    gap_ends = {(one.said.source, parse_time(one.said.to_at)) for one in ledger.every["gap"]}
    last: dict[str, Span] = {}
    for entry in ledger.every["coverage"]:
        span = read_span(entry.said)
        if span is None:
            continue
        before = last.get(span.place)
        is_whole = span.from_at == before.to_at if before else True
        if is_whole and before and span.since != span.from_at:
            is_sound = span.since == before.since
        else:  # it begins anew: for the first time, or where a gap ends
            is_sound = span.since == span.from_at and (is_whole or (span.source, span.from_at) in gap_ends)
        if not is_sound or span.to_at < span.from_at:
            what = f"the span of entry {entry.seq} of {shown(span.place)} does not follow the one before it"
            report.add(COMPLETENESS, f"{ENTRIES}: {what}, and no gap names what lies between")
        last[span.place] = span


def read_span(said: Said) -> Span | None:
    """Return the span of a coverage entry, or `None` where it claims nothing about others.

    So do those of first versions, of archives, and of records that tell no place.
    """
    since, from_at, to_at = map(parse_time, (said.contiguous_since, said.from_at, said.to_at))
    if since is None or from_at is None or to_at is None:
        return None
    return Span(canonical([said.source, said.account, said.region]), said.source, since, from_at, to_at)


# (7) The populations ----------------------------------------------------------------------------------------


def check_populations(pack: Pack, ledger: Ledger, report: Report) -> None:
    """Derive the populations from the entries; hold listings, tables and summary against them."""
    summary = pack.read_json(SUMMARY)
    parameters = summary.get("parameters")
    period = parameters if isinstance(parameters, dict) else {}
    listed = derive(ledger, parse_time(period.get("since")), parse_time(period.get("until")))
    check_listing(pack, "02_population/changes", listed.changes, report, has_lines=True)
    check_listing(pack, "02_population/drift", listed.findings, report, has_lines=True)
    check_listing(pack, "01_ipe/coverage", listed.coverage, report)
    check_listing(pack, "01_ipe/gaps", listed.gaps, report)
    check_summary(summary, count_all(ledger, listed), report)
    check_samples(pack, period, listed.changes, ledger, report)


def derive(ledger: Ledger, since: Time | None, until: Time | None) -> Populations:
    """Return what the ledger says about a period.

    Changes by their beginning; findings if they were open at some time of it; intervals that overlap it.
    A gap has no time of its own: those that were recorded since the period began.
    """
    begins = {ref: parse_time(one.said.began_at) for ref, one in ledger.latest["disposition"].items()}
    changes = [
        one for ref, one in ledger.latest["disposition"].items() if is_within(begins[ref], since, until)
    ]
    findings = [one for one in ledger.latest["finding"].values() if was_open(one, ledger, since, until)]
    return Populations(
        changes=sorted(changes, key=lambda one: (begins[one.ref] or NO_TIME, one.ref)),
        findings=sorted(findings, key=lambda one: one.ref),
        coverage=[one for one in ledger.every["coverage"] if overlaps(one, since, until)],
        gaps=[one for one in ledger.every["gap"] if is_within(parse_time(one.recorded_at), since, None)],
        excluded=sum(is_within(time, since, until) for time in ledger.excluded.values()),
    )


@functools.lru_cache(maxsize=2)  # the files of a listing show the same row one after the other
def row_of(entry: Entry) -> dict[str, Any]:
    """Return the row of an entry: what its body says, a finding unpacked into it, and where it stands."""
    place = {"recorded_at": entry.recorded_at, "ledger_seq": entry.seq, "leaf_hash": entry.leaf_hash}
    return {**unpacked(parse_object(entry.body) or {}), **place}


Time = tuple[str, str]
NO_TIME: Time = ("", "")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})(?:\.([0-9]{1,9}))?Z")


def parse_time(value: object) -> Time | None:
    """Return a time in UTC as something that sorts as time does."""
    found = TIME.fullmatch(value) if isinstance(value, str) else None
    return (found[1], (found[2] or "").ljust(9, "0")) if found else None


def is_within(time: Time | None, since: Time | None, until: Time | None) -> bool:
    """Tell whether a time lies in the period; one that cannot be read does, so that it is not lost."""
    return time is None or ((since is None or time >= since) and (until is None or time < until))


def was_open(latest: Entry, ledger: Ledger, since: Time | None, until: Time | None) -> bool:
    """Tell whether a finding was open at some time of the period."""
    is_resolved = latest.said.status == "resolved"
    ended_before = is_resolved and not is_within(parse_time(latest.recorded_at), since, None)
    return not ended_before and is_within(parse_time(ledger.first_at[latest.ref]), None, until)


def overlaps(interval: Entry, since: Time | None, until: Time | None) -> bool:
    """Tell whether a span that was read reaches into the period."""
    began_at, ended_at = parse_time(interval.said.from_at), parse_time(interval.said.to_at)
    return is_within(ended_at, since, None) and is_within(began_at, None, until)


class Shape(NamedTuple):
    """How a file shows rows: what stands in it, one after the other, and how a row is spelled and read."""

    found: Iterable[tuple[str, Any]]  # with its place: `line 3`
    spell: Callable[[Entry], Any]
    read: Callable[[Any], dict[str, str]]


def check_listing(
    pack: Pack, name: str, entries: list[Entry], report: Report, *, has_lines: bool = False
) -> None:
    """Hold the files that show a population against its entries."""
    shapes = {f"{name}.csv": table_in(pack, f"{name}.csv", report)}
    if has_lines:
        shapes[f"{name}.jsonl"] = lines_in(pack, f"{name}.jsonl")
    checks = [check_rows(file, shape, entries, report) for file, shape in shapes.items()]
    for _ in itertools.zip_longest(*checks):
        pass  # a step in each, so that they need the same row at about the same time


def lines_in(pack: Pack, name: str) -> Shape:
    """Return how JSON lines show rows: each in its one spelling."""
    found = ((f"line {number}", line) for number, line in pack.lines(name))
    return Shape(found, line_of, lambda line: spelled(parse_object(line) or {}))


def line_of(entry: Entry) -> bytes:
    """Return the JSON line that shows an entry."""
    return canonical(row_of(entry)).encode("utf-8", "surrogatepass") + b"\n"


def table_in(pack: Pack, name: str, report: Report) -> Shape:
    """Return how a table shows rows: the cells under its header."""
    table = pack.table(name)
    columns = tuple(next(table, []))
    if len(set(columns)) != len(columns):
        report.add(INTEGRITY, f"{name}: has two columns of one name")
    found = ((f"row {number}", cells) for number, cells in enumerate(table, 1))
    return Shape(found, lambda entry: cells_of(entry, columns), lambda cells: row_under(columns, cells))


def cells_of(entry: Entry, columns: tuple[str, ...]) -> list[str]:
    """Return the cells of a table that show an entry."""
    row = row_of(entry)
    return [cell(row.get(one)) for one in columns]


def row_under(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    """Return the cells of a row by column; a row of another length than the header's is no genuine one."""
    row = dict(zip(columns, cells))  # noqa: B905 - Python 3.9 knows no `strict`
    return row if len(cells) == len(columns) else {**row, "the number of cells": str(len(cells))}


def check_rows(name: str, shape: Shape, entries: list[Entry], report: Report) -> Iterator[None]:
    """Compare what a file shows with the entries that it stands for, one at a step."""
    position = {str(entry.seq): index for index, entry in enumerate(entries)}
    seen: set[int] = set()
    last, odd = -1, 0
    for place, found in shape.found:
        index = last + 1
        if index == len(entries) or found != shape.spell(entries[index]):  # it is not just the next one
            odd += 1
            if odd > MAX_ODD:
                raise ValueError(f"{name}: more than {MAX_ODD} rows are not as they should be")
            row = shape.read(found)
            index = position.get(row.get("ledger_seq", ""), -1)
            if not row:
                report.add(INTEGRITY, f"{name}: {place} cannot be read")
            elif index < 0:
                what = "was added: no entry of this population calls for it"
                report.add(COMPLETENESS, f"{name}: {place} {what}")
            elif index in seen:
                report.add(COMPLETENESS, f"{name}: {place} repeats entry {entries[index].seq}")
            elif found != shape.spell(entries[index]):
                what = difference(row, shape, entries[index])
                report.add(INTEGRITY, f"{name}: {place} was altered: it differs from {what}")
            elif index < last:
                report.add(INTEGRITY, f"{name}: {place}, of entry {entries[index].seq}, is out of order")
        seen.add(index)
        last = max(last, index)
        yield
    for index, entry in enumerate(entries):
        if index not in seen:
            report.add(COMPLETENESS, f"{name}: the row of entry {entry.seq} is missing")


def difference(row: dict[str, str], shape: Shape, entry: Entry) -> str:
    """Say in what a row differs from the entry that it claims to show."""
    wanted = shape.read(shape.spell(entry))
    names = sorted(one for one in {*row, *wanted} if row.get(one) != wanted.get(one))
    return f"entry {entry.seq} in {shown(', '.join(names)) if names else 'its spelling'}"


def spelled(row: dict[str, Any]) -> dict[str, str]:
    """Return every value of a row in its one spelling."""
    return {name: canonical(value) for name, value in row.items()}


def cell(value: object) -> str:
    """Return a value as a table shows it: text that no spreadsheet takes for a formula or an order."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        text = "; ".join(value)
    else:
        text = canonical(value)
    if not text.isprintable():  # so are all that are unseen, and some more
        text = UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return "'" + text if text.startswith(FORMULA) else text


FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


# (8) The summary --------------------------------------------------------------------------------------------


def count_all(ledger: Ledger, listed: Populations) -> dict[str, Any]:
    """Count what the summary states."""
    closed = sum(one.said.status == "closed" for one in listed.gaps)
    accepted = sum(one.said.status == "accepted" for one in listed.gaps)
    return {
        "entries": len(ledger.hashes),
        "entries_by_kind": ledger.kinds,
        "changes": len(listed.changes),
        "changes_by_disposition": count_by(listed.changes, "disposition"),
        "changes_by_channel": count_by(listed.changes, "channel"),
        "changes_by_severity": count_by(listed.changes, "severity"),
        "findings": len(listed.findings),
        "findings_by_kind": count_by(listed.findings, "kind"),
        "findings_by_status": count_by(listed.findings, "status"),
        "records_read": total(listed.coverage, "records"),
        "records_unreadable": total(listed.coverage, "unreadable"),
        "gaps": len(listed.gaps) - closed - accepted,
        "gaps_closed": closed,
        **({"gaps_accepted": accepted} if accepted else {}),
        "writes_excluded": listed.excluded,
    }


def count_by(entries: list[Entry], name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in entries:
        value = str(getattr(entry.said, name))
        counts[value] = counts.get(value, 0) + 1
    return counts


def total(entries: list[Entry], name: str) -> int:
    return sum(as_count(getattr(entry.said, name)) or 0 for entry in entries)


def check_summary(summary: dict[str, Any], counted: dict[str, Any], report: Report) -> None:
    """Hold the stated totals against the counted ones, and the stated checkpoint against the newest."""
    report.counts = counted
    if not summary:
        return
    stated = summary.get("counts")
    for name in sorted({*counted, *stated} if isinstance(stated, dict) else counted):
        value = stated.get(name) if isinstance(stated, dict) else None
        if canonical(value) != canonical(counted.get(name)):
            sentence = (
                f"{shown(name)} is {shown(canonical(value))}, counted {shown(canonical(counted.get(name)))}"
            )
            report.add(INTEGRITY, f"{SUMMARY}: {sentence}")
    at = summary.get("checkpoint")
    stated_at = {name: at.get(name) for name in ("size", "root")} if isinstance(at, dict) else None
    if report.checkpoint is not None and canonical(stated_at) != canonical(report.checkpoint):
        report.add(INTEGRITY, f"{SUMMARY}: its checkpoint is not the newest in {CHECKPOINTS}")


# (9) The samples --------------------------------------------------------------------------------------------


class Sample(NamedTuple):
    """What was drawn, or has to be, of one population: by name, what `selection.json` says of it."""

    facts: dict[str, Any]
    runs: dict[str, tuple[int, int]]  # of each change that was drawn of a run
    seed: str | None


def check_samples(
    pack: Pack, period: dict[str, Any], changes: list[Entry], ledger: Ledger, report: Report
) -> None:
    """Draw the samples again, and hold what is said of them against that."""
    selection = pack.read_json(SELECTION)
    stated = selection.get("samples")
    samples = [as_object(one) for one in stated] if isinstance(stated, list) else []
    if [one.get("of") for one in samples] != ["changes", "emergencies"]:
        report.add(COMPLETENESS, f"{SELECTION}: has not one sample of changes and one of emergencies")
        return
    if not ledger.checkpoints:
        return  # that is said already
    ends = {name: period.get(name) for name in ("since", "until")}
    checkpoint = deciding_checkpoint(ledger, parse_time(ends["until"]))
    wanted = {**ends, "checkpoint": {"size": checkpoint.size, "root": checkpoint.root}}
    drawn = [draw_again(one, selection, changes, checkpoint.root) for one in samples]
    facts = [(selection, wanted, ""), *((one, two.facts, one["of"]) for one, two in zip(samples, drawn))]  # noqa: B905 - Python 3.9 knows no `strict`
    for found, expected, of in facts:
        names = [name for name in expected if canonical(found.get(name)) != canonical(expected[name])]
        if names:
            what = f"of the sample of {of}" if of else "of all samples"
            report.add(INTEGRITY, f"{SELECTION}: {', '.join(names)} {what}: drawing again gives another")
    check_sample_rows(pack, drawn, {one.ref: one for one in changes}, report)


def deciding_checkpoint(ledger: Ledger, until: Time | None) -> Checkpoint:
    """Return the first checkpoint that reaches to the end of the period, or else the newest."""
    for one in ledger.checkpoints:
        last_at = parse_time(ledger.recorded_at.get(one.size - 1))
        if until is not None and last_at is not None and last_at >= until:
            return one
    return ledger.checkpoints[-1]


def draw_again(said: dict[str, Any], selection: dict[str, Any], changes: list[Entry], root: str) -> Sample:
    """Return a sample as it has to be drawn; of what an auditor chose, that is taken as it is said."""
    of, seed = said["of"], said.get("seed")
    nobodys = [one for one in changes if one.said.disposition in NOBODYS]
    ids = [one.ref for one in changes if belongs_to(one.said, of)]
    facts: dict[str, Any] = {
        "population": len(ids),
        "population_sha256": sha256_of("".join(f"{one}\n" for one in ids)),
        "left_out": count_by(nobodys, "disposition") if of == "changes" else {},
    }
    if seed is None and of == "changes":
        named = [one for one in as_list(said.get("chosen")) if isinstance(one, str)]
        known = set(ids)
        missed = as_list(said.get("not_found"))
        unknown = [one for one in missed if not isinstance(one, str) or one not in known]
        facts.update(runs=[], chosen=[one for one in named if one in known], not_found=unknown)
        return Sample(facts, {}, None)
    origin = as_object(seed).get("origin")
    text = as_object(seed).get("text") if origin == "auditor" else root
    lines = (
        "driftledger/sample/v1",
        of,
        selection.get("engagement"),
        selection.get("since"),
        selection.get("until"),
    )
    number = sha256_of("".join(f"{'' if one is None else one}\n" for one in (*lines, origin, text)))
    size = len(ids) if of == "emergencies" else size_of_sample(as_object(selection.get("profile")), len(ids))
    ends = [(run * len(ids) // size, (run + 1) * len(ids) // size) for run in range(size)]
    chosen = [min(ids[begin:end], key=lambda one: rank_of(number, one)) for begin, end in ends]
    runs = dict(zip(chosen, ends))  # noqa: B905 - Python 3.9 knows no `strict`
    facts.update(
        seed={"origin": "auditor" if origin == "auditor" else "checkpoint", "text": text, "sha256": number},
        runs=[{"begin": begin, "end": end, "chosen": one} for one, (begin, end) in runs.items()],
        chosen=chosen,
        not_found=[],
    )
    return Sample(facts, runs, number)


NOBODYS = ("explained", "before-enrolment")  # dispositions for which nobody must answer


def belongs_to(said: Said, of: str) -> bool:
    """Tell whether a change belongs to the population of a sample."""
    is_emergency = "emergency" in (said.disposition, said.lane)
    return said.disposition not in NOBODYS and (of == "changes" or is_emergency)


def size_of_sample(profile: dict[str, Any], population: int) -> int:
    """Return how many changes a profile draws of a population."""
    for band in map(as_object, as_list(profile.get("bands"))):
        take, percent, up_to = (as_count(band.get(one)) for one in ("take", "percent", "up_to"))
        if band.get("up_to") is None or population <= (up_to or 0):
            part = population if percent is None else -(-population * percent // 100)
            return min(population, part if take is None else take)
    confidence, tolerable = (
        as_count(profile.get(name)) or 0 for name in ("confidence_percent", "tolerable_percent")
    )
    if not 0 < confidence < 100 or not 0 < tolerable < 100:
        return population
    sound = population - -(-population * tolerable // 100)
    size, missed, every = 0, 1, 1  # of `every` sample of this size, `missed` have no deviation
    while size < population and missed * 100 > (100 - confidence) * every:
        missed, every, size = missed * (sound - size), every * (population - size), size + 1
    return size


def rank_of(seed: str, change_id: str) -> str:
    """Return what decides in a run: the smallest is drawn."""
    return sha256_of(f"{seed}/{change_id}")


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def check_sample_rows(pack: Pack, drawn: list[Sample], entries: dict[str, Entry], report: Report) -> None:
    """Hold the table of what was drawn against the entries."""
    table = pack.table(SELECTION_TABLE)
    columns = next(table, [])
    wanted = list(rows_of_samples(drawn, entries))
    count = 0
    for count, (row, cells) in enumerate(zip(wanted, table), 1):  # noqa: B905 - Python 3.9 knows no `strict`
        if cells != [cell(row.get(one)) for one in columns]:
            report.add(INTEGRITY, f"{SELECTION_TABLE}: row {count} is not what was drawn in that place")
    if count < len(wanted):
        report.add(COMPLETENESS, f"{SELECTION_TABLE}: has {count} rows, {len(wanted)} were drawn")
    if next(table, None) is not None:
        report.add(COMPLETENESS, f"{SELECTION_TABLE}: has rows after the {len(wanted)} that were drawn")


def rows_of_samples(drawn: list[Sample], entries: dict[str, Entry]) -> Iterator[dict[str, Any]]:
    """Yield the row of each change that was drawn."""
    for of, sample in zip(("changes", "emergencies"), drawn):  # noqa: B905 - Python 3.9 knows no `strict`
        for number, change_id in enumerate(sample.facts["chosen"], 1):
            begin, end = sample.runs.get(change_id, (None, None))
            row = row_of(entries[change_id])
            yield {
                **row,
                "change_id": change_id,
                "dossier": f"03_sample/dossiers/{change_id}" if "disposition" in row else None,
                "sample_of": of,
                "number": number,
                "run_begin": begin,
                "run_end": end,
                "rank_sha256": rank_of(sample.seed, change_id) if sample.seed else None,
            }


# (10) The chain of keys -------------------------------------------------------------------------------------


class Handover(NamedTuple):
    """What a `key_rotation` entry says, and which of its keys signed the checkpoint over it."""

    seq: int
    old: Key
    new: Key
    is_lost: bool
    is_signed_by_new: bool
    is_vouched_for: bool
    reason: str | None  # None where only the entries of a pack tell

    def __str__(self) -> str:
        if self.is_lost:
            erased = "a pack tells why" if self.reason is None else "the reason was erased"
            why = shown(self.reason) if self.reason else erased
            return f"BREAK at entry {self.seq}: {self.old} was lost ({why}), {self.new} signs since"
        return f"{self.old} handed over to {self.new} at entry {self.seq}"


def check_chain(pack: Pack, notes: Notes, ledger: Ledger, report: Report) -> None:
    """Hold the keys that signed against those that the entries say were to sign, one after the other."""
    handovers = list(read_handovers(notes, ledger, report))
    if not handovers:
        return
    for before, after in zip(handovers, handovers[1:]):  # noqa: B905, RUF007 - Python 3.9 knows neither
        if before.new != after.old:
            report.add(
                INTEGRITY, f"{ENTRIES}: entry {after.seq} hands over from {after.old}, not {before.new}"
            )
    for name, size in ledger.sealed.items():
        wanted = whose_turn(handovers, size)
        if wanted not in notes.signers_of(name):
            report.add(INTEGRITY, f"{name}: is not signed by {wanted}, whose turn it was")
    if handovers[-1].new not in notes.signers_of(MANIFEST_NOTE):
        report.add(INTEGRITY, f"{MANIFEST_NOTE}: is not signed by {handovers[-1].new}, whose turn it is")
    listed = pack.read_json(KEYS).get("keys")
    keys = [parse_key(str(as_object(item).get("verifier_key"))) for item in as_list(listed)]
    if keys != [handovers[0].old] + [one.new for one in handovers]:
        report.add(INTEGRITY, f"{KEYS}: does not list the keys that the entries name, in their order")
    report.handovers = [str(one) for one in handovers]
    notes.follow(handovers)


def whose_turn(handovers: list[Handover], size: int) -> Key:
    """Return the key that was to sign a ledger of so many entries."""
    return ([handovers[0].old] + [one.new for one in handovers if one.seq < size])[-1]


def read_handovers(notes: Notes, ledger: Ledger, report: Report) -> Iterator[Handover]:
    """Yield the handovers in their order. Each is sealed at once, so its checkpoint ends with its entry."""
    orders = {entry.seq + 1: parse_object(entry.body) or {} for entry in ledger.every["order"]}
    for entry in ledger.every["key_rotation"]:
        body = parse_object(entry.body) or {}
        old, new = parse_key(str(body.get("old"))), parse_key(str(body.get("new")))
        if old is None or new is None:
            report.add(INTEGRITY, f"{ENTRIES}: entry {entry.seq} names something that is no key")
            continue
        name, is_lost = f"{CHECKPOINTS}{entry.seq + 1:012d}.note", body.get("old_key") == "lost"
        # Another root would let anybody add an entry of their own under a note that the old key has signed.
        signers = notes.signers_of(name) if ledger.sealed.get(name) == entry.seq + 1 else []
        for key in [new] if is_lost else [old, new]:
            if key not in signers:
                report.add(INTEGRITY, f"{ENTRIES}: entry {entry.seq} hands over, and {key} did not sign that")
        is_signed_by_new = new in signers
        is_vouched_for = not is_lost and old in signers and is_signed_by_new
        reason = str(orders.get(entry.seq, {}).get("reason", ""))
        yield Handover(entry.seq, old, new, is_lost, is_signed_by_new, is_vouched_for, reason)


# A proof of one entry ---------------------------------------------------------------------------------------
#
# 1. The file: its entry, one or two checkpoints more, and the keys that it brings.
# 2. The checkpoints: each is signed by a key that is brought or trusted.
# 3. The entry: leaf and body are what the leaf's hash commits to; the path leads from it to the root.
# 4. Between two checkpoints: the path leads from the one root to the other, so that nothing was altered.
# 5. The chain of keys: each handed over to the next in an entry and in a checkpoint that both signed, with
#    which the newest ledger of the proof begins.
# 6. What the reader kept: one of these checkpoints must be it.

INCLUSION, OLDER, NEWER = "the checkpoint of the entry", "the older checkpoint", "the newer checkpoint"
MAX_HANDOVERS = 1000  # each takes a while to check

NOT_PROVEN_BY_ONE = """\
What this does not prove:
- Anything of other entries: whether there is a later one about the same change. A pack has all of them.
- That the ledger was not replaced as a whole, by whoever holds the key. Compare the checkpoint with one
  that you hold from elsewhere: --trusted-checkpoint does it.
- Whose key it is: the company runs the program and keeps the key.
"""


class ProofReport(Report):
    """What was found in the proof of one entry."""

    not_proven = NOT_PROVEN_BY_ONE

    def __init__(self) -> None:
        super().__init__()
        self.entry: dict[str, Any] | None = None

    def verdict(self, question: str) -> str:
        """Return how a question is answered; of completeness one entry tells nothing."""
        found = super().verdict(question)
        return UNKNOWN if (question, found) == (COMPLETENESS, OK) else found

    def as_json(self) -> dict[str, Any]:
        """Return the report as one object."""
        return {**super().as_json(), "entry": self.entry}

    def as_text(self) -> str:
        """Return the report for people."""
        one = self.entry
        said = "Entry         {seq}, {kind} of {ref}, {what}\n".format(**one) if one else ""
        return said + super().as_text()


def verify_proof(path: str, key: str | None = None, trusted_checkpoint: str | None = None) -> ProofReport:
    """Check a file that `drift evidence prove` wrote and, if given, against what the reader trusts.

    Raises:
        CannotVerify: There is no such file, it is no proof at all, or what is trusted cannot be read.
    """
    report = ProofReport()
    proof = read_proof(path)  # (1)
    trusted = [] if key is None else read_trusted_keys(key)
    kept = [] if trusted_checkpoint is None else read_kept_checkpoints(trusted_checkpoint)
    notes = Notes(trusted, report)
    notes.learn("its keys", proof.get("keys"))
    try:
        signed = check_inclusion(proof, notes, report)  # (2), (3)
        signed += check_consistency(proof, notes, report)  # (4)
        check_proven_chain(proof, signed, notes, report)  # (5)
        check_held(kept, signed, report)  # (6)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes is a finding, not a crash
        report.add(INTEGRITY, f"the proof cannot be checked: {type(error).__name__} {shown(error)}")
    notes.check_origin(INCLUSION)
    return report


def read_proof(path: str) -> dict[str, Any]:
    """Return the object in the file of a proof."""
    hint = "name the file that `drift evidence prove --out` wrote"
    try:
        with Path(path).open("rb") as file:
            proof = parse_object(file.read(MAX_DOCUMENT))
    except OSError as error:
        raise CannotVerify(f"{shown(path)} cannot be read: {error.strerror}", hint) from error
    if proof is None or proof.get("v") != FORMAT_VERSION or "inclusion" not in proof:
        raise CannotVerify(f"{shown(path)} is no proof of format version {FORMAT_VERSION}", hint)
    return proof


def check_inclusion(proof: dict[str, Any], notes: Notes, report: ProofReport) -> list[Checkpoint]:
    """Check the entry, and that it is in its checkpoint; return that, if it is signed."""
    inclusion, entry = as_object(proof.get("inclusion")), read_proven(proof.get("entry"), "the entry", report)
    report.entry = {
        "seq": entry.seq,
        "kind": shown(entry.facts.get("kind")),
        "ref": shown(entry.facts.get("ref")),
        "what": "whose body was erased" if entry.body is None else "with its body",
    }
    sealed = open_checkpoint(INCLUSION, str(inclusion.get("checkpoint")).encode(), notes, report)
    if sealed is None:
        return []
    report.checkpoint = {"size": sealed.size, "root": sealed.root}
    if not entry.is_below(sealed, hashes_in(inclusion.get("path"))):
        report.add(INTEGRITY, f"the entry is not in the ledger of {sealed.size} entries: no path leads there")
    return [sealed]


class Proven(NamedTuple):
    """An entry of which a path is to show that it is in a ledger."""

    seq: int
    leaf: str
    facts: dict[str, Any]
    body: str | None  # None where it was erased

    def is_below(self, sealed: Checkpoint, path: list[bytes]) -> bool:
        """Tell whether a path leads from it to the root of a checkpoint."""
        return root_above(self.seq, sealed.size, hash_leaf(self.leaf), path) == sealed.root


def read_proven(told: object, name: str, report: Report) -> Proven:
    """Return an entry out of a proof, and report what of it was altered."""
    entry = as_object(told)
    seq, leaf = as_count(entry.get("seq")), str(entry.get("leaf"))
    facts = parse_object(leaf) or {}
    salt, body = str(entry.get("salt")), str(entry.get("body"))
    if seq is None or facts.get("v") != FORMAT_VERSION or facts.get("seq") != seq:
        report.add(INTEGRITY, f"{name} was altered: its leaf is of another entry or version")
        seq = MAX_SIZE
    if entry.get("leaf_hash") != hash_leaf(leaf).hex():
        report.add(INTEGRITY, f"{name} was altered: its leaf does not have the hash beside it")
    is_erased = not salt and not body
    if not is_erased and body_commitment(salt, body) != facts.get("body_commit"):
        report.add(INTEGRITY, f"{name} was altered: its body is not the one that the leaf commits to")
    return Proven(seq, leaf, facts, None if is_erased else body)


def check_consistency(proof: dict[str, Any], notes: Notes, report: ProofReport) -> list[Checkpoint]:
    """Check that one ledger begins with the other, where the proof has two; return their checkpoints."""
    if proof.get("consistency") is None:
        return []
    between = as_object(proof["consistency"])
    older = open_checkpoint(OLDER, str(between.get("older")).encode(), notes, report)
    newer = open_checkpoint(NEWER, str(between.get("newer")).encode(), notes, report)
    if older is None or newer is None:
        return []
    if not is_beginning(older, newer, hashes_in(between.get("path"))):
        what = f"the ledger of {newer.size} entries does not begin with that of {older.size}"
        report.add(INTEGRITY, f"{what}: something before was altered")
    return [older, newer]


def check_proven_chain(
    proof: dict[str, Any], signed: list[Checkpoint], notes: Notes, report: ProofReport
) -> None:
    """Check each handover that the proof brings, and trust the keys that a trusted one leads to.

    All must be of one ledger: who found an old key could else sign another past, which a new key that is
    trusted would vouch for.
    """
    told = as_list(proof.get("handovers"))
    if not told:
        return
    connected = {(one.size, one.root) for one in signed[1:] or signed}
    if not signed or (signed[0].size, signed[0].root) not in connected:
        report.add(INTEGRITY, "the checkpoints of the proof are not of one ledger: no key can be followed")
        return
    if len(told) > MAX_HANDOVERS:
        report.add(INTEGRITY, f"the proof brings more than {MAX_HANDOVERS} handovers")
        return
    newest, handovers = max(signed, key=lambda one: one.size), []
    for number, one in enumerate(told, 1):
        found = read_proven_handover(as_object(one), f"handover {number}", newest, notes, report)
        if found is None:
            return
        handovers.append(found)
    for before, after in zip(handovers, handovers[1:]):  # noqa: B905, RUF007 - Python 3.9 knows neither
        if before.new != after.old or before.seq >= after.seq:
            report.add(INTEGRITY, f"entry {after.seq} hands over from {after.old}, not {before.new}")
    for one in signed:
        if whose_turn(handovers, one.size) not in notes.signers_of(one.name):
            wanted = whose_turn(handovers, one.size)
            report.add(INTEGRITY, f"{one.name}: is not signed by {wanted}, whose turn it was")
    report.handovers = [str(one) for one in handovers]
    if report.verdict(INTEGRITY) == OK:
        notes.follow(handovers)


def read_proven_handover(
    told: dict[str, Any], name: str, newest: Checkpoint, notes: Notes, report: ProofReport
) -> Handover | None:
    """Return a handover that is in the newest ledger of a proof, else `None` and a problem."""
    entry = read_proven(told.get("entry"), name, report)
    body = parse_object(entry.body or "") or {}
    old, new = parse_key(str(body.get("old"))), parse_key(str(body.get("new")))
    sealed = open_checkpoint(name, str(told.get("checkpoint")).encode(), notes, report)
    if old is None or new is None or entry.facts.get("kind") != "key_rotation" or sealed is None:
        report.add(INTEGRITY, f"{name}: no entry says which key hands over to which")
        return None
    is_in_it = sealed.size == entry.seq + 1 and entry.is_below(sealed, hashes_in(told.get("path")))
    if not is_in_it or not is_beginning(sealed, newest, hashes_in(told.get("to_newest"))):
        report.add(INTEGRITY, f"{name}: is not in the ledger of {newest.size} entries: no path leads there")
        return None
    is_lost, signers = body.get("old_key") == "lost", notes.signers_of(name)
    for key in [new] if is_lost else [old, new]:
        if key not in signers:
            report.add(INTEGRITY, f"{name}: entry {entry.seq} hands over, and {key} did not sign that")
    is_signed_by_new = new in signers
    is_vouched_for = not is_lost and old in signers and is_signed_by_new
    return Handover(entry.seq, old, new, is_lost, is_signed_by_new, is_vouched_for, None)


def check_held(kept: list[KeptCheckpoint], signed: list[Checkpoint], report: ProofReport) -> None:
    """Hold the checkpoints of a proof against those that the reader kept."""
    report.trusted_checkpoints = [one._asdict() for one in kept]
    for one in kept:
        roots = {other.root for other in signed if other.size == one.size}
        if roots - {one.root}:
            what = f"the trusted checkpoint of {one.size} entries has another root than the proof"
            report.add(INTEGRITY, f"{what}: this is another ledger")
    if kept and not {(one.size, one.root) for one in kept} & {(one.size, one.root) for one in signed}:
        sizes = ", ".join(str(one.size) for one in kept)
        what = f"the proof does not begin at a trusted checkpoint (of {sizes} entries)"
        report.add(COMPLETENESS, f"{what}: ask for one that was made with --checkpoint")


def hashes_in(path: object) -> list[bytes]:
    """Return the hashes of a path. Raises `ValueError` if something in it is none."""
    hashes = [bytes.fromhex(str(one)) for one in path] if isinstance(path, list) else []
    if any(len(one) != hashlib.sha256().digest_size for one in hashes):
        raise ValueError("a path holds something that is no hash")
    return hashes


def root_above(seq: int, size: int, leaf_hash: bytes, path: list[bytes]) -> str | None:
    """Return the root to which a path leads from a leaf (RFC 9162, section 2.1.3.2); `None` if to none."""
    if seq >= size:
        return None
    at, last, joined = seq, size - 1, leaf_hash
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            joined = hash_node(one, joined)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            joined = hash_node(joined, one)
        at, last = at >> 1, last >> 1
    return base64.b64encode(joined).decode() if last == 0 else None


def is_beginning(older: Checkpoint, newer: Checkpoint, path: list[bytes]) -> bool:
    """Tell whether a path shows that one ledger begins with the other (RFC 9162, section 2.1.4.2)."""
    if older.size == newer.size:
        return older.root == newer.root and not path
    first = decode_base64(older.root)
    if first is None or not 0 < older.size < newer.size:
        return False
    if older.size & (older.size - 1) == 0:
        path = [first, *path]
    if not path:
        return False
    at, last = older.size - 1, newer.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = hash_node(one, old), hash_node(one, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = hash_node(new, one)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first and base64.b64encode(new).decode() == newer.root


# What every step uses ---------------------------------------------------------------------------------------


ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse_object(text: Any) -> dict[str, Any] | None:
    """Return the JSON object in `text`, or `None` if there is none."""
    try:
        value = DECODER.decode(text.decode("utf-8") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, refusing one that has a name twice: every reader would take another of the two."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def whole_number(digits: str) -> int:
    """Return a number, refusing one on which a reader would spend minutes."""
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number is too long")
    return int(digits)


def no_number(name: str) -> None:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(f"{name} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=without_twins, parse_int=whole_number, parse_constant=no_number)


def canonical(value: object) -> str:
    """Return one spelling for equal JSON values; unlike `==`, it tells 1 from true and from 1.0."""
    return ENCODER.encode(value)


def as_count(value: object) -> int | None:
    """Return a number that can count something, or `None` if it is none: true and -1 are not."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < MAX_SIZE else None


def decode_base64(text: str) -> bytes | None:
    """Return the bytes behind base64, or `None`; also where another text would give the same bytes."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def shown(value: object) -> str:
    """Return text out of the pack so that no terminal obeys it and no line breaks."""
    text = str(value)
    text = text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."
    return "".join(one if one.isprintable() and one.isascii() else f"\\u{ord(one):04x}" for one in text)


# Ed25519 (RFC 8032, section 5.1), checking only: slow, but it has no secret to keep -------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # X, Y, Z, T: x = X/Z, y = Y/Z, x*y = T/Z

BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` over `message` was made by the holder of the private half of `public`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = decompress(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, t = key
    minus_key = (P - x, y, z, P - t)
    return compress(sum_of_multiples(scalar, BASE, challenge, minus_key)) == signature[:32]


def decompress(encoded: bytes) -> Point | None:
    """Return the point that 32 bytes stand for, or `None` if they stand for none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(point: Point) -> bytes:
    """Return the 32 bytes that stand for a point."""
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def add_points(first: Point, second: Point) -> Point:
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * first[3] * second[3] * D % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def sum_of_multiples(first: int, point: Point, second: int, other: Point) -> Point:
    """Return `first` times `point` plus `second` times `other`, in one run over the bits of both."""
    both = add_points(point, other)
    total: Point = (0, 1, 1, 0)
    for bit in reversed(range(ORDER.bit_length())):
        total = add_points(total, total)
        if first >> bit & 1:
            total = add_points(total, both if second >> bit & 1 else point)
        elif second >> bit & 1:
            total = add_points(total, other)
    return total


if __name__ == "__main__":
    sys.exit(main())
