#!/usr/bin/env bash
# The verification page for people to try, over what `./stele demo` left: its node, a verifier that serves the built page, files
# to drop on it. Called by `./stele page`. Works on a copy in build/page/, whose test clock is set to now.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

usage() {
  cat <<'TXT'
./stele page [--port N] [--check]
  Serves the verification page at http://127.0.0.1:N/ (7490; 0: any free port) over the ledger that ./stele demo left, and
  names files to drop on it. Ends with Ctrl-C.
  --check   see that the page answers, and end
TXT
}
port=7490
check=no
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --port) port=${2:?--port N}; shift ;;
    --check) check=yes; port=0 ;;
    *) usage; exit 2 ;;
  esac
  shift
done
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in vi*) lang="vi" ;; *) lang="en" ;; esac
say() { if [ "$lang" = vi ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi; }

from=${DEMO:-build/demo}
if [[ ! -d $from/holders || ! -f $from/old-transcript.stele.json ]]; then
  say "Chưa có dữ liệu trình diễn: hãy chạy ./stele demo trước." "There is no demo to show yet: run ./stele demo first." >&2
  exit 1
fi
export PATH=$root/build/release/bin:$PATH LC_ALL=C.UTF-8
# shellcheck source=tests/demo/serve.sh
source tests/demo/serve.sh
trap end_all EXIT
trap 'exit 0' INT TERM

out=${OUT:-build/page}
[[ -n ${OUT:-} ]] || rm -rf build/page
[[ ! -e $out ]] || { echo "$out is there already" >&2; exit 1; }
cp -r "$from" "$out"
out=$(cd "$out" && pwd)
set_clock() { date -u +%Y-%m-%dT%H:%M:%SZ > "$out/clock.new" && mv "$out/clock.new" "$out/clock"; }
set_clock
serve_node "$out"
# From now on time passes in the test network, too: documents are as fresh as they would be.
(while sleep 5; do set_clock; done) &
pids+=($!)
serve_page "$out" "$out/served" --port "$port" --rate 0
url=$(cat "$out/verifier.url")
export STELE_GENESIS=$out/genesis.json STELE_NODE

STELE_NODE=$(cat "$out/node/url")
cd "$out"
# The demo's own choice: the second of those who got a code had the diploma revoked.
holder() { tail -n +2 "$1" | python3 -c 'import csv,sys; print(list(csv.reader(sys.stdin))[int(sys.argv[1])][0])' "$2"; }
good=holders/transcript-$(holder codes-10A1.csv 0).stele.json
diploma=holders/diploma-$(holder codes-diploma.csv 0).stele.json
revoked=holders/diploma-$(holder codes-diploma.csv 1).stele.json
stele print "$good" --out transcript.pdf > log/print.log 2>&1
stele print "$diploma" --out diploma.pdf >> log/print.log 2>&1
link=$(stele --json share "$diploma" --verifier "$url" 2>> log/print.log | grep -oE '#[A-Za-z0-9_.-]+' | head -n 1)
read -r number birth < <(stele --json show "$diploma" | python3 -c '
import json, sys
def find(v, name):
    if isinstance(v, dict):
        if name in v: return v[name]
        v = list(v.values())
    for x in v if isinstance(v, list) else []:
        found = find(x, name)
        if found is not None: return found
document = json.load(sys.stdin)
print(find(document, "serial"), "/".join(reversed(find(document, "birth_date").split("-"))))')
cd "$root"
outcome() { stele --json verify "$1" --verifier "$url" | python3 -c 'import json,sys; print(json.load(sys.stdin)["verdicts"][0]["verdict"]["outcome"])' || true; }
for pair in "$good valid" "$diploma valid" "$revoked revoked"; do
  [[ $(outcome "$out/${pair% *}") == "${pair#* }" ]] || { say "Bất ngờ: ${pair% *} không phải ${pair#* }." "Unexpected: ${pair% *} is not ${pair#* }." >&2; exit 1; }
done
[[ $(curl -fsS "$url/") == *'id="drop"'* ]]
curl -fsS "$url/explorer.html" > /dev/null

say "Trang kiểm chứng: $url/      Sổ cái và tình trạng vận hành: $url/explorer.html" "The verification page: $url/      Explorer: $url/explorer.html"
say "Hãy thử, các tệp nằm trong $out:" "To try, files in $out:"
line() { printf '  %-44s %s\n' "$1" "$(say "$2" "$3")"; }
line "transcript.pdf" "học bạ: hợp lệ" "a transcript: valid"
line "diploma.pdf" "văn bằng: hợp lệ" "a diploma: valid"
line "$revoked" "văn bằng đã bị thu hồi" "a revoked diploma"
line "old-transcript.stele.json" "học bạ đã có bản thay thế" "a superseded transcript"
line "forged/mark.stele.json" "một điểm bị sửa" "a mark altered"
line "forged/teacher.stele.json" "do một giáo viên không có thẩm quyền ký" "signed by a teacher without authority"
say "Liên kết được chia sẻ: $url/v$link" "A shared link: $url/v$link"
say "Tra cứu: số hiệu $number, ngày sinh $birth" "To look up: number $number, date of birth $birth"
[ "$check" = yes ] && exit 0
say "Ctrl-C để dừng." "Ctrl-C ends it."
wait "${pids[0]}"
