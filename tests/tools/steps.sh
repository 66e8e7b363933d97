# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# For ./stele: two languages, missing packages, and steps that show where they are and why they failed.

# Vietnamese when the locale says so, English otherwise.
say() {
  case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    vi*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$2" ;;
  esac
}

fail_saying() {
  say "$@" >&2
  exit 2
}

# One job a core, fewer where memory is short: the largest unit takes 1.5 GB to compile.
jobs_for_this_machine() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemAvailable/ { print int($2 / 1024 / 1024 / 1.5) }' /proc/meminfo)
  ((memory_gb < cores)) && cores=$memory_gb
  ((cores < 1)) && cores=1
  echo "$cores"
}
jobs=${STELE_JOBS:-$(jobs_for_this_machine)}
logs=$root/build/logs

# ---------------------------------------------------------------------------------------------------------------------
# Packages

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing_packages() {
  local entry package
  for entry in "$@"; do
    package=${entry%%=*}
    if [[ $entry == *=* ]] && command -v "${entry#*=}" >/dev/null; then continue; fi
    is_installed "$package" || echo "$package"
  done
}

as_root() {
  if (($(id -u) == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    # In CI nobody can type a password.
    if [[ ${CI:-} == true ]]; then sudo -n "$@"; else sudo "$@"; fi
  else
    return 1
  fi
}

# need_packages <entry> ...: installs what is missing, and only that.
need_packages() {
  command -v dpkg-query >/dev/null || {
    say "Máy này không dùng gói Debian; hãy tự cài các gói tương ứng với: ${*%%=*}" \
      "This is not a Debian system; provide what corresponds to: ${*%%=*}" >&2
    return 0
  }
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then return 0; fi

  if [[ " ${missing[*]} " == *" libboost1.81-dev "* ]] && is_installed libboost1.74-dev; then
    fail_saying "libboost1.74-dev đang được cài và xung đột với libboost1.81-dev mà Stele cần. Hãy gỡ rồi chạy lại:
  sudo apt-get remove libboost-dev libboost1.74-dev" \
      "libboost1.74-dev is installed and conflicts with libboost1.81-dev, which Stele needs. Remove it and start again:
  sudo apt-get remove libboost-dev libboost1.74-dev"
  fi
  if (($(id -u) != 0)) && ! command -v sudo >/dev/null; then
    fail_saying "Thiếu các gói: ${missing[*]}
Cần quyền quản trị để cài; không có sudo. Hãy chạy với quyền root: apt-get install ${missing[*]}" \
      "Missing packages: ${missing[*]}
Installing them needs root, and there is no sudo. As root: apt-get install ${missing[*]}"
  fi
  say "Cài các gói Debian còn thiếu: ${missing[*]}" "Installing the missing Debian packages: ${missing[*]}"
  # Ask for a password here, not inside a step whose output goes to a file.
  as_root true
  step "apt update" as_root apt-get update || give_up
  step "apt install" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}" || give_up
}

# ---------------------------------------------------------------------------------------------------------------------
# Steps

step_pid=
stop_step() {
  if [[ -n $step_pid ]]; then kill -TERM -- "-$step_pid" 2>/dev/null || true; fi
}
trap 'stop_step; exit 130' INT TERM

elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# A line that moves on a terminal; in CI and in files, a sign of life once a minute.
show_progress() {
  local name=$1 log=$2 seconds=$3 last
  if [[ -t 1 && ${CI:-} != true ]]; then
    last=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | grep -av '^\s*$' | tail -n 1 | cut -c1-70 || true)
    printf '\r\033[K  %-28s %6s  %s' "$name" "$(elapsed "$seconds")" "$last"
  elif ((seconds > 0 && seconds % 60 == 0)); then
    printf '  %-28s %6s  ...\n' "$name" "$(elapsed "$seconds")"
  fi
}

# What a person needs of a failed step's output: compiler errors or failed expectations if there are some, else the end.
show_failure() {
  local log=$1 errors
  if [[ $2 == ctest* ]]; then
    tail -n 25 "$log"
    grep -anE -A 8 ': Failure$|ERROR: |runtime error|^Traceback|^(FAIL|ERROR):|Timeout' "$log" | cut -c1-240 | head -n 60 || true
    grep -aE '^\[  FAILED  \]' "$log" | sort -u | head -n 20 || true
    say "Toàn bộ nhật ký: $log" "The whole log: $log"
    return
  fi
  errors=$(grep -anE -A 6 'error:|FAILED:|CMake Error' "$log" | cut -c1-200 | head -n 40 || true)
  if [[ -n $errors ]]; then printf '%s\n' "$errors"; else tail -n 60 "$log"; fi
  say "Toàn bộ nhật ký: $log" "The whole log: $log"
}

# step <name> <command ...>: runs it quietly with its output in build/logs/<name>.log; returns its status.
step() {
  local name=$1 log start status=0
  shift
  mkdir -p "$logs"
  log=$logs/${name// /-}.log
  start=$SECONDS
  # A process group of its own, so that an interrupted build takes its compilers with it.
  set -m
  ("$@") >"$log" 2>&1 </dev/null &
  step_pid=$!
  set +m
  while kill -0 "$step_pid" 2>/dev/null; do
    show_progress "$name" "$log" $((SECONDS - start))
    sleep 1
  done
  wait "$step_pid" || status=$?
  step_pid=
  if [[ -t 1 && ${CI:-} != true ]]; then printf '\r\033[K'; fi
  if ((status == 0)); then
    printf '  %-28s %6s  ok\n' "$name" "$(elapsed $((SECONDS - start)))"
  else
    printf '  %-28s %6s  FAILED (%d)\n' "$name" "$(elapsed $((SECONDS - start)))" "$status"
    show_failure "$log" "$name"
  fi
  return "$status"
}

# After a step without which nothing further makes sense. ./stele test replaces it, to end with its sum.
give_up() {
  fail_saying "Dừng: bước trên không thành công." "Stopped: the step above failed."
}
