#!/usr/bin/env bash
# A student's and an employer's way through real programs: the demo's ledger, a node, a stele-verifier that serves the built page, and
# Chromium. Without Chromium or Node it fails, saying what is missing. DEMO=FOLDER: a finished demo (as `./stele demo --folder` leaves
# it) instead of a new one; it is copied. SCREENSHOTS=FOLDER keeps pictures.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [[ -z $chromium ]] || ! command -v node > /dev/null; then
  echo "Debian packages are missing: chromium nodejs npm" >&2
  exit 1
fi
if [[ ! -d $here/../node_modules/playwright-core || ! -d $here/../node_modules/axe-core ]]; then
  (cd "$here/.." && npm ci --no-fund --no-audit)
fi
export PATH=$root/build/release/bin:$PATH LC_ALL=C.UTF-8
# shellcheck source=tests/demo/serve.sh
source "$root/tests/demo/serve.sh"
build_page
folder=$(mktemp -d)
end() {
  end_all
  rm -rf "$folder"
}
trap end EXIT
if [[ -n ${DEMO:-} && -f ${DEMO:-}/genesis.json ]]; then
  cp -r "$DEMO" "$folder/demo"
else
  bash "$root/tests/demo/run.sh" --folder "$folder/demo" > "$folder/demo.log" 2>&1 || { cat "$folder/demo.log" >&2; exit 1; }
fi
demo=$folder/demo
# For people: ./stele page, over the same demo.
DEMO=$demo OUT=$folder/page bash "$root/tests/demo/page.sh" --check
serve_node "$demo"
serve_page "$demo" "$folder/served" --port 0 --rate 0
CHROMIUM=$chromium DEMO_FOLDER=$demo VERIFIER_DATA=$folder/served/verifier node --test "$here/page.test.mjs"
