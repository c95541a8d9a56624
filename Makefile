# Shikikan on one machine. Needs Python 3.11 or newer and make; everything else is installed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One worker for each of two cores; `make test WORKERS=0` runs the tests one after the other.
WORKERS ?= 2
# What to run instead of everything, for example PYTEST_ARGS="tests/models -x".
PYTEST_ARGS ?=
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run test test-tools check bench demo import messages lock

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; \
	do printf '%-18s %s\n' "$$target" "$$text"; done

run: $(VENV)/.run-installed ## Serve the console on http://127.0.0.1:8501
	@exec $(BIN)/python app.py

test: $(VENV)/.test-installed test-tools ## Run every test, real browser and PostgreSQL included
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

check: $(VENV)/.test-installed ## Format, lint, types, architecture, translations, requirements
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:randomly tests/test_project.py tests/services/test_language.py

bench: $(VENV)/.test-installed ## Measure the write path and the board against a bare insert
	$(BIN)/python -m tests.bench

demo: $(VENV)/.run-installed ## Fill SHIKIKAN_DATA_DIR (default data/) with example incidents
	$(BIN)/python -m services.demo

import: $(VENV)/.run-installed ## Import a timeline: make import FILE=timeline.json
	@test -n "$(FILE)" || { echo 'Say which file: make import FILE=timeline.json' >&2; exit 2; }
	$(BIN)/python -m services.importing "$(FILE)"

messages: $(VENV)/.test-installed ## Bring the catalogues of locales/ up to date with the code
	@$(BIN)/python -m tests.catalogue

lock: $(VENV)/.test-installed ## Pin what pyproject.toml asks for (UPGRADE=1: newest versions)
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group test --constraints requirements.txt \
		--output-file tests/requirements.txt

LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

# --- What the targets above stand on -----------------------------------------------------------

# The browser and its fonts are not Python packages. What cannot be installed is said, and the
# tests that need it say so too.
test-tools:
	@sh tests/install.sh

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Shikikan needs Python 3.11 or newer; say which with PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/install.sh python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements.txt | $(BIN)/python
	@echo 'Installing what requirements.txt pins (once, and when it changes)'
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.test-installed: tests/requirements.txt requirements.txt | $(BIN)/python
	@echo 'Installing what tests/requirements.txt pins (once, and when it changes)'
	@$(PIP_INSTALL) -r tests/requirements.txt
	@touch $@ $(VENV)/.run-installed
