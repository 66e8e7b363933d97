# shellcheck shell=bash disable=SC2154
# For scripts that show a finished demo's ledger to people or to a browser: the built page, the demo's node, a verifier.
# Sourced with `root` set and the built programs on PATH; whoever sources it ends "${pids[@]}".
pids=()

waited() { # FILE: until it has something in it
  for _ in $(seq 1200); do [[ -s $1 ]] && return 0; sleep 0.1; done
  echo "$1 did not come" >&2
  return 1
}

end_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
  pids=()
}

# Its packages are those of the lockfile; built anew after a change.
build_page() {
  local web=$root/verifier-api/web
  if [[ -f $web/dist/index.html && -z $(find "$web"/{src,public,index.html,explorer.html,package-lock.json} -newer "$web/dist/index.html" -print -quit) ]]; then
    return 0
  fi
  [[ -d $web/node_modules ]] || npm --prefix "$web" ci --no-fund --no-audit
  npm --prefix "$web" run build
}

serve_node() { # DEMO
  rm -f "$1/node/url"
  stele-node run --config "$1/node/node.toml" --passphrase-fd 9 --ready-file "$1/node/url" 9< "$1/secrets/node" >> "$1/log/node.log" 2>&1 &
  pids+=($!)
  waited "$1/node/url"
}

# As it is installed: the program finds the page beside itself.
serve_page() { # DEMO DATA OPTION...
  local demo=$1 data=$2
  shift 2
  rm -f "$demo/verifier.url"
  mkdir -p "$data/installed"/{bin,share/stele}
  cp "$root/build/release/bin/stele-verifier" "$data/installed/bin/"
  cp -r "$root/verifier-api/web/dist" "$data/installed/share/stele/web"
  "$data/installed/bin/stele-verifier" run --genesis "$demo/genesis.json" --node "$(cat "$demo/node/url")" --data "$data/verifier" \
    --ready-file "$demo/verifier.url" --clock-file "$demo/clock" "$@" >> "$demo/log/verifier.log" 2>&1 &
  pids+=($!)
  waited "$demo/verifier.url"
}
