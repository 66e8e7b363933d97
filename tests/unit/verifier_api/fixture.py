"""A running verifier with sample files, for the tests of this folder that are not C++."""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Fixture:
    """Starts the program named, which serves until its standard input closes."""

    def __init__(self, program):
        self._folder = tempfile.TemporaryDirectory(prefix="stele-verifier-fixture-")
        self.folder = Path(self._folder.name)
        self._process = subprocess.Popen([program, str(self.folder)], stdin=subprocess.PIPE)
        end = time.monotonic() + 120
        while not (self.folder / "url").exists():
            if self._process.poll() is not None or time.monotonic() > end:
                sys.exit("the fixture does not start")
            time.sleep(0.05)
        self.url = (self.folder / "url").read_text(encoding="utf-8").strip()
        self.ids = json.loads((self.folder / "ids.json").read_text(encoding="utf-8"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._folder.cleanup()
