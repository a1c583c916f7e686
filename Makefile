# Everything a newcomer, a developer or CI runs. `make` or `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
HOME_DIR := $(or $(PARLINE_HOME),var/parline)
TRYTON_HOME := var/parline-tryton
# The demo's settings and secrets, written by the demo itself; a real installation has its own environment.
DEMO = . $(HOME_DIR)/demo.env &&
# Every step of the demo and of the tests is a process: where Python may keep nothing compiled, each compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-tryton demo-stop dev test lint types format contracts metrics faults bars bench-daily-change bench-second-run bench-ingestion bench-simulator privacy lock clean

help: ## List what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(BIN)/.installed dbt_project/target/manifest.json ## Install everything into .venv and prepare dbt

$(BIN)/.installed: requirements.lock pyproject.toml
	$(PYTHON) scripts/check_python.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

dbt_project/target/manifest.json: $(BIN)/.installed $(shell find dbt_project -name '*.sql' -o -name '*.yml' -o -name '*.csv' | grep -v /target/)
	$(BIN)/dbt --no-partial-parse parse --quiet --project-dir $(CURDIR)/dbt_project --profiles-dir $(CURDIR)/dbt_project
	touch $@

demo: setup ## Every system of the demo network and a real Tryton, loaded, checked and published; then where to look
	$(BIN)/python -m simulator.demo up --home $(HOME_DIR)
	$(DEMO) $(BIN)/parline run
	$(DEMO) $(BIN)/python -m bench.tie_out
	@echo
	@echo "Look at it:   $(HOME_DIR)/published/pack/index.html   the executive pack: open it in a browser"
	@echo "              make dev                       the Dagster UI, http://127.0.0.1:3000"
	@echo "              . $(HOME_DIR)/demo.env       then: .venv/bin/parline sql \"select * from mart_procurement.mart_three_way_match limit 5\""
	@echo "              .venv/bin/parline dictionary   what every table and column means"
	@echo "Put it away:  make demo-stop"

demo-tryton: setup ## The same on one real ERP, Tryton, and a small hospital that uses what it buys
	$(BIN)/python -m simulator.demo up --home $(TRYTON_HOME) --ehr small --ehr-port 8071
	. $(TRYTON_HOME)/demo.env && $(BIN)/parline run
	. $(TRYTON_HOME)/demo.env && $(BIN)/python -m bench.tie_out

demo-stop: ## Stop the demo's servers (the data stays)
	$(BIN)/python -m simulator.demo down

dev: setup ## Open the Dagster UI on the demo (or on your own environment's settings)
	@if [ -f $(HOME_DIR)/demo.env ]; then $(DEMO) $(BIN)/parline dev; else $(BIN)/parline dev; fi

test: setup lint types ## Lint, types and all tests, then the small set on the other DuckDB
	scripts/install_system_packages.sh
	scripts/install_r4_models.sh
	$(BIN)/python -m pytest -n 2 --durations 15
	scripts/test_on_duckdb_2.sh -n 2

lint: setup ## ruff, sqlfluff, import-linter, bandit, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 2 dbt_project
	$(BIN)/bandit -q -c pyproject.toml -r ingestion mastering costing changes orchestration expectations bi -ll

types: setup ## mypy
	$(BIN)/mypy

format: setup ## Format Python
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

contracts: setup ## Generate from the contracts what is derived from them
	$(BIN)/python -m ingestion.contracts.dbt_sources

metrics: setup ## Write dbt's semantic layer from the key figures
	$(BIN)/python scripts/metrics.py

faults: setup ## Kills at random points of loading and publishing, and every fault of the matrix, with a table
	$(BIN)/python -m pytest tests/faults tests/orchestration/test_readers.py -m "faults_random or not faults_random" -q

bars: setup ## Every source's own keys against the warehouse's, with time and faults, in one table (takes an hour)
	$(BIN)/python -m bench.connectors --scale 0.1 --steps 3
	$(BIN)/python -m bench.connectors --scale 0.02 --steps 10 --faults

bench-daily-change: setup ## What a day's change costs against a full build, and whether both say the same (takes an hour)
	$(BIN)/python -m bench.daily_change --home var/daily --world var/daily-world

bench-second-run: setup ## What the demo's second run takes, with a day's change (after make demo)
	$(BIN)/python -m bench.second_run --home $(HOME_DIR) --world var/network

bench-ingestion: setup ## The ratios of the landing path (takes minutes)
	$(BIN)/python -m bench.ingestion

bench-simulator: setup ## How fast the demo network is made and served, and whether its rates are met (takes minutes)
	$(BIN)/python -m bench.simulator.network
	$(BIN)/python -m bench.simulator.rates
	$(BIN)/python -m bench.simulator.odata

privacy: setup ## Look through everything the demo wrote for anything that names one of its patients
	$(DEMO) $(BIN)/python -m tests.privacy.scan $(HOME_DIR) var/network

lock: ## Resolve dependencies again (keeps DuckDB at the version whose extensions are on PyPI)
	echo "duckdb==1.5.5" > .constraints
	$(BIN)/uv pip compile --quiet --no-emit-index-url --no-annotate --no-header --all-extras \
		--constraints .constraints --upgrade -o requirements.lock pyproject.toml
	rm .constraints

clean: ## Remove the environment and everything that was built (not var/)
	rm -rf .venv .venv-duckdb2 .venv-r4 dbt_project/target dbt_project/logs
