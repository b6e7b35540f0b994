"""Draws the samples again."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, comb
from typing import Any

from tests.tampering.second.entry import Entry
from tests.tampering.second.reading import Row, hash_of


def draw(
    said: Row, selection: Row, changes: list[Entry], root: str
) -> tuple[Row, dict[str, Any], str | None]:
    """Draw a sample again, by the steps of the document."""
    nobodys = ("explained", "before-enrolment")
    somebodys = [one for one in changes if one.row.get("disposition") not in nobodys]
    is_whole = said["of"] == "emergencies"
    if is_whole:
        somebodys = [
            one for one in somebodys if "emergency" in (one.row.get("disposition"), one.row.get("lane"))
        ]
    ids = [one.ref for one in somebodys]
    left = [str(one.row["disposition"]) for one in changes if one.row.get("disposition") in nobodys]
    drawn: Row = {
        "population": len(ids),
        "population_sha256": hash_of("".join(one + "\n" for one in ids).encode()),
        "left_out": {} if is_whole else dict(Counter(left)),
    }
    if said.get("seed") is None and not is_whole:
        chosen = [one for one in said.get("chosen", []) if one in ids]
        return {**drawn, "runs": [], "chosen": chosen}, {}, None
    stated = said["seed"] if isinstance(said.get("seed"), dict) else {}
    origin = "auditor" if stated.get("origin") == "auditor" else "checkpoint"
    text = stated.get("text") if origin == "auditor" else root
    names = [selection.get(name) or "" for name in ("engagement", "since", "until")]
    lines = ("driftledger/sample/v1", said["of"], *names, origin, text)
    seed = hash_of("".join(f"{line}\n" for line in lines).encode())
    n = len(ids) if is_whole else size_of(selection.get("profile"), len(ids))
    ends = [(i * len(ids) // n, (i + 1) * len(ids) // n) for i in range(n)]
    chosen = [min(ids[begin:end], key=lambda one: hash_of(f"{seed}/{one}".encode())) for begin, end in ends]
    runs = dict(zip(chosen, ends, strict=True))
    drawn |= {
        "seed": {"origin": origin, "text": text, "sha256": seed},
        "runs": [{"begin": begin, "end": end, "chosen": one} for one, (begin, end) in runs.items()],
        "chosen": chosen,
        "not_found": [],
    }
    return drawn, runs, seed


def size_of(profile: Any, population: int) -> int:
    for band in profile["bands"]:
        if band["up_to"] is None or population <= band["up_to"]:
            if band["percent"] is not None:
                return ceil(Fraction(population * band["percent"], 100))
            return population if band["take"] is None else min(population, int(band["take"]))
    sound = population - ceil(Fraction(population * profile["tolerable_percent"], 100))
    chance = 100 - profile["confidence_percent"]
    sizes = (n for n in range(population) if comb(sound, n) * 100 <= chance * comb(population, n))
    return next(sizes, population)


def sample_rows(
    of: str, chosen: list[str], runs: Mapping[str, Any], seed: str | None, changes: list[Entry]
) -> list[Row]:
    by_id = {one.ref: one.row for one in changes}
    rows = []
    for number, one in enumerate(chosen, 1):
        begin, end = runs.get(one, (None, None))
        rank = hash_of(f"{seed}/{one}".encode()) if seed else None
        dossier = f"03_sample/dossiers/{one}" if "disposition" in by_id[one] else None
        place = {"run_begin": begin, "run_end": end, "rank_sha256": rank, "dossier": dossier}
        rows.append({**by_id[one], "change_id": one, "sample_of": of, "number": number, **place})
    return rows
