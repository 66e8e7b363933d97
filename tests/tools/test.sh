# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# For ./stele test: builds, tests and checks; the last line is "N passed, N failed".

passed=0
failed=0

test_usage() {
  say "Cách dùng: ./stele test [tùy chọn]
  (không có)          g++ và các kiểm thử; trang kiểm chứng; clang ASan+UBSan và các kiểm thử; định dạng; clang-tidy
  --quick             chỉ g++ và các kiểm thử
  --all               thêm: TSan, g++ ASan+UBSan, fuzzing, độ phủ của các bộ giải mã, kiểm thử sự cố
  --fuzz-seconds N    giây bộ xử lý cho mỗi đích fuzzing (mặc định 600)
  --bare              dựng một Debian 12 trống dưới build/ rồi chạy demo và test trong đó (cần quyền root)" \
    "Usage: ./stele test [options]
  (none)              g++ and the tests; the verification page; clang ASan+UBSan and the tests; formatting; clang-tidy
  --quick             only g++ and the tests
  --all               further: TSan, g++ ASan+UBSan, fuzzing, coverage of the decoders, faults
  --fuzz-seconds N    seconds of processor time for each fuzz target (600 unless told)
  --bare              makes a bare Debian 12 below build/ and runs demo and test inside (needs root)"
}

