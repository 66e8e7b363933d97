#!/usr/bin/env bash
# ./stele bench append: see load_append.cpp. Prints its own table and medians.
set -euo pipefail
cd "$(dirname "$0")/../.."
build/release/bin/load_append build/release/bin/stele-node ledger/rules/data/policy-vn.json "${RECORDS:-40000}" "${CONNECTIONS:-4}"
