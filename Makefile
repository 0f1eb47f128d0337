# Everything from a bare Debian or Ubuntu with Python 3.11+ and make. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test pytest lint lock clean setup setup-dev

BIN := .venv/bin
PORT ?= 8000
WORKERS ?= 2
TESTS ?=
STEP := scripts/step.sh

# The demo and the tests start many processes, and each would compile some two thousand modules anew: seconds.
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: setup ## a seeded neighbourhood to play with, on http://127.0.0.1:$(PORT)
	@exec $(BIN)/weighback demo --port $(PORT)

test: setup-dev ## lint, types, contracts, and all tests on SQLite and PostgreSQL (TESTS=path for some)
	@scripts/browser.sh
	@$(MAKE) --no-print-directory --jobs=2 lint pytest

# Beside lint, which tests that wait for something leave time for.
pytest: setup-dev
	@$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

lint: setup-dev ## style, types and which way the imports run
	@$(STEP) "Style" $(BIN)/ruff check .
	@$(STEP) "Format" $(BIN)/ruff format --check .
	@$(STEP) "Types" $(BIN)/mypy
	@$(STEP) "Contracts" $(BIN)/lint-imports --no-cache

setup: ## .venv with what the service needs
	@scripts/setup.sh runtime

setup-dev: ## .venv with what the tests need too
	@scripts/setup.sh dev

lock: ## lock files from pyproject.toml (UPGRADE=1 takes the newest versions)
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## back to a fresh clone, but for the demo's data
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache dist test-results
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
