#!/usr/bin/python3
"""docs/tour.md holds what the demo prints. Numbers, ids, times, paths and line breaks are masked; every other word must be the same.

    tour.py check          runs the demo into a folder of its own and compares
    tour.py write OUTPUT   makes docs/tour.md from a demo's output
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOUR = ROOT / "docs/tour.md"
HEAD = """# Tour: what `./stele demo` prints

A school's year on a test network of one node. Every name is made up. Ids, numbers and times differ from run to run; a test runs the demo and compares every other word with this page.

```
"""


def words(text):
    text = re.sub(r"[│┌┐└┘├┤┬┴┼─]", " ", text)
    text = re.sub(r"/[^\s:]*/(build|…)/[^\s:]*|/…/[^\s:]*", "PATH", text)
    text = re.sub(r"http://[^\s]+", "URL", text)
    text = re.sub(r"stele/(demo|other)/\s*[0-9a-f]{32}", r"NET-\1", text)
    text = re.sub(r"[A-Za-z0-9_-]{43}|(?<=Person)\s+[A-Za-z0-9_-]{22}\b", " ID ", text)
    text = re.sub(r"\[\s*\d+s\]", "[TIME]", text)  # [  9s], [153s]: a slow machine must not change the words
    return re.sub(r"\d+", "N", text).split()


def check():
    bin_folder = ROOT / "build/release/bin"
    folder = ROOT / "build/tour"
    environment = {"PATH": f"{bin_folder}:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": "/tmp"}
    done = subprocess.run(["bash", str(ROOT / "tests/demo/run.sh"), "--folder", str(folder)], env=environment, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    expected = words(TOUR.read_text(encoding="utf-8").split("```\n", 1)[1].rsplit("```", 1)[0])
    got = words(done.stdout)
    for i, (want, have) in enumerate(zip(expected, got)):
        if want != have:
            sys.exit(f"docs/tour.md says   … {' '.join(expected[max(0, i - 8):i + 8])}\nthe demo prints … {' '.join(got[max(0, i - 8):i + 8])}")
    if len(expected) != len(got):
        sys.exit(f"docs/tour.md has {len(expected)} words, the demo printed {len(got)}")
    print(f"the demo prints what docs/tour.md says ({len(got)} words)")


def write(output):
    text = pathlib.Path(output).read_text(encoding="utf-8").replace(str(ROOT) + "/", "/…/")
    TOUR.write_text(HEAD + text.strip("\n") + "\n```\n", encoding="utf-8")


if sys.argv[1] == "check":
    check()
else:
    write(sys.argv[2])
