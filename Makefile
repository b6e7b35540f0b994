# Every target sets up what it needs; `make demo` and `make test` work on a fresh clone.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CORPUS ?= ../shared/corpus
SECONDS_OF_FUZZ ?= 600
BURST  ?= 1000000
AZURITE := tests/azurite/node_modules
AXE    := tests/browser/node_modules
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test cover estate lint format bench burst crash soak fuzz docs protos corpus azurite browser screenshots lock clean python

help:
	@echo "make demo     run the whole product over bundled stories: no cloud, no credentials"
	@echo "make test     lint, types, import contracts and all tests"
	@echo "make cover    the same, and which lines no test reaches"
	@echo "make estate   build the estates of all provider versions afresh, with the real Terraform, and scan them"
	@echo "make lint     the checks of 'make test' without the tests"
	@echo "make bench    measure speed and memory, in ratios within one run"
	@echo "make burst    have BURST=1000000 records worked off at once, in bounded memory"
	@echo "make crash    kill the program fifty times while it works off a hundred thousand records"
	@echo "make soak     give the daemon two hours' records in twelve minutes, and all that may go wrong meanwhile"
	@echo "make fuzz     look ten minutes long for bytes that the program stumbles over"
	@echo "make docs     write docs/classification.md and docs/coverage.md anew from the tables"
	@echo "make protos   compile the provider protocol anew from its .proto files"
	@echo "make azurite  install what simulates Azure in the tests, where there is npm"
	@echo "make browser  install what the tests in a browser need beside Chromium, where there is npm"
	@echo "make screenshots  take pictures of every page and mail, light and dark, wide and on a phone"
	@echo "make corpus   classify public audit records, where that folder is at hand"
	@echo "make lock     pin the dependencies anew (needs uv)"

demo: $(VENV)/.ready
	$(BIN)/drift demo --out demo

test: lint azurite browser
	$(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

cover: lint azurite browser
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered $(TESTS)

estate: $(VENV)/.ready
	ESTATE=all $(BIN)/python -m pytest tests/estate

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks

burst: $(VENV)/.ready
	$(BIN)/python -m benchmarks.burst $(BURST)

crash: $(VENV)/.ready
	$(BIN)/python -m tests.crash
	KILLS=20 $(BIN)/python -m pytest tests/scenarios/test_kill.py

soak: $(VENV)/.ready
	$(BIN)/python -m tests.soak

fuzz: $(VENV)/.ready
	$(BIN)/python -m tests.fuzz $(SECONDS_OF_FUZZ) fuzz-found

docs: $(VENV)/.ready
	$(BIN)/python -m tests.classification_page
	$(BIN)/python -m tests.estate.coverage_page

PLUGIN := providers/terraform/plugin

protos: $(VENV)/.ready
	$(BIN)/python -m grpc_tools.protoc -I $(PLUGIN) --descriptor_set_out=$(PLUGIN)/protocols.binpb $(PLUGIN)/*.proto

# Without it the tests against Azure are skipped, and say so; everything else is tested all the same.
azurite: $(AZURITE)/.ready

$(AZURITE)/.ready: tests/azurite/package.json tests/azurite/package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "make: there is no npm, so the tests against Azure are skipped" >&2; \
	elif cd tests/azurite && npm ci --ignore-scripts --no-audit --no-fund --loglevel error; then \
	  touch node_modules/.ready; \
	else \
	  echo "make: Azurite cannot be installed, so the tests against Azure are skipped" >&2; \
	fi

# Without a browser its tests are skipped, and say so; without axe-core only those that need it.
browser: $(AXE)/.ready
	@for one in chromium chromium-browser google-chrome; do command -v $$one >/dev/null && exit; done; \
	  echo "make: there is no Chromium, so the tests in a browser are skipped. Install it: 'apt install chromium' (Debian)." >&2

$(AXE)/.ready: tests/browser/package.json tests/browser/package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "make: there is no npm, so nothing looks for barriers in the pages" >&2; \
	elif cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel error; then \
	  touch node_modules/.ready; \
	else \
	  echo "make: axe-core cannot be installed, so nothing looks for barriers in the pages" >&2; \
	fi

screenshots: $(VENV)/.ready browser
	$(BIN)/python -m tests.browser.screenshots screenshots

corpus: $(VENV)/.ready
	$(BIN)/python -m tests.corpus $(CORPUS)

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --all-extras pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --all-extras --group dev pyproject.toml --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) demo build dist .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis screenshots $(AZURITE) $(AXE)

# The product, editable, with everything that running and testing it needs, exactly as pinned.
# The lock is complete: with dependencies to resolve, older versions of pip stumble over its extras.
$(VENV)/.ready: requirements-dev.lock pyproject.toml
	@$(MAKE) --no-print-directory python
	@echo "Setting up $(VENV) (the first time takes a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: there is no $(PYTHON). Install it: 'apt install python3 python3-venv' (Debian, Ubuntu) or 'brew install python' (macOS)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $$($(PYTHON) --version) is too old, 3.11 or newer is needed. Install one and name it: 'make PYTHON=python3.12 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "make: $(PYTHON) cannot make virtual environments. Install it: 'apt install python3-venv' (Debian, Ubuntu)." >&2; exit 1; }
