#!/usr/bin/env python3
"""Runs one Google Benchmark program; prints the median of each line and its ratio to the first: ratios outlast machines."""
import json
import subprocess
import sys
from pathlib import Path

REPETITIONS = 5


def main():
    program = sys.argv[1]
    done = subprocess.run(
        [program, f"--benchmark_repetitions={REPETITIONS}", "--benchmark_report_aggregates_only=true",
         "--benchmark_format=json"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        return done.returncode
    rows = [row for row in json.loads(done.stdout)["benchmarks"] if row.get("aggregate_name") == "median"]
    if not rows:
        print(f"{program} measured nothing", file=sys.stderr)
        return 1
    print(f"\n{Path(program).name} (medians of {REPETITIONS})")
    for row in rows:
        rate = f"{row['items_per_second']:14,.0f}/s" if "items_per_second" in row else ""
        ratio = row["real_time"] / rows[0]["real_time"]
        print(f"  {row['run_name']:<44} {row['real_time']:14,.1f} {row['time_unit']}  {ratio:8.2f}x {rate}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
