# `make demo` on a fresh machine sets everything up and shows the whole pipeline; `make test` passes the tests.
# Needs make and Python 3.11, 3.12 or 3.13; uses uv where it is installed. Everything stays in .venv and .jobmatch.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
J := $(BIN)/jobmatch

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo dev test test-services lint bench evaluate screenshots lock clean

help:           ## Say what each target does
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 20

setup: .venv/.runtime   ## Make the environment in .venv from the lock file

setup-dev: .venv/.dev   ## The same, with what tests, linters and benchmarks need

demo: setup     ## Two days of made-up postings and résumés through everything
	@$(J) demo

dev: setup      ## The Dagster UI on the embedded default, schedules and sensors on
	@$(J) dev

test: setup-dev ## All tests, in parallel, but for those of make test-services
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not services"

test-services: setup-dev        ## A night on real services: schedule, late board, backfill, alert, 500 uploads (minutes)
	@$(BIN)/python -m pytest -m services --durations=0

lint: setup-dev ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: .venv/.peers     ## Every benchmark against the plain way; tables here, JSON in bench-results/
	@$(BIN)/python -m jobmatch_dagster_tests.benchmarks

evaluate: setup-dev     ## Every evaluation on labelled data
	@$(BIN)/python -m jobmatch_dagster_tests.evaluation

screenshots: setup-dev  ## Pictures of the Dagster UI for the docs (needs a chromium and a database with something in it)
	@$(BIN)/python -m jobmatch_dagster_tests.screenshots

lock:           ## Make the lock files anew from pyproject.toml (needs uv and a package index)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--group build pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		-c requirements.lock --group build --group dev pyproject.toml -o requirements-dev.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		-c requirements-dev.lock --group build --group dev --group peers pyproject.toml -o requirements-peers.lock

clean:          ## Remove the environment (the embedded database in .jobmatch stays)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

define install
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv with $(PYTHON)"; \
		if [ -n "$(UV)" ]; then uv venv -q --python "$(PYTHON)" .venv; else $(PYTHON) -m venv .venv; fi; }
	@echo "Installing from $(1) (once)"
	@if [ -n "$(UV)" ]; then uv pip install -q --python $(BIN)/python --require-hashes -r $(1) && \
		uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; fi
endef

.venv/.runtime: requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@$(J) warm
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@$(J) warm
	@touch .venv/.runtime $@

.venv/.peers: .venv/.dev requirements-peers.lock
	$(call install,requirements-peers.lock)
	@touch $@
