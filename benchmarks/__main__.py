"""`make bench`: runs every measurement and prints a line for each."""

from benchmarks import classify, compare, ledger, provider_engine, start_up


def main() -> None:
    """Run the measurements, the quick ones first."""
    for measurement in (start_up, ledger, compare, provider_engine, classify):
        for line in measurement.measure():
            print(line, flush=True)


if __name__ == "__main__":
    main()
