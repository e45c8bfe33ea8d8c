# Each target is one line of what a person would type. `make run` needs python3 (3.11 or newer), pip and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
SIZE ?= small
# Compiled modules lie in .venv, not beside the sources: every start would compile them all again otherwise.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run install dev test lint bench soak lock translations

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' $(MAKEFILE_LIST)

run: install ## start the shop: web, worker, beat and Valkey, with demo data on first start
	@$(BIN)/python -m opsplan.run

install: ## what running needs, into .venv
	@$(PYTHON) -I -B opsplan/install.py

dev: ## what testing needs, into .venv
	@$(PYTHON) -I -B opsplan/install.py --dev

test: dev ## the whole suite, on SQLite and on PostgreSQL
	@$(BIN)/python .ci/suite.py $(ARGS)

lint: dev ## every checker
	@$(BIN)/python .ci/lint.py

bench: dev ## speed and memory against their goals (SIZE=full for 2M and 10M lines)
	@$(BIN)/python -m benchmarks --size $(SIZE) $(ARGS)

soak: dev ## readers while 200,000 lines are imported, damaged files, kills, long random runs, workbooks in LibreOffice (SOAK_READERS, SOAK_ORDERS, EXAMPLES)
	@$(BIN)/python -m tests.soak.readers
	@$(BIN)/python -m tests.soak.files
	@$(BIN)/python -m tests.soak.kills
	@$(BIN)/python -m tests.soak.beside
	@FUZZ_EXAMPLES=20000 $(BIN)/python -m pytest tests/ingest/test_damage.py -q
	@FILE_EXAMPLES=$(or $(EXAMPLES),300) $(BIN)/python -m pytest tests/ingest/test_random_files.py -q
	@ENGINE_EXAMPLES=$(or $(EXAMPLES),300) $(BIN)/python -m pytest tests/kpis/test_engine_random.py tests/lib/test_csvlines.py -q
	@OFFER_ROUNDS=10000 $(BIN)/python -m pytest tests/campaigns/test_guard.py -q
	@$(BIN)/python -m tests.soak.recalculate

lock: dev ## bring the locks in step with pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.lock

translations: dev ## gather and compile the Chinese texts (needs gettext)
	@$(BIN)/python .ci/translations.py gather
