#!/usr/bin/env python3
"""`./stele cluster up|down|status`: three members of etcd and seven nodes on this machine, for people to try.

Everything lies under build/cluster: genesis.json, keys/, secrets/ (passphrases), etcd/, node-0 to node-6.
"""
import argparse
import base64
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import network  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NODES, ORDERERS, VAULTS, MEMBERS = 7, 3, 3, 3
LEADS = 5  # the table's column of who leads
PATIENCE_S = 90  # an alarm of a slow start is over some seconds after its cause is


def vietnamese():
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].startswith("vi")
    return False


def pick(vi, en):
    return vi if vietnamese() else en


def say(vi, en):
    print(pick(vi, en), flush=True)


def fail(vi, en):
    print(pick(vi, en), file=sys.stderr)
    sys.exit(2)


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.bins = ROOT / "build" / "release" / "bin"
        self.made = folder / "genesis.json"

    def secret(self, name):
        path = self.folder / "secrets" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write(base64.b64encode(os.urandom(18)).decode() + "\n")
        return path.read_text(encoding="ascii").strip()

    def etcd(self):
        return network.Etcd(self.folder / "etcd", MEMBERS)

    def nodes(self):
        folders = [self.folder / f"node-{i}" for i in range(NODES)]
        return [network.Node(self.bins / "stele-node", f, self.secret("nodes")) for f in folders if f.exists()]

    def make(self):
        """Keys and genesis, by the program that makes those of real networks."""
        first = network.free_range(200)  # those of vaults stand 100 above
        reading, writing = os.pipe()
        lines = [self.secret("root-1")] + [self.secret("nodes")] * NODES
        os.write(writing, "".join(line + "\n" for line in lines).encode())
        os.close(writing)
        words = [self.bins / "stele", "init-network", self.folder, "--name", "cluster", "--mode", "test", "--base-url",
                 "https://stele.example", "--roots", "1", "--root-quorum", "1", "--validators", NODES, "--orderers",
                 ORDERERS, "--vaults", VAULTS, "--port", first, "--passphrase-fd", reading]
        words += [word for url in self.etcd().urls() for word in ("--etcd", url)]
        done = subprocess.run([str(w) for w in words], pass_fds=(reading,), capture_output=True, text=True, check=False)
        os.close(reading)
        if done.returncode != 0:
            fail(done.stdout + done.stderr, done.stdout + done.stderr)

    def running(self):
        # The members' ports are made with the first look at them: no look before there is a network.
        etcd = self.etcd().processes if self.made.exists() else []
        return [p for p in [n.process for n in self.nodes()] + etcd if p.running()]


def wait_until_well(c):
    """An orderer leads, nodes reach each other, those that may vote do, and no alarm lasts: what the table then shows. Not
    for ever: what is not so after that, the table says."""
    def well():
        rows = [row_of(n) for n in c.nodes()]
        return all(r[-1] == "ok" for r in rows) and any(r[LEADS] for r in rows) and reach_each_other(c.nodes())
    with contextlib.suppress(AssertionError):
        network.until(well, PATIENCE_S, "all is well")


def reach_each_other(nodes):
    seen = [(n.get_any("/v1/network") or {}).get("committee") for n in nodes]
    return all(seen) and all(p["reachable"] for s in seen for p in s["peers"])


def up(c, fresh):
    if not network.etcd_is_there():
        fail("Không có etcd. Hãy cài gói etcd-server: sudo apt-get install etcd-server",
             "There is no etcd. Install the package etcd-server: sudo apt-get install etcd-server")
    if fresh and c.folder.exists():
        if c.running():
            fail("Cụm đang chạy; hãy dừng trước: ./stele cluster down", "It is running; first: ./stele cluster down")
        shutil.rmtree(c.folder)
    if not c.made.exists():
        say("Tạo khóa và tệp gốc của mạng…", "Making keys and the genesis file…")
        c.make()
    etcd = c.etcd()
    say("Chạy 3 máy etcd…", "Starting 3 members of etcd…")
    etcd.start_all()
    etcd.wait()
    say("Chạy 7 nút…", "Starting 7 nodes…")
    nodes = c.nodes()
    started = [n for n in nodes if not n.process.running()]
    for n in started:
        n.start()
    for n in nodes:
        n.wait()
    wait_until_well(c)
    status(c)
    shown = os.path.relpath(c.folder)
    say(f"""
Thử:
  export STELE_GENESIS={shown}/genesis.json STELE_NODE={nodes[-1].url}
  ./stele --key {shown}/keys/root-1.key org add goc --kind office --name "Đơn vị gốc" --passphrase-fd 9 9< {shown}/secrets/root-1
  ./stele cluster status
  kill -9 $(python3 -c 'import json; print(json.load(open("{shown}/node-0/pid"))["pid"])'); ./stele cluster status; ./stele cluster up
Dừng: ./stele cluster down""", f"""
Try:
  export STELE_GENESIS={shown}/genesis.json STELE_NODE={nodes[-1].url}
  ./stele --key {shown}/keys/root-1.key org add goc --kind office --name "The first office" --passphrase-fd 9 9< {shown}/secrets/root-1
  ./stele cluster status
  kill -9 $(python3 -c 'import json; print(json.load(open("{shown}/node-0/pid"))["pid"])'); ./stele cluster status; ./stele cluster up
Stop: ./stele cluster down""")


