#!/usr/bin/env bash
# keeper.sh PROGRAM ARGS...: runs it, kills it with -9 at random moments and starts it again, KILLS times; then lets it live.
# Every passphrase on descriptor 9 is read anew for each start. Writes one line for each kill to $KILL_LOG.
set -uo pipefail
kills=${KILLS:-10}
secret=$(cat <&9)
stopping=no
child=0
trap 'stopping=yes; kill -TERM "$child" 2>/dev/null' TERM INT
start() {
  "$@" 9<<< "$secret" &
  child=$!
}
start "$@"
while [ "$kills" -gt 0 ] && [ "$stopping" = no ]; do
  sleep "$(awk -v s="$RANDOM" 'BEGIN { srand(s); printf "%.2f", 1.5 + rand() * 4.5 }')" &
  wait $! 2>/dev/null
  [ "$stopping" = no ] || break
  kill -9 "$child" 2>/dev/null
  wait "$child" 2>/dev/null
  kills=$((kills - 1))
  date +%s.%N >> "$KILL_LOG"
  start "$@"
done
while kill -0 "$child" 2>/dev/null; do wait "$child"; done
wait "$child" 2>/dev/null
exit 0
