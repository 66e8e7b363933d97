#!/usr/bin/env python3
"""A network of four validators, three members of etcd and a follower, all of them real processes on loopback.

Records go in at a node that does not lead and at one that orders nothing; one node is killed and comes back; at the end
every node stops in good order, has the same ledger, and `stele-node fsck` finds nothing.

Usage: processes_test.py --bin FOLDER [--keep FOLDER]
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import network  # noqa: E402
from network import until  # noqa: E402

ROOT_PASSPHRASE, NODE_PASSPHRASE = "mat khau goc cua kiem thu", "mat khau nut cua kiem thu"
BEGUN = time.monotonic()


def tell(text):
    print(f"[{time.monotonic() - BEGUN:5.1f} s] {text}", flush=True)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def with_passphrases(words, passphrases):
    """Runs it with these lines on a descriptor; its output."""
    reading, writing = os.pipe()
    os.write(writing, "".join(line + "\n" for line in passphrases).encode())
    os.close(writing)
    try:
        done = subprocess.run([str(word) for word in words] + ["--passphrase-fd", str(reading)], pass_fds=(reading,),
                              capture_output=True, text=True, timeout=120, check=False)
    finally:
        os.close(reading)
    check(done.returncode == 0, f"{words[0]} exits with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


class Trial:
    VALIDATORS, ORDERERS = 4, 3
    PATIENCE_S = 30  # nothing here may need it: a record gets to whoever leads at once
    MORE_TOML = ""
    ROOTS, ROOT_KEY = 1, "root-1.key"

    def __init__(self, bins, folder):
        self.bins, self.folder = Path(bins), Path(folder)
        self.etcd = network.Etcd(self.folder / "etcd")
        self.nodes = [self.node(i) for i in range(self.VALIDATORS + 1)]
        self.follower = self.nodes[-1]
        self.signed = 0

    def node(self, i):
        keys = NODE_PASSPHRASE if i < self.VALIDATORS else None
        return network.Node(self.bins / "stele-node", self.folder / f"node-{i}", keys)

    def stele(self, *words, node=None):
        at = ["--node", node.url] if node else []
        return with_passphrases(
            [self.bins / "stele", "--lang", "en", "--yes", "--json", "--genesis", self.folder / "genesis.json", "--key",
             self.folder / "keys" / self.ROOT_KEY, *at, *words], [ROOT_PASSPHRASE])

    def found(self):
        self.etcd.start_all()
        ports = network.free_range(self.VALIDATORS + 1)
        with_passphrases(
            [self.bins / "stele", "--lang", "en", "init-network", self.folder, "--name", "thu", "--mode", "test",
             "--base-url", "https://stele.example", "--roots", 1, "--root-quorum", 1, "--validators", self.VALIDATORS,
             "--orderers", self.ORDERERS, "--followers", 1, "--port", ports,
             *[word for url in self.etcd.urls() for word in ("--etcd", url)]],
            [ROOT_PASSPHRASE] + [NODE_PASSPHRASE] * self.VALIDATORS)
        for n in self.nodes:
            toml = (n.folder / "node.toml").read_text(encoding="utf-8")
            toml = toml.replace("[limits]\n", f"[committee]\nleft_out_s = {self.PATIENCE_S}\n\n[limits]\nfree_space_floor_mb = 64\n")
            toml += self.MORE_TOML
            (n.folder / "node.toml").write_text(toml, encoding="utf-8")
        self.etcd.wait()

    def start_all(self):
        for n in self.nodes:
            n.start()
        for n in self.nodes:
            n.wait()

    def sign(self, count, node):
        """So many organisations below the first, signed now and not sent yet."""
        numbers = range(self.signed, self.signed + count)
        self.signed += count

        def one(i):
            path = self.folder / f"signed-{i}.jsonl"
            self.stele("org", "add", f"don-vi-{i}", "--kind", "office", "--parent", "goc", "--name", f"Don vi {i}",
                       "--save", path, node=node)
            return json.loads(path.read_text(encoding="utf-8").splitlines()[0])["jws"]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(one, numbers))

    def leader(self):
        """The node that leads; there is one as soon as etcd gave the lease."""
        return until(lambda: next((n for n in self.running() if n.network()["committee"]["leads"]), None), 20,
                     "an orderer leads")

    def running(self):
        return [n for n in self.nodes if n.process.running()]

    def all_have(self, size, nodes=None, within_s=30):
        nodes = nodes or self.running()
        until(lambda: all(network.head_of(n)["size"] == size for n in nodes), within_s,
              lambda: f"{size} final records everywhere: " +
              ", ".join(f"{n.name} {network.head_of(n)}" for n in nodes))

    def same_history(self, nodes):
        """The same header at every height that all of them have."""
        low = min(network.head_of(n)["height"] for n in nodes)
        for height in range(1, low + 1):
            hashes = {n.get(f"/v1/checkpoints/{height}")["hash"] for n in nodes}
            check(len(hashes) == 1, f"height {height} differs: {hashes}")
        return low

    def stop_all(self):
        running = self.running()
        statuses = network.end_all([n.process for n in running])
        return dict(zip([n.name for n in running], statuses))

    def fsck(self, n):
        done = subprocess.run([str(self.bins / "stele-node"), "fsck", "--config", str(n.folder / "node.toml"), "--json"],
                              capture_output=True, text=True, timeout=120, check=False)
        check(done.returncode == 0, f"fsck of {n.name}: {done.stdout}{done.stderr}")
        report = json.loads(done.stdout)
        check(report["clean"], f"fsck of {n.name}: {report}")
        return report

    def end(self):
        for p in [n.process for n in self.nodes] + self.etcd.processes:
            p.kill()


def expect_final(results, where):
    for r in results:
        check(r["status"] == "final", f"{where}: {r}")


def rests(nodes, seconds=4):
    """With nothing to do, processes use next to nothing: one that spins would take a core, or its share of one."""
    before = network.processor_ms([n.process for n in nodes])
    time.sleep(seconds)
    used = network.processor_ms([n.process for n in nodes]) - before
    check(used < 1000 * seconds * 0.3, f"{len(nodes)} idle nodes used {used:.0f} ms of processor in {seconds} s")
    tell(f"{len(nodes)} idle nodes use {used / seconds:.0f} ms of processor a second")


def run(t):
    t.found()
    tell("keys, genesis and etcd are there")
    t.start_all()
    tell("all nodes are ready")

    leader = t.leader()
    others = [n for n in t.nodes[:t.ORDERERS] if n is not leader]
    plain = t.nodes[t.ORDERERS]  # a validator that orders nothing
    state = plain.network()
    check(state["roles"] == ["validator"], state)
    check(t.follower.network()["roles"] == [], t.follower.network())
    check("node" not in t.follower.network(), "a follower has no name in the genesis")

    # The first record, at an orderer that does not lead: final well before that one loses its patience.
    begun = time.monotonic()
    t.stele("org", "add", "goc", "--kind", "office", "--name", "Don vi goc", node=others[0])
    took = time.monotonic() - begun
    check(took < t.PATIENCE_S, f"it took {took:.1f} s: only when the orderer that does not lead lost its patience")
    tell(f"the first record is final, at {others[0].name}, which does not lead ({leader.name} does): {took:.1f} s")
    t.all_have(1)

    jws = t.sign(6, plain)
    tell("six more are signed")
    results = t.follower.submit(jws[:2])  # which has no key at all
    expect_final(results, "at the follower")
    check(all(r["height"] <= network.head_of(t.follower)["height"] for r in results), "final is final here")
    expect_final(plain.submit(jws[2:3]), "at a validator that orders nothing")
    expect_final(others[1].submit(jws[3:4]), "at an orderer that does not lead")
    again = t.follower.submit(jws[:2])
    expect_final(again, "handed in again")
    check([r["index"] for r in again] == [r["index"] for r in results], "a record that comes again stays where it is")
    t.all_have(5)
    tell("records are final wherever they were handed in, and everywhere")

    refused = t.follower.submit([jws[4][:-6] + "AAAAAA"])[0]
    check(refused["status"] == "refused" and refused["error"]["code"] in ("bad_signature", "high_s"), refused)
    tell("a false one is refused, with the reason")

    # The one that leads dies at once, without a word.
    leader.process.kill()
    expect_final(plain.submit(jws[4:5]), "with the leader dead")
    t.all_have(6)
    tell(f"{leader.name} was killed; the others go on")
    leader.start()
    leader.wait()
    t.all_have(6)
    until(lambda: leader.network()["committee"]["may_sign"], 30, "the one that came back votes")
    expect_final(leader.submit(jws[5:6]), "at the one that came back")
    t.all_have(7)
    tell("it came back, caught up and votes")

    for n in t.nodes:
        seen = n.network()["committee"]
        check(seen["epoch"] == 0 and seen["behind"] <= 20, seen)
        check(all(p["lies"] == 0 for p in seen["peers"]), seen)
        health = n.get("/healthz")
        check(health["status"] == "ok", health)
        bad = [a for a in health["alarms"] if a["code"] not in ("peer_unreachable", "etcd_failed")]
        check(not bad, bad)
    low = t.same_history(t.nodes)
    tell(f"the same {low} headers on all five nodes")
    rests(t.nodes)

    stopped = t.stop_all()
    check(all(status == 0 for status in stopped.values()), f"SIGTERM: {stopped}")
    reports = {n.name: t.fsck(n) for n in t.nodes}
    check({r["records"] for r in reports.values()} == {7}, reports)
    tell("all stopped in good order; fsck finds nothing on any of them")


def main(trial, story, about):
    """Runs a story in a folder of its own; 77, loudly, where there is no etcd."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--keep", help="leave everything in this folder")
    o = parser.parse_args()
    if not network.etcd_is_there():
        print("NO ETCD HERE: install the package etcd-server; no network of several processes is tested")
        return 77
    with tempfile.TemporaryDirectory(prefix="stele-network-") as temporary:
        t = trial(o.bin, o.keep or temporary)
        try:
            story(t)
        except BaseException:
            for n in t.nodes:
                print(f"---- the end of {n.name}'s log\n{n.log_end(25)}", flush=True)
            raise
        finally:
            t.end()
    tell("done")
    return 0


if __name__ == "__main__":
    sys.exit(main(Trial, run, __doc__))
