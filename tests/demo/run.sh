#!/usr/bin/env bash
# A school's year on one embedded node, with nothing but the built programs, files and HTTP. Called by `./stele demo`.
# Leaves everything under build/demo/: genesis.json, the node's data in node/, holders' documents in holders/.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TXT'
./stele demo [--keep-running] [--folder DIR]
  Runs a school's year on a test network of one node: keys, class lists, 72 grade sheets, transcripts, diplomas,
  an amendment, a revocation, and what an employer and a forger get to see.
  --keep-running   leave node and verifier running at the end (their addresses are printed)
  --folder DIR     instead of build/demo
TXT
}

keep=no
out=build/demo
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --keep-running) keep=yes ;;
    --folder) out=$2; shift ;;
    *) usage; exit 2 ;;
  esac
  shift
done

bin=$PWD/build/release/bin
export PATH=$bin:$PATH
export LANG=${LANG:-C.UTF-8}
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in vi*) lang=vi ;; *) lang=en ;; esac
say() { if [ "$lang" = vi ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi; }
started=$SECONDS
chapter() { printf '\n[%3ds] ' $((SECONDS - started)); say "$1" "$2"; }

rm -rf "$out"
mkdir -p "$out"/{secrets,keys,log,holders}
chmod 700 "$out/secrets" "$out/keys"
out=$(cd "$out" && pwd)
files=$out/files
year=2025
school=thpt-vi-du-1
export STELE_GENESIS=$out/genesis.json

pids=()
stop_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  pids=()
}
failed() {
  stop_all
  say "Bản trình diễn dừng vì lỗi; xem $out/log" "The demo stopped on an error; see $out/log" >&2
}
trap 'failed' ERR INT TERM
set -E

# Everybody has a passphrase of their own, handed over by descriptor: never in the command line or the environment.
secret() { # NAME: makes it once
  [ -f "$out/secrets/$1" ] || (umask 077 && head -c 18 /dev/urandom | base64 > "$out/secrets/$1")
}
as() { # NAME command...: with that person's key and passphrase
  local name=$1
  shift
  stele --key "$out/keys/$name.key" --passphrase-fd 9 --yes ${STELE_DEMO_JSON:+--json} "$@" 9< "$out/secrets/$name"
}
quietly() { # LOG command...
  local log=$out/log/$1
  shift
  "$@" >> "$log" 2>&1 || { cat "$log" >&2; return 1; }
}
person() { # NAME ORG FULL-NAME TITLE [sign|seal]: a key file and its request
  secret "$1"
  quietly keys.log stele --passphrase-fd 9 key new --out "$out/keys/$1.key" --org "$2" --name "$3" --title "$4" --use "${5:-sign}" 9< "$out/secrets/$1"
}
id_of() { grep -oE '[A-Za-z0-9_-]{43}' <<< "$1" | head -n 1; }
at_date() { # UTC time: the test network's clock goes on, and the ledger follows
  printf '%s\n' "$1" > "$out/clock.new"
  mv "$out/clock.new" "$out/clock"
  for _ in $(seq 200); do
    local time
    time=$(curl -fsS "$STELE_NODE/v1/checkpoint" 2>/dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["time"])' 2>/dev/null || true)
    [[ "$time" > "$1" || "$time" == "$1" ]] && return 0
    sleep 0.1
  done
  echo "the ledger's time stayed at $time" >&2
  return 1
}
json() { python3 -c "import json,sys; m=json.load(open('$files/manifest.json')); $1"; }

chapter "Hồ sơ của giáo viên: danh sách, bảng điểm (Excel, CSV)" "The teachers' files: lists and grade sheets (Excel, CSV)"
/usr/bin/python3 tests/demo/make_files.py --out "$files" > "$out/log/files.log"
json 'print("  ", len(m["files"]), "files,", sum(len(c["students"]) for c in m["classes"]), "students,", len(m["classes"]), "classes")'

