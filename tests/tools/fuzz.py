#!/usr/bin/env python3
"""Runs the libFuzzer programs until each has had its seconds of processor time, as many at once as asked.

What a program was given is kept beside its corpus under the digest of its file: a run that was broken off goes on where
it stood, and a program that was built anew begins anew. Processor time, not the clock: whatever else the machine does.
"""
import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

INTERRUPTED = 72  # what libFuzzer says after SIGINT, when it had found nothing
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


class Spent:
    """Seconds by digest of the program, on disk after every run."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()
        self.of = json.loads(path.read_text()) if path.exists() else {}

    def add(self, digest, seconds, runs):
        with self.lock:
            entry = self.of.setdefault(digest, {"seconds": 0, "runs": 0})
            entry["seconds"] += seconds
            entry["runs"] += runs
            aside = self.path.with_suffix(".tmp")
            aside.write_text(json.dumps(self.of, indent=1))
            aside.replace(self.path)

    def seconds(self, digest):
        with self.lock:
            return self.of.get(digest, {}).get("seconds", 0)

    def runs(self, digest):
        with self.lock:
            return self.of.get(digest, {}).get("runs", 0)


def run(program, digest, options, spent):
    """One program; true if it found nothing."""
    name = program.name.removeprefix("fuzz_")
    corpus, crashes = options.build / "corpus" / name, options.build / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    left = options.seconds - spent.seconds(digest)
    log = options.logs / f"fuzz-{name}.log"
    with log.open("ab") as out:
        child = subprocess.Popen(
            [program, corpus, options.seeds / name, f"-timeout={options.unit_seconds}", "-rss_limit_mb=2048", "-print_final_stats=1",
             f"-artifact_prefix={crashes}/{name}-"], stdout=out, stderr=subprocess.STDOUT)
        used, told = 0.0, 0.0
        while child.poll() is None:
            time.sleep(1)
            used = processor_seconds(child.pid) or used
            if used - told >= 30:  # so that little is lost if this is broken off
                spent.add(digest, used - told, 0)
                told = used
            if used >= left:
                child.send_signal(signal.SIGINT)
                break
        status = child.wait()
    text = log.read_text(errors="replace")
    runs = [int(n) for n in re.findall(r"^stat::number_of_executed_units: *(\d+)$", text, re.M)]
    spent.add(digest, max(0.0, used - told), runs[-1] if runs else 0)
    features = re.findall(r" ft: (\d+)", text)
    good = status in (0, INTERRUPTED) and spent.seconds(digest) >= options.seconds - 2
    print(f"  {'ok  ' if good else 'FAIL'} {name:24} {spent.seconds(digest):6.0f} s  {spent.runs(digest):>11} runs  "
          f"{features[-1] if features else '?':>6} features", flush=True)
    if not good:
        print(text[-4000:], flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="folder of the preset fuzz")
    parser.add_argument("--seeds", type=Path, required=True, help="corpora of the tree")
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=600, help="of processor time for each program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("names", nargs="*", help="these targets only")
    parser.add_argument("--unit-seconds", type=int, default=10,
                        help="of the clock, for one input; more where other work has precedence")
    options = parser.parse_args()
    options.logs.mkdir(parents=True, exist_ok=True)
    programs = [p for p in sorted((options.build / "bin").glob("fuzz_*")) if os.access(p, os.X_OK)]
    if options.names:
        programs = [p for p in programs if p.name.removeprefix("fuzz_") in options.names]
    if not programs:
        print("no program to run", file=sys.stderr)
        return 2
    spent = Spent(options.build / "spent.json")
    digests = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in programs}
    due = [p for p in programs if spent.seconds(digests[p]) < options.seconds - 2]
    due.sort(key=lambda p: spent.seconds(digests[p]), reverse=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        good = list(pool.map(lambda p: run(p, digests[p], options, spent), due))
    for p in programs:
        if p not in due:
            print(f"  ok   {p.name.removeprefix('fuzz_'):24} had its {spent.seconds(digests[p]):.0f} s before, "
                  f"{spent.runs(digests[p])} runs")
    print(f"{len(programs) - good.count(False)} passed, {good.count(False)} failed")
    return 1 if False in good else 0


if __name__ == "__main__":
    sys.exit(main())
