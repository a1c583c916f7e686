#!/usr/bin/env bash
# FHIR R4 proper (for tests only): its models need pydantic below 2, so they live in an environment of their own.
set -euo pipefail

environment=.venv-r4
[ ! -e "$environment/.installed" ] || exit 0
.venv/bin/uv venv --quiet --clear --python .venv/bin/python "$environment"
.venv/bin/uv pip install --quiet --python "$environment/bin/python" "fhir.resources==6.5.0" "pydantic==1.10.26"
touch "$environment/.installed"
