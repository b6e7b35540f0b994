"""One verb a file; no stage imports another. `drift/pipeline.py` alone knows their order."""