chapter "Mạng thử nghiệm: 3 khóa gốc (cần 2), một nút" "A test network: 3 root keys (2 needed), one node"
for n in root-1 root-2 root-3 node; do secret "$n"; done
cat "$out"/secrets/{root-1,root-2,root-3,node} > "$out/secrets/all"
stele --passphrase-fd 9 init-network "$out" --name demo --mode test --base-url https://stele.example --roots 3 --root-quorum 2 \
  --time 2025-08-25T00:00:00Z 9< "$out/secrets/all"
rm "$out/secrets/all"
printf '2025-09-03T01:00:00Z\n' > "$out/clock"
sed -i "s/^port = .*/port = ${STELE_DEMO_PORT:-0}/" "$out/node/node.toml"
printf '\n[test]\nclock_file = "../clock"\n' >> "$out/node/node.toml"
start_node() {
  rm -f "$out/node/url"
  # A fault test puts its own keeper here, which kills the node and starts it again (tests/fault/kill.sh).
  ${STELE_DEMO_KEEPER:-} stele-node run --config "$out/node/node.toml" --passphrase-fd 9 --ready-file "$out/node/url" 9< "$out/secrets/node" >> "$out/log/node.log" 2>&1 &
  pids+=($!)
  for _ in $(seq $((10 * ${STELE_DEMO_START:-30}))); do [ -s "$out/node/url" ] && break; sleep 0.1; done
  STELE_NODE=$(cat "$out/node/url")
  export STELE_NODE
}
start_node
at_date 2025-09-03T01:00:00Z
say "  Nút chạy tại $STELE_NODE" "  The node runs at $STELE_NODE"

chapter "Sở, trường, quy định, khóa ký của từng người" "Department, school, policy, everybody's signing key"
root() { as root-1 "$@"; }
approve_by_root() { quietly setup.log as root-2 approve --role root "$1"; }
twice() { # a record of the roots, and the second root's approval
  local answer
  answer=$(as root-1 "$@" 2>> "$out/log/setup.log") || { printf "%s\n" "$answer" >&2; tail -n 3 "$out/log/setup.log" >&2; return 1; }
  approve_by_root "$(id_of "$answer")"
}
twice org add so-gddt --kind department --name "Sở Giáo dục và Đào tạo Ví Dụ"
twice policy publish ledger/rules/data/policy-vn.json
person can-bo-so so-gddt "Võ Đặng Khởi Mẫu" "Chuyên viên phòng khảo thí"
person lanh-dao-so so-gddt "Đinh Thị Ỷ Thử" "Phó giám đốc"
twice key enrol "$out/keys/can-bo-so.key.request.json" --grant department-officer
twice key enrol "$out/keys/lanh-dao-so.key.request.json" --grant department-officer
quietly setup.log as can-bo-so org add "$school" --kind school --parent so-gddt --name "Trường THPT Ví Dụ Số 1" --vault 0
json 'print("\n".join("\t".join([s["handle"], s["name"], s["title"]]) for s in m["staff"]))' > "$out/staff.tsv"
export -f person quietly secret
export out school
while IFS=$'\t' read -r handle name title; do
  printf '%s\0%s\0%s\0' "$handle" "$name" "$title"
done < "$out/staff.tsv" | xargs -0 -n 3 -P 2 bash -c 'set -euo pipefail; person "$1" "$school" "$2" "$3"' _
person con-dau "$school" "Trường THPT Ví Dụ Số 1" "Con dấu nhà trường" seal
quietly setup.log as can-bo-so key enrol "$out/keys/hieu-truong.key.request.json" --grant principal
quietly setup.log as can-bo-so key enrol "$out/keys/van-thu.key.request.json" --grant school-office
quietly setup.log as can-bo-so key enrol "$out/keys/con-dau.key.request.json" --grant school-seal
json '
import collections
grants = collections.defaultdict(list)
for s in m["staff"]:
    for c in s.get("classes", []):
        for t in "12":
            grants[s["handle"]].append("subject-teacher:class=%s,subject=%s,term=%s,year='$year'" % (c, s["subject"], t))
for c in m["classes"]:
    grants[c["homeroom"]].append("homeroom-teacher:class=%s,year='$year'" % c["class"])
