"""`make bench`: runs every measurement and prints a line for each."""

from benchmarks import (
    browse,
    classify,
    compare,
    end_to_end,
    ledger,
    native,
    pack,
    provider_engine,
    start_up,
)


def main() -> None:
    """Run the measurements, the largest last: the peak memory of a child is never less than ours."""
    for measurement in (
        start_up,
        provider_engine,
        native,
        ledger,
        classify,
        end_to_end,
        browse,
        pack,
        compare,
    ):
        for line in measurement.measure():
            print(line, flush=True)


if __name__ == "__main__":
    main()
