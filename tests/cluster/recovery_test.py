#!/usr/bin/env python3
"""A network of four validators changes its set by a record, then loses two of them for good, and is recovered.

With two of four the quorum is out of reach and nothing becomes final. A root drafts, signs and publishes a recovery; its
week passes (on the test network's clock, which this test sets); the two that are left go on from the highest certified
block, with everything that was final, and a follower and a validator that left follow them.

Usage: recovery_test.py --bin FOLDER [--keep FOLDER]
"""
import datetime
import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import processes_test as processes  # noqa: E402
from network import head_of, until  # noqa: E402
from processes_test import check, expect_final, tell  # noqa: E402

DAY_S = 86_400


class Clock:
    """The test network's clock: it goes as ours does, and can be set on."""

    def __init__(self, path):
        self.path, self.ahead_s, self.stopping = path, 0, threading.Event()
        self.write()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def write(self):
        now = datetime.datetime.fromtimestamp(time.time() + self.ahead_s, datetime.timezone.utc)
        aside = self.path.with_suffix(".new")
        aside.write_text(now.strftime("%Y-%m-%dT%H:%M:%SZ\n"), encoding="ascii")
        aside.replace(self.path)

    def run(self):
        while not self.stopping.wait(0.2):
            self.write()

    def end(self):
        self.stopping.set()
        self.thread.join()


class Trial(processes.Trial):
    VALIDATORS, ORDERERS = 4, 2
    MORE_TOML = '\n[test]\nclock_file = "../clock"\n'

    def found(self):
        self.clock = Clock(self.folder / "clock")
        super().found()

    def end(self):
        super().end()
        self.clock.end()

    def public_key(self, i):
        done = self.stele("key", "show", self.folder / f"node-{i}" / "keys" / "validator.key")
        return json.loads(done)["key"]

    def changes(self, node):
        return node.get("/v1/checkpoint").get("changes", [])


def run(t):
    t.found()
    t.start_all()
    first, second, third, fourth = t.nodes[:4]
    t.stele("org", "add", "goc", "--kind", "office", "--name", "Don vi goc", node=first)
    jws = t.sign(5, first)
    expect_final(first.submit(jws[:1]), "with all four")
    tell("four validators, two records")

    # A change of the set by a record: the same four, in another order.
    file = t.folder / "nhom.json"
    members = [{"id": f"validator-{i}", "org": "goc", "key": t.public_key(i)} for i in (1, 0, 3, 2)]
    file.write_text(json.dumps({"set": members}), encoding="utf-8")
    t.stele("validators", "publish", file, node=first)
    expect_final(first.submit(jws[1:2]), "behind the change")
    until(lambda: [list(c) for c in t.changes(first)] and "set" in t.changes(first)[-1], 60, "the new set signs")
    t.all_have(4)
    tell("the set was changed by a record")

    for n in (third, fourth):
        n.process.kill()
    first.submit(jws[2:3], wait="none")
    before = head_of(first)
    time.sleep(8)
    check(head_of(first)["size"] == before["size"], "without a quorum nothing becomes final")
    tell("two of four are gone: nothing becomes final any more")

    recovery = t.folder / "khoi-phuc.json"
    drafted = json.loads(t.stele("recovery", "draft", "--out", recovery, "--keep", "validator-1,validator-0", "--ask", second.url,
                                 node=first))
    check(drafted["set"] == ["validator-1", "validator-0"] and drafted["missing"] == 1, drafted)
    check(json.loads(t.stele("recovery", "sign", recovery))["missing"] == 0, "signed")
    sent = json.loads(t.stele("recovery", "publish", recovery, node=second))
    check(sent["taken_by"] == [second.url], sent)
    tell(f"a recovery from block {drafted['height']} on is published, in force from {sent['in_force_from']}")
    time.sleep(5)
    check(head_of(first)["size"] == before["size"], "not before its week is over")

    t.clock.ahead_s += 8 * DAY_S
    until(lambda: t.changes(first) and "recovery" in t.changes(first)[-1], 90, "the recovery begins")
    tell("its week is over: two validators go on")
    expect_final(second.submit(jws[2:4]), "after the recovery")
    t.all_have(6, [first, second, t.follower])
    tell("records are final again, at the follower too")

    # One that left the set comes back: it follows, and nothing that was final is lost.
    third.start()
    third.wait()
    t.all_have(6, [first, second, third, t.follower], within_s=60)
    expect_final(third.submit(jws[4:5]), "at one that left the set")
    t.all_have(7, [first, second, third, t.follower])
    low = t.same_history([first, second, third, t.follower])
    tell(f"a validator that left follows; the same {low} headers everywhere")

    stopped = t.stop_all()
    check(all(status == 0 for status in stopped.values()), f"SIGTERM: {stopped}")
    for n in (first, second, third, t.follower):
        t.fsck(n)
    tell("fsck finds nothing")


if __name__ == "__main__":
    sys.exit(processes.main(Trial, run, __doc__))