print("\n".join("\t".join([h] + g) for h, g in grants.items()))' > "$out/grants.tsv"
enrol() { # HANDLE<tab>GRANT...
  local -a line args=()
  IFS=$'\t' read -r -a line <<< "$1"
  for grant in "${line[@]:1}"; do args+=(--grant "$grant"); done
  quietly setup.log as hieu-truong key enrol "$out/keys/${line[0]}.key.request.json" "${args[@]}"
}
export -f as enrol
xargs -d '\n' -n 1 -P 2 bash -c 'set -euo pipefail; enrol "$1"' _ < "$out/grants.tsv"
say "  $(ls "$out"/keys/*.request.json | wc -l) người có khóa đã đăng ký" "  $(ls "$out"/keys/*.request.json | wc -l) people with registered keys"

chapter "Tháng 9: danh sách lớp" "September: class lists"
json 'print("\n".join("\t".join([f["kind"], f["path"], f["class"], f["teacher"], f.get("subject", ""), f.get("term", ""), ",".join(sorted(set(f.get("empty", {}).values())))]) for f in m["files"]))' > "$out/files.tsv"
while IFS=$'\t' read -r kind path class teacher _; do
  [ "$kind" = class-list ] || continue
  quietly enrol.log as "$teacher" enrol students "$files/$path" --class "$class" --year $year --kind thpt
  say "  lớp $class" "  class $class"
done < "$out/files.tsv"

sign_term() { # TERM: each teacher signs the sheets of their classes, two teachers at a time
  export -f as sign_one
  export files year
  awk -F'\t' -v t="$1" '($1 == "marks" || $1 == "comments") && $6 == t { printf "%s%c%s%c%s%c%s%c%s%c", $2, 0, $3, 0, $4, 0, $5, 0, $6, 0 }' "$out/files.tsv" |
    xargs -0 -n 5 -P 2 bash -c 'set -euo pipefail; sign_one "$@"' _
  say "  $(grep -c '' "$out/log/grades-$1.done") bảng điểm đã ký" "  $(grep -c '' "$out/log/grades-$1.done") grade sheets signed"
}
sign_one() {
  local log
  log=$out/log/grade-$2-$4-$5.log
  as "$3" sign grades "$files/$1" --class "$2" --subject "$4" --term "$5" --year "$year" --empty not-yet > "$log" 2>&1 || { cat "$log" >&2; return 1; }
  printf '%s\n' "$2/$4" >> "$out/log/grades-$5.done"
}

chapter "Tháng 1: điểm học kỳ I, mỗi giáo viên ký bảng của mình" "January: marks of term 1, each teacher signs their own"
at_date 2026-01-12T01:00:00Z
sign_term 1

chapter "Tháng 5: điểm học kỳ II và tổng kết của giáo viên chủ nhiệm" "May: marks of term 2, and the homeroom teachers' summaries"
at_date 2026-05-20T01:00:00Z
sign_term 2
while IFS=$'\t' read -r kind path class teacher _; do
  [ "$kind" = summary ] || continue
  quietly summary.log as "$teacher" sign summary "$files/$path" --class "$class" --term year --year $year --empty not-yet
done < "$out/files.tsv"
say "  3 bảng tổng kết" "  3 summary sheets"

chapter "Hiệu trưởng ký học bạ; nhà trường đóng dấu" "The principal signs the transcripts; the school seals them"
at_date 2026-05-28T01:00:00Z
for class in 10A1 11A2 12A1; do
  quietly issue.log as hieu-truong issue transcripts --class $class --year $year --codes "$out/codes-$class.csv"
  say "  $class: $(($(wc -l < "$out/codes-$class.csv") - 1)) học bạ" "  $class: $(($(wc -l < "$out/codes-$class.csv") - 1)) transcripts"
done
quietly issue.log as con-dau seal --role school-seal --all

