#!/usr/bin/python3
"""README.md's commands do what it says: those on the demo's files are run on the ledger that the tour's test left, and end well;
those of the root script are known to it (demo and test themselves are run elsewhere)."""
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = "build/tour"
SECONDS = 120


def code_lines():
    inside = False
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside and line.strip():
            yield line.split("#")[0].strip()


def run(words):
    done = subprocess.run(words, cwd=ROOT, text=True, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL)
    print(f"{done.returncode}  {shlex.join(map(str, words))}", flush=True)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:])
    return done.returncode == 0


def main():
    lines = list(code_lines())
    demo_lines = [line for line in lines if line.startswith("build/release/bin/")]
    root_words = {found[1] for line in lines if (found := re.match(r"\./stele ([a-z]+)", line))}
    named = set(re.findall(r"`\./stele ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    good = [run(shlex.split(line.replace("build/demo", FOLDER))) for line in demo_lines]
    good += [run(["./stele", word, "--help"]) for word in sorted(root_words | named)]
    if len(demo_lines) < 3 or not {"demo", "test"} <= root_words:
        print(f"README.md's commands were not found: {lines}")
        return 1
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
