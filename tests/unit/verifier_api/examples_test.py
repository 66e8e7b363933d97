#!/usr/bin/env python3
"""Runs the examples of docs/http-api.md against a running verifier and compares what they print with what the page says.
Usage: examples_test.py verifier_fixture SOURCE_FOLDER"""
import os
import re
import subprocess
import sys
from pathlib import Path

from fixture import Fixture

EXAMPLE = re.compile(r"^```(sh|python|js)\n(.*?)^```\n<!-- prints:\s*(.*?)\s*-->", re.M | re.S)
RUN = {
    "sh": lambda code: ["bash", "-euo", "pipefail", "-c", code],
    "python": lambda code: [sys.executable, "-B", "-c", code],
    "js": lambda code: ["node", "--input-type=module", "-e", code],
}
EXAMPLES_MIN = 6  # fewer: the pattern no longer finds them


def main():
    page = (Path(sys.argv[2]) / "docs" / "http-api.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(page[page.index("## Examples"):])
    faults = [] if len(examples) >= EXAMPLES_MIN else [f"only {len(examples)} examples found"]
    with Fixture(sys.argv[1]) as fixture:
        environment = {**os.environ, "URL": fixture.url, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        for language, code, expected in examples:
            ran = subprocess.run(RUN[language](code), cwd=fixture.folder, env=environment, capture_output=True, timeout=60)
            printed = ran.stdout.decode("utf-8-sig").replace("\r", "").strip()
            if ran.returncode != 0 or printed != expected:
                faults.append(f"{language}:\n{code}printed {printed!r} instead of {expected!r}\n{ran.stderr.decode()[-500:]}")
    for fault in faults:
        print(fault)
    print(f"{len(examples)} examples, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
