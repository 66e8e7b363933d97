#!/usr/bin/env python3
"""A school with three vaults, on real nodes: what is handed in at one is kept by two before it is on the ledger, and by
the third soon after; with one node dead a teacher goes on at another; a vault whose disk was lost is built anew.

Usage: vaults_test.py --bin FOLDER [--keep FOLDER]
"""
import datetime
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import network  # noqa: E402
from network import until  # noqa: E402
from processes_test import NODE_PASSPHRASE, ROOT_PASSPHRASE, Trial, check, main, tell, with_passphrases  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = "mat khau cua moi nguoi"
SCHOOL, CLASS, YEAR = "thpt-vi-du-1", "10A1", "2025"


class School(Trial):
    VALIDATORS, ORDERERS, VAULTS = 4, 1, 3

    def __init__(self, bins, folder):
        super().__init__(bins, folder)
        self.etcd = network.Etcd(self.folder / "etcd", members=1)
        self.nodes = self.nodes[: self.VALIDATORS]
        self.clock, self.ahead, self.ended = self.folder / "clock", None, threading.Event()
        threading.Thread(target=self.tick, daemon=True).start()

    def found(self):
        self.etcd.start_all()
        with_passphrases(
            [self.bins / "stele", "--lang", "en", "init-network", self.folder, "--name", "kho", "--mode", "test",
             "--base-url", "https://stele.example", "--roots", 1, "--root-quorum", 1, "--validators", self.VALIDATORS,
             "--orderers", self.ORDERERS, "--vaults", self.VAULTS, "--port", network.free_range(300),
             "--time", "2025-08-25T00:00:00Z", *[word for url in self.etcd.urls() for word in ("--etcd", url)]],
            [ROOT_PASSPHRASE] + [NODE_PASSPHRASE] * self.VALIDATORS)
        self.at("2025-09-03T01:00:00Z")
        for n in self.nodes:
            toml = (n.folder / "node.toml").read_text(encoding="utf-8")
            toml = toml.replace("[limits]\n", "[limits]\nfree_space_floor_mb = 64\n")
            toml += '\n[test]\nclock_file = "../clock"\n'
            (n.folder / "node.toml").write_text(toml, encoding="utf-8")
        self.etcd.wait()

    def tick(self):
        """The network's clock runs as ours does, some months off: what nodes repeat, they repeat by it."""
        while not self.ended.wait(0.3):
            if self.ahead is not None:
                new = self.clock.with_suffix(".new")
                new.write_text((datetime.datetime.now(datetime.timezone.utc) + self.ahead).strftime("%Y-%m-%dT%H:%M:%SZ\n"), encoding="ascii")
                new.replace(self.clock)

    def at(self, time):
        then = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S%z")
        self.ahead = then - datetime.datetime.now(datetime.timezone.utc)
        until(self.clock.exists, 5, "the clock")
        for n in self.running():
            until(lambda n=n: n.network()["final"]["time"] >= time, 60, f"{n.name} at {time}")

    def end(self):
        self.ended.set()
        super().end()

    def as_(self, who, node, *words):
        passphrase = ROOT_PASSPHRASE if who.startswith("root") else PEOPLE
        return with_passphrases(
            [self.bins / "stele", "--lang", "en", "--yes", "--genesis", self.folder / "genesis.json", "--key",
             self.folder / "keys" / f"{who}.key", "--node", node.url, *words], [passphrase])

    def person(self, name, org, title):
        with_passphrases([self.bins / "stele", "--lang", "en", "--genesis", self.folder / "genesis.json", "key", "new", "--out", self.folder / "keys" / f"{name}.key",
                          "--org", org, "--name", f"{title} Mẫu", "--title", title], [PEOPLE])
        return self.folder / "keys" / f"{name}.key.request.json"

    def staff(self, node):
        self.as_("root-1", node, "org", "add", "so-gddt", "--kind", "department", "--name", "Sở Ví Dụ")
        self.as_("root-1", node, "policy", "publish", ROOT / "ledger/rules/data/policy-vn.json")
        officer = self.person("can-bo", "so-gddt", "Chuyên viên")
        self.as_("root-1", node, "key", "enrol", officer, "--grant", "department-officer")
        vaults = [word for v in range(self.VAULTS) for word in ("--vault", v)]
        self.as_("can-bo", node, "org", "add", SCHOOL, "--kind", "school", "--parent", "so-gddt", "--name",
                 "Trường THPT Ví Dụ", *vaults)
        for name, title, grant in (("hieu-truong", "Hiệu trưởng", "principal"), ("van-thu", "Văn thư", "school-office")):
            self.as_("can-bo", node, "key", "enrol", self.person(name, SCHOOL, title), "--grant", grant)
        for subject in ("toan", "vat-li"):
            grants = [word for term in "12" for word in (
                "--grant", f"subject-teacher:class={CLASS},subject={subject},term={term},year={YEAR}")]
            self.as_("hieu-truong", node, "key", "enrol", self.person(subject, SCHOOL, "Giáo viên"), *grants)

    def sheet(self, node, subject, term):
        path = next((self.folder / "files/diem" / CLASS).glob(f"{subject}-hk{term}.*"))
        self.as_(subject, node, "sign", "grades", path, "--class", CLASS, "--subject", subject, "--term", term, "--year",
                 YEAR, "--empty", "not-yet")

    def gauge(self, node, name):
        text = urllib.request.urlopen(node.url + "/metrics", timeout=10).read().decode()
        return float(re.search(rf"^stele_vault_{name} ([0-9.e+]+)$", text, re.M).group(1))

    def whole(self, node):
        until(lambda: self.gauge(node, "behind") == 0 and self.gauge(node, "wanting") == 0, 60,
              lambda: f"{node.name} has all: {self.gauge(node, 'behind')} behind, {self.gauge(node, 'wanting')} wanting")


