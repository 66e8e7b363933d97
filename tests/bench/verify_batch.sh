#!/usr/bin/env bash
# ./stele bench verify_batch: see load_verify.cpp. Client and server share the machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
build/release/bin/load_verify "${DOCUMENTS:-10000}"
