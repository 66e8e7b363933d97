# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# For ./stele bench: runs bench_<name> programs and tests/bench/*.sh on a release build.

machine() {
  printf '%s, %s cores, %s GB; Linux %s; %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1024 / 1024 }' /proc/meminfo)" "$(uname -r)" "$(g++ --version | head -n 1)"
}

run_benches() {
  local only=${1:-} name found=0 status=0
  case "$only" in
    -h | --help)
      say "Cách dùng: ./stele bench [tên]; tên là bench_<tên> hoặc tests/bench/<tên>.sh" \
        "Usage: ./stele bench [name]; a name stands for bench_<name> or tests/bench/<name>.sh"
      exit 0
      ;;
  esac
  need_packages "${packages_build[@]}"
  step "configure release" cmake --preset release || give_up
  local targets
  mapfile -t targets < <(known_targets "${programs[@]}" bench)
  ((${#targets[@]} == 0)) || step "build benches" cmake --build build/release -j "$jobs" --target "${targets[@]}" || give_up

  machine
  for name in build/release/bin/bench_*; do
    if [[ ! -x $name || (-n $only && ${name##*/} != "bench_$only") ]]; then continue; fi
    found=1
    python3 -B tests/tools/bench_report.py "$name" || status=1
  done
  for name in tests/bench/*.sh; do
    if [[ ! -f $name || (-n $only && $(basename "$name" .sh) != "$only") ]]; then continue; fi
    found=1
    printf '\n%s\n' "$(basename "$name" .sh)"
    bash "$name" || status=1
  done
  if ((found == 0)); then fail_saying "Không có phép đo nào tên là '$only'." "There is no bench called '$only'."; fi
  exit "$status"
}
