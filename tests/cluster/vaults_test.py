#!/usr/bin/env python3
"""A school with three vaults, on real nodes: what is handed in at one is kept by two before it is on the ledger, and by
the third soon after; with one node dead a teacher goes on at another; a vault whose disk was lost is built anew.

All of it over TLS with authorities of the network's own, vaults with certificates on both sides: who has none, or
another authority's, gets nothing from them.

Usage: vaults_test.py --bin FOLDER [--keep FOLDER]
"""
import datetime
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import network  # noqa: E402
from authority import Authority  # noqa: E402
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

    def node(self, i):
        # What we trust ourselves must not be why nodes trust each other.
        return network.Node(self.bins / "stele-node", self.folder / f"node-{i}", NODE_PASSPHRASE, ("env", "-u", "SSL_CERT_FILE"))

    def found(self):
        self.etcd.start_all()
        self.of_nodes, self.of_vaults, self.of_others = [Authority(self.folder / "tls" / who) for who in ("nodes", "vaults", "others")]
        os.environ["SSL_CERT_FILE"] = str(self.of_nodes.file)  # for `stele` and for Python
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
            (n.folder / "node.toml").write_text(self.over_tls(n, toml), encoding="utf-8")
        self.etcd.wait()

    def over_tls(self, node, toml):
        def pem(authority):
            return 'tls_certificate = "{}"\ntls_key = "{}"\n'.format(*authority.sign(node.name))

        toml = toml.replace("[http]\n", "[http]\n" + pem(self.of_nodes))
        if "[vaults]" in toml:
            toml = re.sub(r"^\[vaults\].*\n", lambda m: m[0] + pem(self.of_vaults) + f'tls_ca = "{self.of_vaults.file}"\n', toml, flags=re.M)
        toml = re.sub(r'^((vault_)?url = ")http:', r"\1https:", toml, flags=re.M)
        return toml + f'\n[committee]\ntls_ca = "{self.of_nodes.file}"\n'

    def as_stranger(self, node):
        """Its configuration with other vaults shown a certificate of another authority, and nodes trusted by that one."""
        toml = (node.folder / "node.toml").read_text(encoding="utf-8")
        for mine, other in zip(self.of_vaults.files(node.name), self.of_others.sign(node.name)):
            toml = toml.replace(f'"{mine}"', f'"{other}"')
        return toml.replace(f'"{self.of_nodes.file}"', f'"{self.of_others.file}"')

    def asks_vault(self, node, certificate=None, scheme="https"):
        """A question that no vault signed: 401 from whoever lets us in. None: no answer at all."""
        port = re.search(r"^\[vaults\].*?^port = (\d+)", (node.folder / "node.toml").read_text(encoding="utf-8"), re.M | re.S)[1]
        context = ssl.create_default_context(cafile=self.of_vaults.file)
        if certificate:
            context.load_cert_chain(*certificate)
        try:
            with urllib.request.urlopen(f"{scheme}://127.0.0.1:{port}/v1/vault/copies", data=b"{}", timeout=20, context=context) as answer:
                return answer.status
        except urllib.error.HTTPError as e:
            return e.code
        except (OSError, http.client.HTTPException) as e:
            if isinstance(getattr(e, "reason", e), TimeoutError):
                raise  # that is no refusal
            return None

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


def guarded(t, node):
    """Links are over TLS, and the port for vaults answers vaults alone."""
    for n in t.nodes:
        check(n.url.startswith("https://"), n.url)
        until(lambda n=n: all(p["reachable"] and p["url"].startswith("https://") for p in n.network()["committee"]["peers"]), 30,
              lambda n=n: f"{n.name} reaches all: {n.network()['committee']['peers']}")
    known = t.of_vaults.sign("known")
    check(t.asks_vault(node, known) == 401, "who shows a vault's certificate is asked for a signature")
    for what, certificate, scheme in (("without a certificate", None, "https"), ("with a node's certificate", t.of_nodes.sign("other"), "https"),
                                      ("with a stranger's", t.of_others.sign("other"), "https"), ("without TLS", None, "http")):
        answer = t.asks_vault(node, certificate, scheme)
        check(answer is None, f"the port for vaults answers {what}: {answer}")
    check(t.asks_vault(node, known) == 401, "it answers still")
    tell("all links are over TLS; the port for vaults answers nobody without a vault's certificate")


def stranger(t, node):
    """Whom others' authority vouches for gets no copies; who trusts that one believes no peer."""
    toml = (node.folder / "node.toml").read_text(encoding="utf-8")
    (node.folder / "node.toml").write_text(t.as_stranger(node), encoding="utf-8")
    node.start()
    node.wait()
    until(lambda: all(p.get("error") == "http_connect_failed" for p in node.network()["committee"]["peers"]), 30,
          lambda: f"no peer is believed: {node.network()['committee']['peers']}")
    until(lambda: len([a for a in node.get("/healthz")["alarms"] if a["code"] == "vault_unreachable"]) == 2, 30,
          lambda: f"no vault answers it: {node.get('/healthz')['alarms']}")
    check(t.gauge(node, "adopted") == 0 and t.gauge(node, "behind") > 0, "no copy came")
    node.process.kill()
    (node.folder / "node.toml").write_text(toml, encoding="utf-8")
    tell(f"{node.name} came back with another authority's certificates: it got nothing")


def run(t):
    subprocess.run(["/usr/bin/python3", ROOT / "tests/demo/make_files.py", "--out", t.folder / "files"], check=True,
                   stdout=subprocess.DEVNULL)
    t.found()
    t.start_all()
    tell("four nodes, three of them with a vault")
    first, second, third = t.nodes[:3]
    t.staff(first)
    tell("department, school and staff are on the ledger")
    guarded(t, first)

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
    stranger(t, third)
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
