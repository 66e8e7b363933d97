#!/usr/bin/env python3
"""`./stele cluster`: up, a table of seven nodes that are well, down, and up again on the same data. What it did not start
it does not end.

Usage: cluster_test.py
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import network  # noqa: E402

HERE = Path(__file__).resolve().parent


def cluster(folder, *words, expect=0, lang="C.UTF-8"):
    done = subprocess.run([sys.executable, "-B", str(HERE / "cluster.py"), *words, "--folder", str(folder)],
                          capture_output=True, text=True, timeout=300, check=False,
                          env={k: v for k, v in os.environ.items() if not k.startswith("LC_")} | {"LANG": lang})
    assert done.returncode == expect, f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def rows(text):
    return [re.split(r"\s{2,}", line) for line in text.splitlines() if line.startswith("node-")]


def pid_of(folder, i):
    return json.loads((folder / f"node-{i}" / "pid").read_text(encoding="utf-8"))["pid"]


def run(folder):
    assert "./stele cluster up" in cluster(folder, "status", expect=1)
    table = rows(cluster(folder, "up"))
    assert len(table) == 7, table
    assert sum("leads" in row for row in table) == 1, table
    for row in table:
        assert row[-1] == "ok", row
    assert "xác nhận" in cluster(folder, "status", lang="vi_VN.UTF-8")

    # A pid file that names somebody else's process.
    stranger = subprocess.Popen(["sleep", "600"])
    kept = (folder / "node-6" / "pid").read_text(encoding="utf-8")
    told = json.loads(kept)
    try:
        (folder / "node-6" / "pid").write_text(json.dumps(told | {"pid": stranger.pid}), encoding="utf-8")
        assert ["node-6", "not running"] in [row[:1] + row[-1:] for row in rows(cluster(folder, "status", expect=1))]
        cluster(folder, "down")
        assert stranger.poll() is None, "it ended a process that it did not start"
        assert network.born(told["pid"]) is not None, "node-6 was not told of any more, and yet was ended"
    finally:
        (folder / "node-6" / "pid").write_text(kept, encoding="utf-8")
        stranger.kill()
        stranger.wait()

    # Again on the same data; one that was killed comes back with the next `up`.
    genesis = (folder / "genesis.json").read_bytes()
    cluster(folder, "up")
    assert (folder / "genesis.json").read_bytes() == genesis
    os.kill(pid_of(folder, 3), 9)
    network.until(lambda: network.born(pid_of(folder, 3)) is None, 10, "it is gone")
    assert ["node-3", "not running"] in [row[:1] + row[-1:] for row in rows(cluster(folder, "status", expect=1))]
    others = [pid_of(folder, i) for i in (0, 1, 2, 4, 5, 6)]
    cluster(folder, "up")
    assert [pid_of(folder, i) for i in (0, 1, 2, 4, 5, 6)] == others, "up leaves alone what runs"
    assert "Stopped 10 processes" in cluster(folder, "down")
    assert "Nothing is running" in cluster(folder, "down")


def main():
    if not network.etcd_is_there():
        print("NO ETCD HERE: install the package etcd-server; ./stele cluster is not tested")
        return 77
    with tempfile.TemporaryDirectory(prefix="stele-cluster-") as temporary:
        folder = Path(temporary) / "cluster"
        try:
            run(folder)
        finally:
            if folder.exists():
                cluster(folder, "down")
    print("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
