"""A network of several nodes and three members of etcd for the stories of faults: each process in a network namespace of
its own, or all on loopback."""
import contextlib
import datetime
import hashlib
import re
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import load  # noqa: E402
import model  # noqa: E402
import netns  # noqa: E402
import network  # noqa: E402
import votes  # noqa: E402
from network import until  # noqa: E402
from processes_test import NODE_PASSPHRASE, ROOT_PASSPHRASE, Trial, check, tell, with_passphrases  # noqa: E402

PORT, CLIENT_PORT, PEER_PORT = 7000, 2379, 2380
HEALED_S = 90  # once all is healed a record must be final within this time, on a busy machine too


class FieldEtcd(network.Etcd):
    """Its members stand in namespaces `m0`, `m1`, …"""

    def __init__(self, folder, field, members=3):
        super().__init__(folder, members, ports=[0] * (2 * members))
        self.field = field
        for i, p in enumerate(self.processes):
            p.through = field.through(f"m{i}")

    def url(self, i):
        return f"http://{self.field.address(f'm{i}')}:{CLIENT_PORT}"

    def peer_url(self, i):
        return f"http://{self.field.address(f'm{i}')}:{PEER_PORT}"


class Clock:
    """Of a test network: runs as ours does, and faster when told to, so that nobody waits for quarters of an hour."""

    def __init__(self, path):
        self.path, self.speed = path, 1.0
        self.value = datetime.datetime.now(datetime.timezone.utc)
        self.ended = threading.Event()
        self.write()
        threading.Thread(target=self.run, daemon=True).start()

    def write(self):
        new = self.path.with_suffix(".new")
        new.write_text(self.value.strftime("%Y-%m-%dT%H:%M:%SZ\n"), encoding="ascii")
        new.replace(self.path)

    def run(self):
        last = time.monotonic()
        while not self.ended.wait(0.2):
            now = time.monotonic()
            self.value += datetime.timedelta(seconds=(now - last) * self.speed)
            last = now
            self.write()


