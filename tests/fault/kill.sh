#!/usr/bin/env bash
# At least 100 kills (-9) of stele-node at random moments over at most 10 runs of the demo's load, clients retrying: after each run the ledger is fsck-clean, and
# nothing that was answered "final" is missing or different.
#   tests/fault/kill.sh [KILLS] [PER-RUN]
set -euo pipefail
cd "$(dirname "$0")/../.."
wanted=${1:-100}
per_run=${2:-20}
out=$PWD/build/fault/kill
rm -rf "$out"
mkdir -p "$out"
# Seconds; a node that is killed while it opens its keys starts again, and a busy machine opens them slowly.
export STELE_PATIENCE=60 STELE_DEMO_START=300 KILL_LOG=$out/kills.log STELE_DEMO_JSON=1 STELE_DEMO_KEEPER="bash $PWD/tests/fault/keeper"
: > "$KILL_LOG"
bin=$PWD/build/release/bin
for run in 1 2 3 4 5 6 7 8 9 10; do
  done_kills=$(wc -l < "$KILL_LOG")
  [ "$done_kills" -lt "$wanted" ] || break
  export KILLS=$per_run STELE_DEMO_PORT=$((20000 + RANDOM % 20000))
  echo "run $run: $done_kills kills so far"
  if ! bash tests/demo/run.sh --folder "$out/run$run" > "$out/run$run.log" 2>&1; then
    tail -n 30 "$out/run$run.log"
    exit 1
  fi
  "$bin/stele-node" fsck --config "$out/run$run/node/node.toml"
  "$bin/stele-node" run --config "$out/run$run/node/node.toml" --passphrase-fd 9 --ready-file "$out/url" 9< "$out/run$run/secrets/node" > "$out/node.log" 2>&1 &
  node=$!
  for _ in $(seq 300); do [ -s "$out/url" ] && break; sleep 0.1; done
  /usr/bin/python3 tests/fault/check_finals.py "$(cat "$out/url")" "$out/run$run"/log/*.log
  kill -TERM $node
  wait $node
  rm -f "$out/url"
done
done_kills=$(wc -l < "$KILL_LOG")
echo "$done_kills kills"
[ "$done_kills" -ge "$wanted" ]
