"""Clients that hand in records without a pause and note what they were told.

Their records are `org` records, signed here and in one go by a root key of the test's own: `stele` would derive a key
from the passphrase for each of them.
"""
import base64
import dataclasses
import http.client
import json
import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vectors"))
import reference  # noqa: E402
from model import Answer  # noqa: E402

FIRST = "goc"  # the organisation that all others stand below
ANSWER_S = 8  # a client waits so long and then asks elsewhere


def id_of(jws):
    return reference.b64u(reference.sha(jws.rsplit(".", 1)[0].encode("ascii")))


class Signer:
    """The network's only root."""

    def __init__(self):
        self.key = reference.PrivateKey(1)
        self.net = self.after = None
        self.count = 0

    def become_root(self, genesis):
        """Before any node has read that file."""
        text = genesis.read_text(encoding="utf-8")
        old = json.loads(text)["roots"][0]["key"]
        genesis.write_text(text.replace(old, reference.b64u(self.key.compressed)), encoding="utf-8")

    def learn(self, node):
        self.net = node.network()["net"]
        self.after = node.get("/v1/checkpoint")["hash"]

    def org(self, name, parent=FIRST, title="Don vi"):
        payload = {"v": 1, "net": self.net, "after": self.after, "org": name, "kind": "office"}
        payload |= ({"parent": parent} if parent else {}) | {"name": title, "vaults": []}
        return reference.sign_jws(self.key, reference.header_of(self.key, "org"), {"stele": payload})

    def first(self):
        return self.org(FIRST, None)

    def name(self):
        self.count += 1
        return f"dv-{self.count // 1000:03d}-{self.count % 1000:03d}"

    def next(self):
        return self.org(self.name())

    def rivals(self):
        """Two records of which at most one can ever stand on the ledger."""
        name = self.name()
        return [self.org(name, title="Mot"), self.org(name, title="Hai")]

    def forged(self):
        head, _ = self.next().rsplit(".", 1)
        return head + "." + base64.urlsafe_b64encode(bytes([7]) * 64).decode().rstrip("=")


def post(address, port, records, timeout, wait="final"):
    """The node's results; None: no answer, so that nothing is known."""
    body = json.dumps({"records": [{"jws": jws} for jws in records]})
    link = http.client.HTTPConnection(address, port, timeout=timeout)
    try:
        link.request("POST", f"/v1/records?wait={wait}", body, {"Content-Type": "application/json"})
        answer = link.getresponse()
        text = answer.read()
        return json.loads(text)["results"] if answer.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        link.close()


class Load:
    """`targets`: (name, address, port) of each node."""

    def __init__(self, signer, targets, seed, clients=5, pause_s=0.5):
        self.signer, self.targets = signer, targets
        self.clients, self.pause_s = clients, pause_s
        self.seed = seed
        self.mutex = threading.Lock()
        self.answers = []
        self.open = []  # of which nobody knows yet: handed in again, here or elsewhere
        self.stopping = threading.Event()
        self.threads = []

    def start(self):
        self.threads = [threading.Thread(target=self.run, args=(random.Random(f"{self.seed}-client-{i}"),),
                                         daemon=True)  # a story that fails ends
                        for i in range(self.clients)]
        for t in self.threads:
            t.start()

    def stop(self):
        self.stopping.set()
        for t in self.threads:
            t.join()

    def run(self, chance):
        while not self.stopping.wait(chance.random() * 2 * self.pause_s):
            with self.mutex:
                batch = [self.open.pop(0) for _ in range(min(len(self.open), 3))] if chance.random() < 0.5 else []
                if not batch:
                    batch = self.fresh(chance)
            # Rivals go in at two nodes, so that they meet.
            for jws in [batch] if chance.random() < 0.5 else [[one] for one in batch]:
                self.hand_in(jws, chance.choice(self.targets))

    def fresh(self, chance):
        kind = chance.random()
        if kind < 0.05:
            return [self.signer.forged()]
        if kind < 0.15:
            return self.signer.rivals()
        return [self.signer.next() for _ in range(chance.randrange(1, 4))]

    def hand_in(self, batch, target, timeout=ANSWER_S):
        name, address, port = target
        called = time.monotonic()
        results = post(address, port, batch, timeout)
        returned = time.monotonic()
        with self.mutex:
            for i, jws in enumerate(batch):
                r = results[i] if results else {"status": "unknown"}
                a = Answer(id_of(jws), name, called, returned if results else None, r["status"], r.get("index"),
                           r.get("height"), (r.get("error") or {}).get("code", ""))
                self.answers.append(a)
                if a.status not in ("final", "refused"):
                    self.open.append(jws)
        return results

    def finish(self, patience_s):
        """All that is still open, until each is decided. How many are not."""
        end = time.monotonic() + patience_s
        at = 0
        while self.open and time.monotonic() < end:
            with self.mutex:
                batch, self.open = self.open[:100], self.open[100:]
            self.hand_in(batch, self.targets[at % len(self.targets)], 35)
            at += 1
        return len(self.open)

    def write(self, path):
        path.write_text(json.dumps([dataclasses.asdict(a) for a in self.answers], indent=0), encoding="utf-8")

    def told(self):
        out = {}
        for a in self.answers:
            out[a.status] = out.get(a.status, 0) + 1
        return out
