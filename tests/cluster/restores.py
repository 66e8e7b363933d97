"""etcd restored from an old snapshot, wiped, a member replaced, and together with validators' disks: as docs/operations.md
tells operators to do it. Clients go on handing in meanwhile."""
import base64
import datetime
import json
import os
import random
import shutil
import struct
import time
import urllib.request

import load
import scene
from network import until
from processes_test import check, tell

SPEED = 90  # of the clock while a quarter of an hour without a block is waited for
SLOWER = 10  # from then on: some may have left the new epoch, too, and then it takes another quarter of an hour
NEW_EPOCH_S = 300


def key_and_place(vote_file):
    """Whose vote file, and where its last vote stands (wire-format.md section 10)."""
    at = 7 + struct.unpack_from(">H", vote_file, 5)[0]
    return vote_file[at:at + 33], struct.unpack_from(">QQ", vote_file, at + 33 + 8)


def place_known(node, key):
    """Of the highest vote of this key that the node tells of (section 7)."""
    name = base64.urlsafe_b64encode(key).decode().rstrip("=")
    with urllib.request.urlopen(f"{node.url}/v1/votes/{name}", timeout=10) as answer:
        message = answer.read()
    if not message:
        return 0, 0
    length, = struct.unpack_from(">H", message, 5)
    lines = message[7:7 + length].decode("ascii").splitlines()
    height, epoch = lines[3].removeprefix("height "), lines[4].removeprefix("epoch ")
    return int(epoch), int(height)


