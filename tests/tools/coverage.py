#!/usr/bin/env python3
"""Line coverage of the decoders, and of finality. Usage: coverage.py <build folder> <list of the decoders' path patterns>;
fails if either is below its bound."""
import glob
import json
import os
import subprocess
import sys
from pathlib import Path

DECODERS_PERCENT_MIN = 80.0
FINALITY = ["node/finality/*.cpp"]
FINALITY_PERCENT_MIN = 95.0


def patterns(file):
    lines = (line.split("#")[0].strip() for line in Path(file).read_text().splitlines())
    return [line for line in lines if line]


def files_of(pattern_list):
    return sorted({os.path.realpath(f) for p in pattern_list for f in glob.glob(p)})


def enough(what, files, rows, percent_min):
    """Prints a line for each file and their sum. Is that at or above the bound, and every file run by some test?"""
    count = covered = 0
    unseen = [os.path.relpath(name) for name in files if rows.get(name, {"count": 0})["count"] == 0]
    for name in files:
        lines = rows.get(name, {"count": 0, "covered": 0})
        count += lines["count"]
        covered += lines["covered"]
        share = f"{100 * lines['covered'] / lines['count']:5.1f} %" if lines["count"] else "not run"
        print(f"{share:>8}  {lines['covered']:5}/{lines['count']:<5}  {os.path.relpath(name)}")
    total = 100 * covered / count if count else 0.0
    print(f"{total:6.1f} %  {covered:5}/{count:<5}  lines of {what}; the bound is {percent_min:.0f} %")
    if unseen:
        print(f"no test links {', '.join(unseen)}: take the file off the list if it holds no code, or test it")
    return total >= percent_min and not unseen


def main():
    build, listing = Path(sys.argv[1]), sys.argv[2]
    decoders, finality = files_of(patterns(listing)), files_of(FINALITY)
    programs = [str(f) for f in sorted((build / "bin").iterdir()) if f.is_file() and os.access(f, os.X_OK)]
    profiles = [str(f) for f in sorted((build / "profiles").glob("*.profraw"))]
    if not decoders or not finality or not programs or not profiles:
        print("nothing to measure: no decoder, nothing of finality, no program or no profile")
        return 1

    merged = str(build / "all.profdata")
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", merged, *profiles], check=True)
    objects = [word for program in programs[1:] for word in ("-object", program)]
    exported = subprocess.run(
        ["llvm-cov", "export", "-summary-only", f"-instr-profile={merged}", programs[0], *objects,
         *sorted({*decoders, *finality})],
        check=True, capture_output=True, text=True).stdout
    rows = {os.path.realpath(f["filename"]): f["summary"]["lines"] for f in json.loads(exported)["data"][0]["files"]}
    good = [enough("the decoders", decoders, rows, DECODERS_PERCENT_MIN),
            enough("finality", finality, rows, FINALITY_PERCENT_MIN)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
