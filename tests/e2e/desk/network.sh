#!/usr/bin/env bash
# A test network of one node with one class, for the tests of the desk. network.sh FOLDER: leaves the node running and writes
# FOLDER/node/url and FOLDER/node.pid. Maths of term 2 is signed; maths of term 1 and all of physics are not.
set -euo pipefail
cd "$(dirname "$0")/../../.."
export PATH=$PWD/build/release/bin:$PATH LC_ALL=C.UTF-8
out=$1
rm -rf "$out"
mkdir -p "$out"/{keys,codes,log}
out=$(cd "$out" && pwd)
school=thpt-vi-du-1
year=2025
export STELE_GENESIS=$out/genesis.json
(umask 077 && printf 'mật khẩu để thử\n' > "$out/passphrase")

quietly() { "$@" >> "$out/log/setup.log" 2>&1 || { cat "$out/log/setup.log" >&2; exit 1; }; }
as() { stele --key "$out/keys/$1.key" --passphrase-fd 9 --yes "${@:2}" 9< "$out/passphrase"; }
person() { stele --passphrase-fd 9 key new --out "$out/keys/$1.key" --org "$2" --name "$3" --title "$4" --use "${5:-sign}" 9< "$out/passphrase"; }
at_date() {
  printf '%s\n' "$1" > "$out/clock.new"
  mv "$out/clock.new" "$out/clock"
  for _ in $(seq 300); do
    [[ ! "$(curl -fsS "$STELE_NODE/v1/checkpoint" | python3 -c 'import json,sys; print(json.load(sys.stdin)["time"])')" < "$1" ]] && return 0
    sleep 0.1
  done
  echo "the ledger's time did not follow" >&2
  return 1
}

quietly /usr/bin/python3 tests/demo/make_files.py --out "$out/files"
# A file that says in its title rows what it is; the generator leaves them out of some.
mkdir -p "$out/titled"
{
  printf 'BẢNG ĐIỂM MÔN VẬT LÍ, LỚP 10A1, HK I;;;\n\n'
  printf 'STT;Lớp;Mã định danh;Họ và tên;ĐĐGtx1;ĐĐGgk;ĐĐGck\n1;10A1;9901000001;Lê Hoàng Mẫu;8,0;8,0;8,0\n'
} > "$out/titled/vat-li-hk1.csv"
quietly /usr/bin/python3 tests/e2e/desk/spoil.py "$out/files/diem/10A1/toan-hk1.xlsx" "$out/files/toan-hong.xlsx"
for _ in 1 2; do cat "$out/passphrase"; done > "$out/two"
quietly stele --passphrase-fd 9 init-network "$out" --name e2e --mode test --base-url https://stele.example --roots 1 --root-quorum 1 \
  --time 2025-08-25T00:00:00Z 9< "$out/two"
printf '2025-09-03T01:00:00Z\n' > "$out/clock"
sed -i 's/^port = .*/port = 0/' "$out/node/node.toml"
printf '\n[test]\nclock_file = "../clock"\n' >> "$out/node/node.toml"
stele-node run --config "$out/node/node.toml" --passphrase-fd 9 --ready-file "$out/node/url" 9< "$out/passphrase" >> "$out/log/node.log" 2>&1 &
echo $! > "$out/node.pid"
trap 'status=$?; if ((status != 0)); then kill "$(cat "$out/node.pid")"; fi' EXIT
for _ in $(seq 600); do [ -s "$out/node/url" ] && break; sleep 0.1; done
STELE_NODE=$(cat "$out/node/url")
export STELE_NODE
at_date 2025-09-03T01:00:00Z

quietly as root-1 org add so-gddt --kind department --name "Sở Giáo dục và Đào tạo Ví Dụ"
quietly as root-1 policy publish ledger/rules/data/policy-vn.json
quietly person can-bo-so so-gddt "Võ Đặng Khởi Mẫu" "Chuyên viên"
quietly as root-1 key enrol "$out/keys/can-bo-so.key.request.json" --grant department-officer
quietly as can-bo-so org add $school --kind school --parent so-gddt --name "Trường THPT Ví Dụ Số 1" --vault 0
quietly person hieu-truong $school "Đỗ Hoàng Quân Thí Dụ" "Hiệu trưởng"
quietly person van-thu $school "Lý Thanh Quỳnh Mẫu" "Văn thư"
quietly person con-dau $school "Trường THPT Ví Dụ Số 1" "Con dấu nhà trường" seal
quietly person toan $school "Hồ Mai Hạnh Mẫu" "Giáo viên Toán"
quietly person vat-li $school "Lý Hữu Sự Giả" "Giáo viên Vật lí"
quietly as can-bo-so key enrol "$out/keys/hieu-truong.key.request.json" --grant principal
quietly as can-bo-so key enrol "$out/keys/van-thu.key.request.json" --grant school-office
quietly as can-bo-so key enrol "$out/keys/con-dau.key.request.json" --grant school-seal
for t in toan vat-li; do
  quietly as hieu-truong key enrol "$out/keys/$t.key.request.json" \
    --grant subject-teacher:class=10A1,subject=$t,term=1,year=$year --grant subject-teacher:class=10A1,subject=$t,term=2,year=$year
done
quietly as van-thu enrol students "$out/files/danh-sach/10A1.csv" --class 10A1 --year $year --kind thpt
at_date 2026-05-20T01:00:00Z
quietly as toan sign grades "$out/files/diem/10A1/toan-hk2.csv" --class 10A1 --subject toan --term 2 --year $year --empty not-yet
mkdir -p "$out/office"
cp "$out"/keys/{hieu-truong,con-dau}.key "$out/office/"
