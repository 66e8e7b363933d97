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
web=$root/verifier-api/web
if [[ ! -f $web/dist/index.html ]]; then
  [[ -d $web/node_modules ]] || npm --prefix "$web" ci --no-fund --no-audit
  npm --prefix "$web" run build
fi
export PATH=$root/build/release/bin:$PATH LC_ALL=C.UTF-8
folder=$(mktemp -d)
pids=()
end() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
  rm -rf "$folder"
}
trap end EXIT
if [[ -n ${DEMO:-} && -f ${DEMO:-}/genesis.json ]]; then
  cp -r "$DEMO" "$folder/demo"
else
  bash "$root/tests/demo/run.sh" --folder "$folder/demo" > "$folder/demo.log" 2>&1 || { cat "$folder/demo.log" >&2; exit 1; }
fi
demo=$folder/demo
rm -f "$demo/node/url" "$demo/verifier.url"
stele-node run --config "$demo/node/node.toml" --passphrase-fd 9 --ready-file "$demo/node/url" 9< "$demo/secrets/node" >> "$demo/log/node.log" 2>&1 &
pids+=($!)
waited() { # FILE
  for _ in $(seq 1200); do [[ -s $1 ]] && return 0; sleep 0.1; done
  echo "$1 did not come" >&2
  return 1
}
waited "$demo/node/url"
# As it is installed: the program finds the page beside itself.
mkdir -p "$folder/installed"/{bin,share/stele}
cp "$root/build/release/bin/stele-verifier" "$folder/installed/bin/"
cp -r "$web/dist" "$folder/installed/share/stele/web"
"$folder/installed/bin/stele-verifier" run --genesis "$demo/genesis.json" --node "$(cat "$demo/node/url")" --data "$folder/verifier" --port 0 \
  --ready-file "$demo/verifier.url" --clock-file "$demo/clock" --rate 0 >> "$demo/log/verifier.log" 2>&1 &
pids+=($!)
waited "$demo/verifier.url"
CHROMIUM=$chromium DEMO_FOLDER=$demo VERIFIER_DATA=$folder/verifier node --test "$here/page.test.mjs"
