#!/usr/bin/env bash
# What tests need of the distribution, where it is absent: the PostgreSQL server (the models are built there too) and
# Chromium (the executive pack is walked as a reader would).
set -euo pipefail

wanted=()
if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    wanted+=(postgresql)
fi
if ! command -v chromium >/dev/null; then
    wanted+=(chromium)
fi
[ "${#wanted[@]}" -gt 0 ] || exit 0
echo "Installing ${wanted[*]} (for tests only)"
run=()
[ "$(id -u)" -eq 0 ] || run=(sudo)
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -qq -y --no-install-recommends "${wanted[@]}"