chapter "Tháng 6: bằng tốt nghiệp của lớp 12A1" "June: diplomas of class 12A1"
at_date 2026-06-25T01:00:00Z
diplomas=$(awk -F'\t' '$1 == "diploma-list" { print $2 }' "$out/files.tsv")
quietly issue.log as hieu-truong issue diplomas "$files/$diplomas" --class 12A1 --year $year --kind thpt --codes "$out/codes-diploma.csv"
quietly issue.log as con-dau seal --role school-seal --all
say "  $(($(wc -l < "$out/codes-diploma.csv") - 1)) văn bằng, đã đóng dấu" "  $(($(wc -l < "$out/codes-diploma.csv") - 1)) diplomas, sealed"

chapter "Học sinh nhận hồ sơ bằng mã dùng một lần" "Students fetch their documents, each with a one-time code"
receive_all() { # CSV PREFIX
  tail -n +2 "$1" | python3 -c 'import csv,sys
for row in csv.reader(sys.stdin): sys.stdout.write(row[0] + "\0" + row[2] + "\0")' | PREFIX=$2 xargs -0 -n 2 -P 2 bash -c 'set -euo pipefail
    stele receive --out "$out/holders/$PREFIX-$1.stele.json" --code-fd 8 8<<< "$2" > "$out/log/receive-$PREFIX-$1.log" 2>&1 || { cat "$out/log/receive-$PREFIX-$1.log" >&2; exit 1; }' _
}
for class in 10A1 11A2 12A1; do receive_all "$out/codes-$class.csv" transcript; done
receive_all "$out/codes-diploma.csv" diploma
say "  $(ls "$out/holders" | wc -l) tệp hồ sơ trong holders/" "  $(ls "$out/holders" | wc -l) document files in holders/"

chapter "Một điểm sai được sửa: lý do, hai người ký" "A wrong mark is amended: a reason, two persons"
amended=$(json 'print([s["id"] for s in m["classes"][0]["students"]][3])')
mathematician=$(awk -F'\t' '$5 == "toan" && $3 == "10A1" && $6 == 2 { print $4 }' "$out/files.tsv")
homeroom=$(json 'print(m["classes"][0]["homeroom"])')
final_mark=$(json 'f=m["expected"]["10A1"]["'"$amended"'"]["subjects"]["toan"]["t2"]["final"]["mark"]; print("9.0" if f != "9.0" else "8.5")')
answer=$(as "$mathematician" amend --class 10A1 --subject toan --term 2 --year $year --student "$amended" --set "final=$final_mark" --reason entry-error 2>> "$out/log/amend.log")
second=$homeroom
secondrole=homeroom-teacher
if [ "$mathematician" = "$homeroom" ]; then second=hieu-truong; secondrole=principal; fi
quietly amend.log as "$second" approve --role "$secondrole" "$(id_of "$answer")"
cp "$out/holders/transcript-$amended.stele.json" "$out/old-transcript.stele.json"
quietly issue.log as hieu-truong issue transcripts --class 10A1 --year $year --student "$amended" --codes "$out/codes-again.csv"
quietly issue.log as con-dau seal --role school-seal --all
rm "$out/holders/transcript-$amended.stele.json"
receive_all "$out/codes-again.csv" transcript
say "  học bạ cũ hết hiệu lực, học bạ mới đã ký" "  the old transcript is superseded, a new one is signed"

chapter "Một văn bằng cấp nhầm bị thu hồi: hiệu trưởng và Sở" "A diploma issued in error is revoked: principal and department"
revoked=$(tail -n +2 "$out/codes-diploma.csv" | python3 -c 'import csv,sys; rows=list(csv.reader(sys.stdin)); print(rows[1][0], rows[1][3])')
answer=$(as hieu-truong revoke --reason issued-in-error "${revoked#* }" 2>> "$out/log/revoke.log")
quietly revoke.log as can-bo-so approve --role department-officer "$(id_of "$answer")"
say "  đã thu hồi" "  revoked"

chapter "Một trường đại học mở trạm kiểm chứng riêng" "A university runs a verifier of its own"
rm -f "$out/verifier.url"
stele-verifier run --genesis "$out/genesis.json" --node "$STELE_NODE" --data "$out/verifier" --port 0 --ready-file "$out/verifier.url" \
  --clock-file "$out/clock" >> "$out/log/verifier.log" 2>&1 &
