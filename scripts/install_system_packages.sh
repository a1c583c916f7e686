#!/usr/bin/env bash
# The tests build the models in PostgreSQL too: its server binaries come from the distribution where they are absent.
set -euo pipefail

if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    exit 0
fi
echo "Installing the PostgreSQL server (for tests only)"
run=()
[ "$(id -u)" -eq 0 ] || run=(sudo)
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -qq -y --no-install-recommends postgresql
