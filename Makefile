# Every target sets up what it needs; the only prerequisites are Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROTATION ?= $(shell expr $$(date +%s) / 86400)
READY := $(VENV)/.ready

.PHONY: help setup demo first-hour test test-production test-newest chaos check format lock screenshots docs bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(READY) ## create .venv with everything that the other targets use

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Connector Kit needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY) ## publish, install in 25 accounts, roll out under faults, audit (FROM=folder|zip, FRAMEWORK=2, KEEP=1, STOP=1)
	@$(BIN)/python -m workshop.demo $(if $(FROM),--from "$(FROM)") $(if $(FRAMEWORK),--framework "$(FRAMEWORK)") $(if $(KEEP),--keep) $(if $(STOP),--stop)

first-hour: $(READY) ## walk the first hour from the wheel, in a fresh environment; writes build/first-hour.json
	@$(BIN)/python -m workshop.first_hour

test: $(READY) ## run the default test suite
	@$(BIN)/python -m workshop.browser
	@$(BIN)/python -m pytest -q -n 3

test-production: $(READY) ## run the tests of records and limits, on PostgreSQL and a Redis of their own
	@$(BIN)/python -m workshop.production

test-newest: $(READY) ## run the tests of processes and syntax, on the newest Python installed
	@$(BIN)/python -m workshop.newest

chaos: $(READY) ## run the slow suite: processes are killed, requests fail
	@echo "Points of interruption and examples are those of day $(ROTATION). To repeat them: make chaos ROTATION=$(ROTATION)"
	@ROTATION=$(ROTATION) $(BIN)/python -m pytest -q -n 3 --hypothesis-seed=$(ROTATION) -m "chaos or scale or points" tests

check: $(READY) ## check format, lint, wording, types, import order, migrations, system checks, endpoints, lock file
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/codespell
	@$(BIN)/python -m workshop.wording
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m workshop.coverage --check
	@$(BIN)/python -m workshop.commands --check
	@$(BIN)/python -m workshop.lock --check

format: $(READY) ## format, and fix what can be fixed automatically
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(READY) ## pin what an image installs, with hashes (UPGRADE=1 takes the newest versions that fit)
	@$(BIN)/python -m workshop.lock $(if $(UPGRADE),--upgrade)

screenshots: $(READY) ## take pictures of every page for the docs (docs/screenshots)
	@$(BIN)/python -m workshop.browser
	@$(BIN)/python -m workshop.screenshots

docs: $(READY) ## build the documentation as a site in build/docs, with its links checked
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -j auto docs build/docs
	@echo "Open build/docs/index.html."

bench: $(READY) ## measure, side by side in one run; writes build/bench.json
	@$(BIN)/python -m workshop.bench

clean: ## remove what was built, the virtual environment and local data
	rm -rf build var $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
