#!/usr/bin/env bash
# The simulator's long run: 10,000 seeds on disks in memory, and 200 on real files that lose what was not synced.
set -euo pipefail
cd "$(dirname "$0")/../.."
build/release/bin/stele_sim --seeds 0-9999 --at-least 100
build/release/bin/stele_sim --seeds 0-199 --files