count() { if (($1 == 0)); then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

finish() {
  say "Tổng thời gian $(elapsed "$SECONDS")" "Total time $(elapsed "$SECONDS")"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  if ((failed == 0 && passed > 0)); then exit 0; fi
  exit 1
}

give_up() {
  failed=$((failed + 1))
  say "Dừng: bước trên không thành công, các bước sau cần nó." "Stopped: the step above failed, and the rest needs it."
  finish
}

build() {
  step "configure $1" cmake --preset "$1" || give_up
  step "build $1" cmake --build "build/$1" -j "$jobs" "${@:2}" || give_up
}

# ctests <preset> [ctest options ...]: runs them and adds to the sum.
ctests() {
  local preset=$1 log=$logs/ctest-$1.log status=0 total bad skipped
  shift
  step "ctest $preset" ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error "$@" || status=$?
  # "97% tests passed, 1 tests failed out of 34"
  read -r bad total < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$log") || true
  skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
  passed=$((passed + ${total:-0} - ${bad:-0} - skipped))
  failed=$((failed + ${bad:-0}))
  # A ctest that failed without a count did not run its tests.
  if ((status != 0 && ${bad:-0} == 0)); then failed=$((failed + 1)); fi
  skipped=$(grep -ac '^\[  SKIPPED \].*(' "build/$preset/Testing/Temporary/LastTest.log" || true)
  if ((skipped > 0)); then
    say "  Chú ý: $skipped trường hợp bị bỏ qua; lý do trong build/$preset/Testing/Temporary/LastTest.log" \
      "  Note: $skipped cases were skipped; reasons in build/$preset/Testing/Temporary/LastTest.log"
  fi
}

# The verification page: its own code needs node, the programs do not.
page_check() {
  local name=$1 status=0
  shift
  step "page: $name" "$@" || status=$?
  if ((status == 77)); then
    say "  Chú ý: bước này bị bỏ qua; lý do trong nhật ký" "  Note: this step was skipped; the reason is in its log"
    return 0
  fi
  count "$status"
}
page_tests() {
  local web=verifier-api/web
  step "page: packages" npm --prefix "$web" ci || {
    failed=$((failed + 1))
    return 0
  }
  page_check "build" npm --prefix "$web" run build
  page_check "unit tests" npm --prefix "$web" test
  page_check "same verdicts as stele" node "$web/tests/corpus/agree.mjs" --stele build/release/bin/stele \
    --verifier build/release/bin/stele-verifier --fixture build/release/bin/verifier_fixture
  page_check "printed forms" node "$web/tests/paper/forms.mjs" --stele build/release/bin/stele --out build/forms
  page_check "in the browser" node "$web/tests/e2e/run.mjs" --forms build/forms
}

# Tracked C++ files; all of them where there is no git (a tree unpacked from an archive).
cpp_files() {
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z '*.h' '*.cpp' | while IFS= read -r -d '' f; do if [[ -f $f ]]; then printf '%s\0' "$f"; fi; done
  else
    find . \( -name build -o -name node_modules \) -prune -o \( -name '*.h' -o -name '*.cpp' \) -print0
  fi
}

check_format() { cpp_files | xargs -0 -r clang-format --dry-run -Werror; }

source_checks() {
  local status=0
  step "clang-format" check_format || status=$?
  count "$status"
  status=0
  step "clang-tidy" python3 -B tests/tools/tidy.py --build build/asan --jobs "$jobs" \
    --seconds "${STELE_TIDY_SECONDS:-60}" || status=$?
  count "$status"
  grep -a 'not reached' "$logs/clang-tidy.log" || true
}

fuzz_all() {
  local good=0 bad=0
  build fuzz
  step "fuzz" python3 -B tests/tools/fuzz.py --build build/fuzz --seeds tests/fuzz/corpus --logs "$logs/fuzz" \
    --seconds "$1" --jobs "$jobs" || true
  cat "$logs/fuzz.log"
  # "22 passed, 0 failed"
  read -r good bad < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$logs/fuzz.log") || bad=1
  passed=$((passed + good))
  failed=$((failed + bad))
}

coverage_of_decoders() {
  build coverage
  rm -rf build/coverage/profiles
  LLVM_PROFILE_FILE="$root/build/coverage/profiles/%8m.profraw" ctests coverage -LE 'slow|lint'
  local status=0
  step "coverage" python3 -B tests/tools/coverage.py build/coverage tests/fuzz/decoders.txt || status=$?
  tail -n 20 "$logs/coverage.log"
  count "$status"
}

faults() {
  local script status
  for script in tests/fault/*.sh; do
    if [[ ! -f $script ]]; then continue; fi
    status=0
    step "fault $(basename "$script" .sh)" bash "$script" || status=$?
    if ((status == 77)); then
      say "  Chú ý: bước này bị bỏ qua (một phần); lý do trong nhật ký" "  Note: this step was skipped, or a part of it; the reason is in its log"
      continue
    fi
    count "$status"
  done
}

run_tests() {
  local quick=false all=false bare=false fuzz_seconds=600
  while (($# > 0)); do
    case "$1" in
      --quick) quick=true ;;
      --all) all=true ;;
      --bare) bare=true ;;
      --fuzz-seconds)
        fuzz_seconds=${2:-}
        [[ $fuzz_seconds =~ ^[1-9][0-9]{0,5}$ ]] || fail_saying "--fuzz-seconds cần một số giây." "--fuzz-seconds needs a number of seconds."
        shift
        ;;
      -h | --help)
        test_usage
        exit 0
        ;;
      *)
        test_usage >&2
        exit 2
        ;;
    esac
    shift
  done

  if $bare; then
    source tests/tools/bare.sh
    run_bare
  fi

  need_packages "${packages_build[@]}" "${packages_test[@]}"
  if [[ -z ${STELE_VECTORS:-} && (${CI:-} == true || -d ../shared/vectors) ]]; then
    STELE_VECTORS=$(cd .. && pwd)/shared/vectors
  fi
  if [[ -n ${STELE_VECTORS:-} ]]; then export STELE_VECTORS; fi
  export UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=suppressions=$root/tests/tsan.supp
  export LSAN_OPTIONS=suppressions=$root/tests/lsan.supp

  build release
  ctests release
  page_tests
  if $quick; then finish; fi
  build asan
  ctests asan -LE 'slow|lint'
  source_checks
  if $all; then
    build tsan
    ctests tsan -LE 'slow|lint'
    build asan-gcc
    ctests asan-gcc -LE 'slow|lint'
    fuzz_all "$fuzz_seconds"
    coverage_of_decoders
    faults
  fi
  finish
}
