#!/usr/bin/env python3
"""Line coverage of the decoders. Usage: coverage.py <build folder> <list of path patterns>; fails below the bound."""
import glob
import json
import os
import subprocess
import sys
from pathlib import Path

LINES_PERCENT_MIN = 80.0


def patterns(file):
    lines = (line.split("#")[0].strip() for line in Path(file).read_text().splitlines())
    return [line for line in lines if line]


def main():
    build, listing = Path(sys.argv[1]), sys.argv[2]
    decoders = sorted({os.path.realpath(f) for p in patterns(listing) for f in glob.glob(p)})
    programs = [str(f) for f in sorted((build / "bin").iterdir()) if f.is_file() and os.access(f, os.X_OK)]
    profiles = [str(f) for f in sorted((build / "profiles").glob("*.profraw"))]
    if not decoders or not programs or not profiles:
        print("nothing to measure: no decoder, no program or no profile")
        return 1

    merged = str(build / "all.profdata")
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", merged, *profiles], check=True)
    objects = [word for program in programs[1:] for word in ("-object", program)]
    exported = subprocess.run(
        ["llvm-cov", "export", "-summary-only", f"-instr-profile={merged}", programs[0], *objects, *decoders],
        check=True, capture_output=True, text=True).stdout
    rows = {os.path.realpath(f["filename"]): f["summary"]["lines"] for f in json.loads(exported)["data"][0]["files"]}

    count = covered = 0
    unseen = [os.path.relpath(name) for name in decoders if rows.get(name, {"count": 0})["count"] == 0]
    for name in decoders:
        lines = rows.get(name, {"count": 0, "covered": 0})
        count += lines["count"]
        covered += lines["covered"]
        share = f"{100 * lines['covered'] / lines['count']:5.1f} %" if lines["count"] else "not run"
        print(f"{share:>8}  {lines['covered']:5}/{lines['count']:<5}  {os.path.relpath(name)}")
    total = 100 * covered / count if count else 0.0
    print(f"{total:6.1f} %  {covered:5}/{count:<5}  lines of the decoders; the bound is {LINES_PERCENT_MIN:.0f} %")
    if unseen:
        print(f"no test links {', '.join(unseen)}: take the file off the list if it holds no code, or test it")
    return 0 if total >= LINES_PERCENT_MIN and not unseen else 1


if __name__ == "__main__":
    sys.exit(main())