class Scene(Trial):
    VALIDATORS, ORDERERS, MEMBERS = 7, 3, 3

    def __init__(self, bins, folder, namespaces=True, clock=False):
        self.bins, self.folder = Path(bins).resolve(), Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.field = self.clock = self.votes = None
        self.signer = load.Signer()
        self.places = [f"n{i}" for i in range(self.VALIDATORS)]
        members = [f"m{i}" for i in range(self.MEMBERS)]
        if namespaces:
            self.field = netns.Field(self.places + members)
            self.etcd = FieldEtcd(self.folder / "etcd", self.field, self.MEMBERS)
        else:
            self.etcd = network.Etcd(self.folder / "etcd", self.MEMBERS)
        self.nodes = [network.Node(self.bins / "stele-node", self.folder / f"node-{i}", NODE_PASSPHRASE,
                                   self.field.through(f"n{i}") if self.field else ()) for i in range(self.VALIDATORS)]
        if clock:
            self.clock = Clock(self.folder / "clock")

    def place(self, node):
        return self.places[self.nodes.index(node)]

    def found(self):
        if self.field:
            self.field.open()
        self.etcd.start_all()
        ports = network.free_range(self.VALIDATORS)
        with_passphrases(
            [self.bins / "stele", "--lang", "en", "init-network", self.folder, "--name", "loi", "--mode", "test",
             "--base-url", "https://stele.example", "--roots", self.ROOTS, "--root-quorum", 1, "--validators", self.VALIDATORS,
             "--orderers", self.ORDERERS, "--port", ports,
             *[word for url in self.etcd.urls() for word in ("--etcd", url)]],
            [ROOT_PASSPHRASE] * self.ROOTS + [NODE_PASSPHRASE] * self.VALIDATORS)
        self.signer.become_root(self.folder / "genesis.json")
        for i, n in enumerate(self.nodes):
            toml = (n.folder / "node.toml").read_text(encoding="utf-8")
            toml = toml.replace("[limits]\n", "[limits]\nfree_space_floor_mb = 64\n")
            if self.field:
                for k, place in enumerate(self.places):
                    toml = toml.replace(f'"http://127.0.0.1:{ports + k}"', f'"http://{self.field.address(place)}:{PORT}"')
                toml = re.sub(r'address = "127.0.0.1"\nport = \d+', f'address = "{self.field.address(self.places[i])}"\n'
                              f"port = {PORT}", toml, count=1)
            if self.clock:
                toml += '\n[test]\nclock_file = "../clock"\n'
            (n.folder / "node.toml").write_text(toml, encoding="utf-8")
        self.etcd.wait()

    def watch_votes(self):
        """From now on, until `judge` says what was seen."""
        self.votes = votes.Watcher(self.nodes)

    def begin(self, before_the_start=lambda: None):
        """Keys, processes, and the first record on the ledger."""
        self.found()
        before_the_start()
        self.start_all()
        self.signer.learn(self.nodes[0])
        until(lambda: self.probe([self.signer.first()], self.nodes), HEALED_S, "the first record is final")
        tell(f"{self.VALIDATORS} nodes and {self.MEMBERS} members of etcd run; the first record is final")

    def targets(self, nodes=None):
        out = []
        for n in nodes or self.nodes:
            address, _, port = n.url.removeprefix("http://").rpartition(":")
            out.append((n.name, address, int(port)))
        return out

    def probe(self, records, nodes):
        """Do they become final, handed in at each of these in turn?"""
        for _, address, port in self.targets(nodes):
            results = load.post(address, port, records, 10)
            if results and all(r["status"] == "final" for r in results):
                return True
        return False

    def goes_on(self, nodes, within_s, what):
        """A new record becomes final, so that the network goes on; how long that took."""
        begun = time.monotonic()
        jws = self.signer.next()
        until(lambda: self.probe([jws], nodes), within_s, lambda: f"a record is final ({what}); heads: {self.heads()}")
        return time.monotonic() - begun

    def heads(self):
        def of(n):
            state = n.get_any("/v1/network", 3) if n.process.running() else None
            if not state or "committee" not in state:
                return "?"
            c = state["committee"]
            return f"{state['height']}/{state['final']['height']} e{c['epoch']}" + ("" if c["may_sign"] else " mute") + (
                " dead" if c["key_dead"] else "") + (" leads" if c["leads"] else "")
        return {n.name: of(n) for n in self.nodes}

    # ---- at the end

    def same_head(self, within_s=HEALED_S):
        def same():
            states = [n.get_any("/v1/network") for n in self.nodes]
            return all(states) and len({s["final"]["hash"] for s in states if "final" in s}) == 1
        until(same, within_s, lambda: f"all nodes have one final head: {self.heads()}")

    def ledger(self, node):
        """From height 1 to the final head: (digest, ids of records) of each block."""
        final, out = network.head_of(node)["height"], []
        while len(out) < final:
            with urllib.request.urlopen(f"{node.url}/v1/blocks?from={len(out) + 1}&to={final}", timeout=60) as answer:
                blocks = model.blocks_of(answer.read())
            check(blocks, f"{node.name} gives no block {len(out) + 1}")
            for b in blocks:
                height, _, records = model.records_of(b)
                check(height == len(out) + 1, f"{node.name}: height {height} in place of {len(out) + 1}")
                out.append((hashlib.sha256(b).hexdigest()[:16], [load.id_of(r) for r in records]))
        return out[:final]

    def evidence(self, kinds=("double-vote", "ordered-twice")):
        return [str(f) for n in self.nodes for f in (n.folder / "data" / "evidence").glob("*")
                if f.name.startswith(kinds)]

    def judge_votes(self, heights):
        found = self.votes.end()
        check(not found, f"{len(found)} faults of the votes, the first: " + "\n".join(found[:10]))
        keys, places = self.votes.seen.extent()
        check(keys == self.VALIDATORS, f"votes of {keys} keys were seen, not of all {self.VALIDATORS}")
        check(places >= heights / 2, f"votes were seen in {places} places only, and there are {heights} heights")
        tell(self.votes.seen.told())

    def judge(self, answers, expect_dead=(), liars=()):
        """All that was told, against all ledgers; votes, evidence, lies, and fsck of every node. Ends the nodes.
        `liars`: URLs of peers that lied, so that they may be accused, and nobody else."""
        self.same_head()
        with ThreadPoolExecutor(2) as pool:
            ledgers = dict(zip([n.name for n in self.nodes], pool.map(self.ledger, self.nodes)))
        found = model.faults(answers, ledgers)
        check(not found, f"{len(found)} faults of the history, the first: " + "\n".join(found[:10]))
        if self.votes:
            self.judge_votes(len(next(iter(ledgers.values()))))
        found = self.evidence(("double-vote",) if liars else ("double-vote", "ordered-twice"))
        check(not found, f"evidence: {found}")
        for n in self.nodes:
            c = n.network()["committee"]
            check(all(p["lies"] == 0 or p["url"] in liars for p in c["peers"]), f"{n.name}: {c}")
            check(c["key_dead"] == (n in expect_dead), f"{n.name}: {c}")
        stopped = self.stop_all()
        check(all(status == 0 for status in stopped.values()), f"SIGTERM: {stopped}")
        with ThreadPoolExecutor(2) as pool:
            counts = {r["records"] for r in pool.map(self.fsck, self.nodes)}
        check(len(counts) == 1, f"fsck counts differ: {counts}")
        heights = len(next(iter(ledgers.values())))
        tell(f"{len(answers)} answers agree with all {len(ledgers)} ledgers: {counts.pop()} records, {heights} heights; "
             "fsck is clean everywhere, no evidence of double votes")

    def end(self):
        with contextlib.suppress(AttributeError):
            self.clock.ended.set()
        with contextlib.suppress(AttributeError):
            self.votes.ending.set()
        try:
            super().end()
        finally:
            if self.field:
                self.field.close()

    def run_tool(self, *words, **kept):
        return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, check=False, **kept)
