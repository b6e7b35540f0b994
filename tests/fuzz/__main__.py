"""Runs the fuzzer: `python -m tests.fuzz SECONDS FOLDER`. What it finds is left in FOLDER."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["drift", "providers"]):
    from tests.fuzz.seeds import seeds
    from tests.fuzz.target import try_bytes


def main(seconds: str, folder: str) -> None:
    """Begin with the seeds and what was found before; end with a failure, or when the time is up."""
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=16384", "-timeout=20", "-rss_limit_mb=1024"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(corpus)], try_bytes)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
