#!/usr/bin/env bash
# ./stele bench join: see load_join.cpp. A million records take some minutes and 3 GB of disk. With AT_LEAST=0 any rate will do.
set -euo pipefail
cd "$(dirname "$0")/../.."
build/release/bin/load_join build/release/bin/stele-node ledger/rules/data/policy-vn.json "${RECORDS:-1000000}" \
  --at-least "${AT_LEAST:-0.6}"