def run(t):
    subprocess.run(["/usr/bin/python3", ROOT / "tests/demo/make_files.py", "--out", t.folder / "files"], check=True,
                   stdout=subprocess.DEVNULL)
    t.found()
    t.start_all()
    tell("four nodes, three of them with a vault")
    first, second, third = t.nodes[:3]
    t.staff(first)
    tell("department, school and staff are on the ledger")

    t.as_("van-thu", first, "enrol", "students", t.folder / "files/danh-sach" / f"{CLASS}.csv", "--class", CLASS, "--year",
          YEAR, "--kind", "thpt")
    for n in (first, second, third):
        t.whole(n)
    check(t.gauge(second, "adopted") + t.gauge(third, "adopted") >= 1, "the vault that was not asked got a copy")
    tell("a class is enrolled at the first node; all three vaults hold it")

    t.sheet(second, "toan", 1)
    tell("the maths teacher signs at the second node, whose vault never saw the class list handed in")

    third.process.kill()
    t.sheet(first, "vat-li", 1)
    tell("the physics teacher signs at the first, with the third dead")
    # It was asked in turn, or is asked when something is wanted.
    until(lambda: [a for a in first.get("/healthz")["alarms"] + second.get("/healthz")["alarms"]
                   if a["code"] in ("vault_unreachable", "peer_unreachable")], 30, "an alarm")

    shutil.rmtree(third.folder / "data" / "vault")
    third.start()
    third.wait()
    t.whole(third)
    adopted = t.gauge(third, "adopted")
    check(adopted >= 3, f"the class list and two sheets, at least, came from the others: {adopted}")
    tell(f"the third came back without its vault; {adopted:.0f} records' data came from the others")

    t.sheet(third, "toan", 2)
    tell("the maths teacher signs term 2 at the third node, from what it got")
    for n in (first, second):
        n.process.kill()
    for n in (first, second):
        n.start()
    for n in (first, second):
        n.wait()
    t.sheet(first, "vat-li", 2)
    for n in (first, second, third):
        t.whole(n)
    tell("two were killed and came back; term 2 of physics is signed")

    t.same_history(t.nodes)
    stopped = t.stop_all()
    check(all(status == 0 for status in stopped.values()), f"SIGTERM: {stopped}")
    records = {t.fsck(n)["records"] for n in t.nodes}
    check(len(records) == 1, records)
    pupils = (t.folder / "files/danh-sach" / f"{CLASS}.csv").read_text(encoding="utf-8", errors="replace")
    ids = set(re.findall(r"\b[0-9]{10}\b", pupils))
    check(len(ids) >= 40, f"the class has ids: {len(ids)}")
    for n in t.nodes:
        log = n.log.read_text(encoding="utf-8", errors="replace")
        check(not any(pupil in log for pupil in ids), f"{n.name}'s log names a pupil")
    tell(f"all stopped in good order with {records.pop()} records; fsck finds nothing")


if __name__ == "__main__":
    sys.exit(main(School, run, __doc__))
