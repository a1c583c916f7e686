#!/usr/bin/env bash
# The small second job: the same code on the next major version of DuckDB, in an environment of its own.
set -euo pipefail

environment=.venv-duckdb2
if [ ! -e "$environment/.installed" ] || [ requirements.lock -nt "$environment/.installed" ]; then
    .venv/bin/uv venv --quiet --clear --python .venv/bin/python "$environment"
    sed 's/^duckdb==.*/duckdb==2.0.0/' requirements.lock >"$environment/requirements.txt"
    .venv/bin/uv pip install --quiet --python "$environment/bin/python" -r "$environment/requirements.txt"
    .venv/bin/uv pip install --quiet --python "$environment/bin/python" --no-deps --editable .
    touch "$environment/.installed"
fi
"$environment/bin/python" -m pytest -q "$@" tests/unit tests/ingestion/test_landing_versions.py \
    tests/ingestion/test_landing_loads.py tests/dbt \
    --ignore tests/dbt/test_engines.py
