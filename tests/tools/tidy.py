#!/usr/bin/env python3
"""clang-tidy over the .cpp files that changed since the merge base, the newest first, within a time limit."""
import argparse
import concurrent.futures
import json
import subprocess
import sys
import time
from pathlib import Path

SECONDS_A_FILE = 300
COMMITS_BACK = 60


def git(*words):
    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.split() if done.returncode == 0 else None


def changed_files():
    """Names of changed files, the newest first; None where there is no history (then all files are meant).

    On main itself nothing tells which commits came together: then the last ones are looked at for as long as time lasts.
    """
    head = git("rev-parse", "HEAD")
    if not head:
        return None
    base = git("merge-base", "HEAD", "origin/main")
    commits = [f"{base[0]}..HEAD"] if base and base != head else ["-n", str(COMMITS_BACK)]
    names = git("log", "--format=", "--name-only", "-m", "--first-parent", *commits)
    return list(dict.fromkeys(names or []))


def units(build, changed):
    """The translation units to look at: changed ones, and for a changed header the .cpp of the same name."""
    known = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())}
    # Copies that the build made, such as those with a rule broken, are not ours to keep clean.
    known = {name for name in known if build.resolve() not in Path(name).resolve().parents}
    if changed is None:
        return sorted(known)
    meant = [str(Path(name).resolve().with_suffix(".cpp")) for name in changed if name.endswith((".h", ".cpp"))]
    return [name for name in dict.fromkeys(meant) if name in known]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=600, help="files that can't start within this are left out")
    parser.add_argument("--all", action="store_true", help="every file, changed or not")
    parser.add_argument("files", nargs="*", help="these files only")
    options = parser.parse_args()
    deadline = time.monotonic() + options.seconds
    changed = options.files or (None if options.all else changed_files())
    todo = units(options.build, changed)

    def look(unit):
        if time.monotonic() > deadline:
            return unit, None, ""
        try:
            done = subprocess.run(
                ["clang-tidy", "--quiet", "-p", str(options.build), unit],
                capture_output=True, text=True, timeout=SECONDS_A_FILE, check=False)
        except subprocess.TimeoutExpired:
            return unit, None, ""
        return unit, done.returncode, done.stdout + (done.stderr if done.returncode else "")

    bad, late = [], []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for number, (unit, status, text) in enumerate(pool.map(look, todo), 1):
            print(f"[{number}/{len(todo)}] {unit}", flush=True)
            if status is None:
                late.append(unit)
            elif status != 0:
                bad.append(unit)
                print(text, flush=True)
    if late:
        print(f"  clang-tidy: {len(late)} of {len(todo)} files not reached in {options.seconds} s")
    for unit in bad:
        print(f"findings in {unit}")
    print(f"{len(todo) - len(bad) - len(late)} files clean, {len(bad)} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
