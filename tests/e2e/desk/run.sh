#!/usr/bin/env bash
# The desk in a real browser: makes a network, runs the tests, ends what it started. Without Chromium or Node it fails, saying what is
# missing: a test that skips itself tests nothing. SCREENSHOTS=FOLDER keeps pictures.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [[ -z $chromium ]] || ! command -v node > /dev/null; then
  echo "Debian packages are missing: chromium nodejs npm" >&2
  exit 1
fi
if [[ ! -d $here/../node_modules/playwright-core || ! -d $here/../node_modules/axe-core ]]; then
  (cd "$here/.." && npm ci --no-fund --no-audit)
fi
folder=${DESK_FOLDER:-$(mktemp -d)/network}
end() {
  if [[ -f $folder/node.pid ]]; then kill "$(cat "$folder/node.pid")" 2> /dev/null || true; fi
  if [[ -z ${DESK_FOLDER:-} ]]; then rm -rf "$(dirname "$folder")"; fi
}
trap end EXIT
bash "$here/network.sh" "$folder"
CHROMIUM=$chromium DESK_FOLDER=$folder node --test "$here/desk.test.mjs"