class Restores:
    def __init__(self, t, seed):
        self.t, self.chance = t, random.Random(f"{seed}-restores")
        self.snapshots = []
        self.tokens = 0

    # ---- etcd

    def etcdctl(self, *words, member=0):
        done = self.t.run_tool("etcdctl", "--endpoints", self.t.etcd.url(member), "--command-timeout", "60s", *words,
                               env=os.environ | {"ETCDCTL_API": "3"})
        check(done.returncode == 0, f"etcdctl {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def snapshot(self):
        path = self.t.folder / f"snapshot-{len(self.snapshots)}.db"
        self.etcdctl("snapshot", "save", path, member=self.chance.randrange(self.t.MEMBERS))
        self.snapshots.append(path)
        return path

    def everybody(self):
        return ",".join(f"m{i}={self.t.etcd.peer_url(i)}" for i in range(self.t.MEMBERS))

    def data(self, i):
        return self.t.etcd.folder / f"m{i}"

    def stop_etcd(self):
        for p in self.t.etcd.processes:  # a disk that was lost asks nobody first
            p.kill()

    def new_cluster(self, snapshot=None):
        """Every member anew, from the same snapshot or empty, under a token that no cluster had before."""
        self.tokens += 1
        etcd = self.t.etcd
        etcd.token, etcd.state = f"stele-{self.tokens}", "new"
        for i in range(self.t.MEMBERS):
            shutil.rmtree(self.data(i))
            if snapshot:
                self.etcdctl("snapshot", "restore", snapshot, "--name", f"m{i}", "--initial-cluster", self.everybody(),
                             "--initial-cluster-token", etcd.token, "--initial-advertise-peer-urls", etcd.peer_url(i),
                             "--data-dir", self.data(i))
        etcd.start_all()
        etcd.wait()

    # ---- kinds

    def old_snapshot(self):
        """Any one that was ever taken, of an earlier epoch perhaps."""
        self.snapshot()
        self.some_records()
        self.stop_etcd()
        with self.one_dies():
            self.new_cluster(self.chance.choice(self.snapshots))
        self.new_epoch()

    def wiped(self):
        self.stop_etcd()
        with self.one_dies():
            self.new_cluster()
        self.new_epoch()

    def member_replaced(self):
        i = self.chance.randrange(self.t.MEMBERS)
        other = (i + 1) % self.t.MEMBERS
        etcd = self.t.etcd
        etcd.processes[i].kill()
        shutil.rmtree(self.data(i))
        until(lambda: self.removed(i, other), 120, f"etcd lets m{i} go")
        until(lambda: self.added(i, other), 60, f"etcd takes a new m{i}")
        etcd.state = "existing"
        etcd.start(i)
        etcd.wait()

    def tried(self, other, *words):
        """A cluster that just lost its leader, or one of its members, answers nothing for a moment, or refuses."""
        done = self.t.run_tool("etcdctl", "--endpoints", self.t.etcd.url(other), "--command-timeout", "20s", *words,
                               env=os.environ | {"ETCDCTL_API": "3"})
        return done.stdout if done.returncode == 0 else None

    def removed(self, i, other):
        listed = self.tried(other, "member", "list")
        old = [line.split(",")[0] for line in (listed or "").splitlines() if self.t.etcd.peer_url(i) in line]
        return listed is not None and (not old or self.tried(other, "member", "remove", old[0]) is not None)

    def added(self, i, other):
        listed = self.tried(other, "member", "list")
        if listed and self.t.etcd.peer_url(i) in listed:  # an earlier try, of which no answer came
            return True
        return self.tried(other, "member", "add", f"m{i}", "--peer-urls", self.t.etcd.peer_url(i)) is not None

    def with_disks(self):
        """etcd and three validators' databases, all as they were at an earlier time; their vote files were not restored."""
        picked = self.chance.sample(self.t.nodes, 3)
        snapshot = self.snapshot()
        for n in picked:  # one at a time, as backups are made
            n.process.ask_to_end()
            check(n.process.end() == 0, f"{n.name} ends in good order")
            shutil.rmtree(n.folder / "backup", ignore_errors=True)
            shutil.copytree(n.folder / "data", n.folder / "backup")
            n.start()
            n.wait()
        self.some_records()
        self.stop_etcd()
        for n in picked:
            n.process.kill()
            shutil.rmtree(n.folder / "data")
            shutil.copytree(n.folder / "backup", n.folder / "data")
            self.checked(n)
        self.new_cluster(snapshot)
        for n in picked:
            n.start()
        for n in picked:
            n.wait()
        self.new_epoch()

    def whole_disks(self):
        """With etcd, all that a validator has, the vote file too: what must never be done. Its key is dead, and the network
        goes on without it. (With two of them the others are just a quorum, and epochs begin in vain: open-points.md.)"""
        picked = self.chance.sample(self.t.nodes, 1)
        self.bring_back(picked)
        self.new_epoch()
        return picked

    def bring_back(self, picked):
        """etcd and the whole disks of these, as they were at one earlier time, until each of their keys knows that it is
        dead."""
        snapshot = self.snapshot()
        backup = self.t.folder / "whole"
        for n in picked:
            n.process.ask_to_end()
            check(n.process.end() == 0, f"{n.name} ends in good order")
            for part in ("data", "vote"):
                shutil.copytree(n.folder / part, backup / n.name / part)
            n.start()
            n.wait()
        for n in picked:  # a key dies of votes that its file lacks: there must be some
            until(lambda n=n: n.network()["committee"]["may_sign"], scene.HEALED_S, f"{n.name} votes")
        self.some_records()
        for n in picked:  # votes on what was final already are not kept by anybody: of a slow node they might all be such
            key, place = key_and_place((backup / n.name / "vote" / "vote").read_bytes())
            until(lambda n=n, key=key, place=place: all(place_known(o, key) > place for o in self.t.nodes if o not in picked),
                  scene.HEALED_S, f"all others know a vote of {n.name} since the backup")
        self.stop_etcd()
        for n in picked:
            n.process.kill()
            for part in ("data", "vote"):
                shutil.rmtree(n.folder / part)
                shutil.copytree(backup / n.name / part, n.folder / part)
        self.new_cluster(snapshot)
        for n in picked:
            n.start()
        for n in picked:
            n.wait()
        until(lambda: all(n.network()["committee"]["key_dead"] for n in picked), scene.HEALED_S,
              lambda: f"the keys of {[n.name for n in picked]} are dead: {self.t.heads()}")

    def checked(self, n):
        """As operators are told to after a restore. A block that was not certified yet when the backup was made is mended."""
        done = self.t.run_tool(self.t.bins / "stele-node", "fsck", "--config", n.folder / "node.toml", "--json")
        found = json.loads(done.stdout)["findings"]
        check(all(f["code"] == "head_behind" for f in found) and len(found) <= 1, f"fsck of {n.name}: {found}")

    KINDS = {"old_snapshot": old_snapshot, "wiped": wiped, "member_replaced": member_replaced, "with_disks": with_disks}

    # ---- around them

    def one_dies(self):
        """Half of the time a node dies while etcd is away, and comes back with it."""
        restores = self

        class Dying:
            def __enter__(self):
                self.node = restores.chance.choice(restores.t.nodes) if restores.chance.random() < 0.5 else None
                if self.node:
                    self.node.process.kill()

            def __exit__(self, *_):
                if self.node:
                    self.node.start()
                    self.node.wait()
        return Dying()

    def some_records(self):
        for _ in range(self.chance.randrange(2, 6)):
            self.t.goes_on(self.t.nodes, scene.HEALED_S, "between backup and restore")

    def epoch(self):
        states = [n.get_any("/v1/network", 3) or {} for n in self.t.nodes]
        return sorted(s.get("committee", {}).get("epoch", 0) for s in states)

    def new_epoch(self):
        """The restored etcd lacks what the next slot needs: after a quarter of an hour the validators begin an epoch."""
        before = self.epoch()[-1]
        self.t.clock.speed = SPEED
        try:
            until(lambda: self.epoch()[0] > before, NEW_EPOCH_S, lambda: f"an epoch after {before}: {self.t.heads()}")
        finally:
            self.t.clock.speed = SLOWER

    def run(self, kind):
        begun = time.monotonic()
        out = kind(self)
        took = self.t.goes_on(self.t.nodes, NEW_EPOCH_S, f"after {kind.__name__}")
        self.t.clock.speed = 1.0
        found = self.t.evidence()
        check(not found, f"after {kind.__name__}: {found}")
        self.t.same_head()
        tell(f"{kind.__name__}: epoch {self.epoch()[0]}, final again after {took:.1f} s; {time.monotonic() - begun:.1f} s in all")
        return out


def story(t, times, seed, kinds, minutes):
    t.watch_votes()
    t.begin()
    end = time.monotonic() + 60 * minutes
    r = Restores(t, seed)
    r.snapshot()
    clients = load.Load(t.signer, t.targets(), seed, clients=3, pause_s=0.5)
    clients.start()
    tally = {}
    try:
        for _ in range(times):
            for name in kinds or r.KINDS:
                if time.monotonic() > end:
                    break  # the tally says how many there were
                r.run(r.KINDS[name])
                tally[name] = tally.get(name, 0) + 1
        dead = r.run(Restores.whole_disks)  # once, at the end: the key stays dead
    finally:
        clients.stop()
        clients.write(t.folder / "history.json")
    tell(f"restores: {tally}; what clients heard: {clients.told()}")
    left = clients.finish(scene.HEALED_S * 2)
    check(left == 0, f"{left} records are not decided, though all is well")
    t.judge(clients.answers, dead)


def three_disks(t, seed):
    """etcd and the whole disks of three of seven, vote files too: too few keys are left for a quorum, and only a recovery,
    by the roots and with its week, lets the network go on."""
    t.ROOTS, t.ROOT_KEY = 2, "root-2.key"  # the clients' signer takes the first one's place
    t.watch_votes()
    t.begin()
    r = Restores(t, seed)
    clients = load.Load(t.signer, t.targets(), seed, clients=2, pause_s=0.5)
    clients.start()
    try:
        r.some_records()
        picked = sorted(r.chance.sample(t.nodes, 3), key=t.nodes.index)
        left = [n for n in t.nodes if n not in picked]
        r.bring_back(picked)
        tell(f"{[n.name for n in picked]} and etcd came back from backups; their keys are dead")
        before = {n.name: n.network()["final"]["height"] for n in left}
        t.probe([t.signer.next()], left)
        time.sleep(10)
        check(before == {n.name: n.network()["final"]["height"] for n in left}, "without a quorum nothing becomes final")

        file = t.folder / "khoi-phuc.json"
        kept = ",".join(f"validator-{t.nodes.index(n)}" for n in left)
        asked = [word for n in left[1:] for word in ("--ask", n.url)]
        drafted = json.loads(t.stele("recovery", "draft", "--out", file, "--keep", kept, *asked, node=left[0]))
        check(drafted["set"] == kept.split(","), drafted)
        check(json.loads(t.stele("recovery", "sign", file))["missing"] == 0, "signed")
        t.stele("recovery", "publish", file, node=left[0])
        tell(f"a recovery from block {drafted['height']} on is published, in force from {drafted['in_force_from']}")
        t.clock.value += datetime.timedelta(days=8)
        took = t.goes_on(left, NEW_EPOCH_S, "after the recovery")
        tell(f"its week is over: final again after {took:.1f} s, by four validators")
    finally:
        clients.stop()
        clients.write(t.folder / "history.json")
    undecided = clients.finish(scene.HEALED_S * 2)
    check(undecided == 0, f"{undecided} records are not decided, though all is well")
    t.judge(clients.answers, picked)