pids+=($!)
for _ in $(seq 300); do [ -s "$out/verifier.url" ] && break; sleep 0.1; done
verifier=$(cat "$out/verifier.url")

chapter "Nhà tuyển dụng kiểm chứng; kẻ làm giả thất bại" "An employer verifies; a forger fails"
root=$PWD
cd "$out"
good=holders/diploma-$(tail -n +2 "$out/codes-diploma.csv" | python3 -c 'import csv,sys; print(list(csv.reader(sys.stdin))[0][0])').stele.json
transcript=holders/transcript-$amended.stele.json
mkdir -p forged
/usr/bin/python3 "$root/tests/demo/forge.py" mark "$transcript" forged/mark.stele.json
/usr/bin/python3 "$root/tests/demo/forge.py" sign "$transcript" forged/teacher.stele.json "$out/keys/$mathematician.key" "$out/secrets/$mathematician"
secret other
for _ in 1 2; do cat "$out/secrets/other"; done > "$out/secrets/other-all"
quietly other.log stele --passphrase-fd 9 init-network "$out/other" --name other --mode test --base-url https://other.example --roots 1 --root-quorum 1 \
  --time 2025-08-25T00:00:00Z 9< "$out/secrets/other-all"

wrong=0
check() { # EXPECTED vi en command...
  local expected=$1 vi=$2 en=$3
  shift 3
  printf '\n'
  say "── $vi" "── $en"
  local text outcome
  text=$("$@" 2>&1) || true
  printf '%s\n' "$text" | sed 's/^/   /'
  outcome=$("$@" --json 2>/dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["verdicts"][0]["verdict"]["outcome"])') || true
  if [ "$outcome" = "$expected" ]; then
    say "   ✓ đúng như mong đợi: $expected" "   ✓ as expected: $expected"
  else
    say "   ✗ mong đợi $expected, nhận $outcome" "   ✗ expected $expected, got $outcome"
    wrong=$((wrong + 1))
  fi
}
now=2026-06-26T00:00:00Z # the verifier has the test network's clock; what is checked offline is told the day
check valid "Bản tốt: văn bằng, kiểm ngoại tuyến" "A good one: a diploma, checked offline" stele verify "$good" --now $now
check valid "Bản tốt: học bạ đã sửa điểm" "A good one: the amended transcript" stele verify "$transcript" --now $now
check altered "Một điểm bị sửa trong tệp" "A mark altered in the file" stele verify forged/mark.stele.json --now $now
check revoked "Văn bằng đã thu hồi (hỏi trạm kiểm chứng)" "A revoked diploma (the verifier is asked)" stele verify "holders/diploma-${revoked% *}.stele.json" --verifier "$verifier"
check superseded "Học bạ cũ, đã có bản thay thế (hỏi trạm kiểm chứng)" "The superseded transcript (the verifier is asked)" stele verify old-transcript.stele.json --verifier "$verifier"
check not_authorised "Do một giáo viên không có thẩm quyền ký" "Signed by a teacher without authority" stele verify forged/teacher.stele.json --now $now
STELE_GENESIS=$out/other/genesis.json check other_network "Của một mạng khác" "Of another network" stele verify "$good" --now $now

printf '\n'
say "── Vì sao học bạ này có điểm Toán đó?" "── Why does this transcript have that mark in mathematics?"
stele show --why "$transcript" toan | sed 's/^/   /'

if [ "$keep" = yes ]; then
  say "Nút: $STELE_NODE   Trạm kiểm chứng: $verifier   (dừng: kill ${pids[*]})" "Node: $STELE_NODE   Verifier: $verifier   (stop: kill ${pids[*]})"
else
  stop_all
fi
chapter "Kết thúc" "The end"
say "  Mọi thứ nằm trong $out" "  Everything is in $out"
if [ $wrong -ne 0 ]; then
  say "  $wrong kết quả sai" "  $wrong verdicts are wrong"
  exit 1
fi
say "  Mọi kết quả đúng như mong đợi" "  Every verdict is as expected"
