#!/usr/bin/env bash
# The long forms of tests/cluster/faults.py: 200 rounds of faults under load, each restore 20 times, three whole disks and
# a recovery, an orderer that lies for ten minutes, and the latency of 200 records. 77, loudly, if one of them could not
# be run here (no etcd, no root); the others are run all the same.
#   tests/fault/network.sh [ROUNDS] [TIMES]
set -uo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/build/fault/network
rm -rf "$out"
mkdir -p "$out"
status=0
story() {
  local one=0
  echo "== $*"
  /usr/bin/python3 -B tests/cluster/faults.py --bin build/release/bin --keep "$out/$1" --story "$@" || one=$?
  if ((one == 77 && status == 0)); then status=77; fi
  if ((one != 0 && one != 77)); then status=1; fi
}
story latency --records 200
story rounds --rounds "${1:-200}"
story liar --seconds 600
story restores --times "${2:-20}"
story disks
exit "$status"