def down(c):
    running = c.running()
    if not running:
        return say("Không có gì đang chạy.", "Nothing is running.")
    network.end_all([n.process for n in c.nodes()])
    c.etcd().stop()
    left = c.running()
    if left:
        fail(f"Còn {len(left)} tiến trình chưa dừng.", f"{len(left)} processes did not stop.")
    say(f"Đã dừng {len(running)} tiến trình. Dữ liệu còn ở {c.folder}.",
        f"Stopped {len(running)} processes. The data stays in {c.folder}.")


def row_of(n):
    roles = {"orderer": pick("sắp xếp", "orderer"), "validator": pick("xác nhận", "validator"),
             "vault": pick("kho", "vault")}
    if not n.process.running():
        return [n.name, "", "", "", "", "", pick("không chạy", "not running")]
    state = n.get_any("/v1/network")
    health = n.get_any("/healthz")
    if not state or "committee" not in state:
        return [n.name, "", "", "", "", "", (health or {}).get("code", pick("không trả lời", "no answer"))]
    leads = pick("dẫn đầu", "leads") if state["committee"]["leads"] else ""
    votes = state["committee"]["may_sign"]
    told = [a["code"] for a in (health or {}).get("alarms", [])]
    if not votes and "validator" in state["roles"]:
        told.append(pick("chưa bỏ phiếu", "may not vote yet"))
    words = ", ".join(sorted(set(told))) or (health or {}).get("status", "?")
    return [n.name, "+".join(roles[r] for r in state["roles"]) or pick("theo dõi", "follower"), str(state["height"]),
            str(state["final"]["height"]), state["final"]["hash"][:10], leads, words]


def status(c):
    """0: all run and are well."""
    if not c.made.exists():
        say("Chưa có cụm nào; hãy chạy: ./stele cluster up", "There is no cluster yet: ./stele cluster up")
        return 1
    head = [pick(*x) for x in (("nút", "node"), ("vai trò", "roles"), ("khối", "height"), ("cuối cùng", "final"),
                               ("mã khối cuối", "final hash"), ("", "leader"), ("tình trạng", "health"))]
    head[5] = pick("dẫn đầu", "leader")
    rows = [row_of(n) for n in c.nodes()]
    widths = [max(len(r[i]) for r in [head] + rows) for i in range(len(head))]
    for r in [head] + rows:
        print("  ".join(text.ljust(w) for text, w in zip(r, widths)).rstrip())
    etcd = c.etcd()
    good = sum(1 for i in range(MEMBERS) if etcd.processes[i].running() and etcd.has_leader(i))
    print(f"etcd: {good}/{MEMBERS}")
    return 0 if good == MEMBERS and all(r[-1] == "ok" for r in rows) else 1


def main():
    parser = argparse.ArgumentParser(
        prog="./stele cluster", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=pick("3 máy etcd và 7 nút trên máy này, để thử. Dữ liệu ở build/cluster.",
                         "3 members of etcd and 7 nodes on this machine, for trying out. Data is in build/cluster."),
        epilog=pick("""Ví dụ:
  ./stele cluster up            chạy (lần đầu: tạo khóa và tệp gốc)
  ./stele cluster status        bảng các nút; mã thoát 0 khi mọi thứ đều ổn
  ./stele cluster down          dừng đúng những gì lệnh up đã chạy; giữ dữ liệu
  ./stele cluster up --fresh    xóa dữ liệu cũ và bắt đầu lại""", """Examples:
  ./stele cluster up            start (the first time: make keys and genesis)
  ./stele cluster status        a table of the nodes; exit status 0 if all is well
  ./stele cluster down          stop exactly what up started; the data stays
  ./stele cluster up --fresh    delete the old data and begin anew"""))
    parser.add_argument("what", choices=["up", "down", "status"])
    parser.add_argument("--fresh", action="store_true",
                        help=pick("chỉ với up: xóa dữ liệu cũ", "with up only: delete the old data"))
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "cluster",
                        help=pick("thay cho build/cluster", "instead of build/cluster"))
    o = parser.parse_args()
    c = Cluster(o.folder.resolve())
    if o.what == "status":
        return status(c)
    if o.what == "down":
        return down(c)
    return up(c, o.fresh)


if __name__ == "__main__":
    sys.exit(main())
