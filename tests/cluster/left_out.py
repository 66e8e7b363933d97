"""Orderers that leave a record out on purpose: first the one that leads, then all of them.

They say that they have it, sign for it, and nobody gets it. The first is helped by whoever orders beside it; the second
is a signed complaint, which the true orderers behind the proxies hear from the other nodes, and take the record in hand.
"""
import json
import struct
import threading
import time
import urllib.request

import liar
import load
import network
import reference
from byzantine import Proxies
from complaints import item, record_id, word
from model import Reader
from network import until
from processes_test import NODE_PASSPHRASE, check, tell
from scene import HEALED_S

LEFT_OUT_S, COMPLAIN_S = 3, 5
HELD, FINAL = 0, 1


def items_of(body):
    """Of a request: (JWS, all of the item) each."""
    r = Reader(body)
    check(r.take(5) == b"STLI\x01", "no items")
    out = []
    for _ in range(r.number(">I")):
        begun = r.at
        jws = r.sized().decode("ascii")
        r.take(r.number(">H") * (2 + 64))
        out.append((jws, body[begun:r.at]))
    return out


def request_of(items):
    return b"STLI\x01" + struct.pack(">I", len(items)) + b"".join(whole for _, whole in items)


def fates_of(answer):
    """Does it lead; of each item the status and all of its fate."""
    r = Reader(answer)
    check(r.take(5) == b"STLO\x01", "no fates")
    leads, out = r.number(">B"), []
    for _ in range(r.number(">I")):
        begun = r.at
        status = r.number(">B")
        r.sized(">H")
        r.sized(">H")
        out.append((status, answer[begun:r.at]))
    return leads, out


class Censor:
    """What one orderer's answers become: of what is hidden it says that it has it."""

    def __init__(self, number, key, net, node):
        self.number, self.key, self.net, self.node = number, key, net, node
        self.hidden, self.leads, self.signed_for = set(), 0, 0

    def relay(self, body, forward):
        items = items_of(body)
        if all(jws not in self.hidden for jws, _ in items):
            return forward(body)
        theirs = iter(())
        kept = [x for x in items if x[0] not in self.hidden]
        if kept:
            answer = forward(request_of(kept))
            if answer is None or answer[0] != 200:
                return answer
            self.leads, fates = fates_of(answer[2])
            theirs = iter(fates)
        fates = [(HELD, b"\0" * 5) if jws in self.hidden else next(theirs) for jws, _ in items]
        has = [reference.sha(whole) for (_, whole), (status, _) in zip(items, fates) if status in (HELD, FINAL)]
        said = word(self.net, self.key, self.number, has, network.head_of(self.node)["height"], int(time.time()))
        self.signed_for += 1
        text = b"STLO\x01" + bytes([self.leads]) + struct.pack(">I", len(fates)) + b"".join(f for _, f in fates)
        return 200, [("Content-Type", "application/octet-stream")], text + b"\x01" + said


def root_of(leaf, index, count, path):
    """RFC 9162, 2.1.3.2."""
    inner, last, top = leaf, count - 1, index
    for sibling in path:
        check(last > 0, "the path is too long")
        if top & 1 or top == last:
            inner = reference.sha(b"\x01" + sibling + inner)
            while not top & 1 and top:
                top, last = top >> 1, last >> 1
        else:
            inner = reference.sha(b"\x01" + inner + sibling)
        top, last = top >> 1, last >> 1
    check(last == 0, "the path is too short")
    return inner


def read_complaint(text, net, orderers, validators):
    """Everything in it that anybody can check. `orderers`, `validators`: their keys. Height, JWS, orderers that signed."""
    r = Reader(text)
    check(r.take(5) == b"STLC\x01" and r.sized(">H").decode("ascii") == net, "no complaint of this network")
    r.take(8)
    height = r.number(">Q")
    r.take(32)
    since, at = r.number(">Q"), r.number(">Q")
    handed = r.sized()
    named = []
    for _ in range(r.number(">H")):
        said = r.take(2 + 8 + 8)
        number, word_height, word_time = struct.unpack(">HQQ", said)
        signature = r.take(64)
        count, index = r.number(">I"), r.number(">I")
        path = [r.take(32) for _ in range(r.number(">B"))]
        root = root_of(reference.leaf_hash(reference.sha(handed)), index, count, path)
        digest = reference.tagged("stele/v1/held", net.encode("ascii") + b"\0" + said + struct.pack(">I", count) + root)
        check(liar.holds(orderers[number], digest, signature), f"orderer {number} did not sign for it")
        check(word_height < height and since - 60 <= word_time <= at + 60, "a word of another time")
        named.append(number)
    key = r.take(33)
    digest = reference.tagged("stele/v1/complaint", text[:r.at])
    by = [v for v in validators if v.compressed == key]
    check(len(by) == 1 and liar.holds(by[0], digest, r.take(64)) and r.at == len(text), "its signature does not hold")
    return height, Reader(handed).sized().decode("ascii"), named


def kept(node):
    """Complaints that this node publishes."""
    files = [e["name"] for e in node.get("/v1/evidence")["evidence"] if e["name"].startswith("left-out-")]
    return [urllib.request.urlopen(f"{node.url}/v1/evidence/{f}", timeout=10).read() for f in files]


def told_of(node):
    """As an alarm, or as a line in the log if the record is on the ledger before the node comes to say so."""
    signs = ('error alarm code="left_out"', "warning was left out ")
    return [line for line in node.log.read_text(encoding="utf-8").splitlines() if any(s in line for s in signs)]


def patience(t):
    for n in t.nodes:
        toml = n.folder / "node.toml"
        text = toml.read_text(encoding="utf-8")
        toml.write_text(text.replace("[limits]\n", f"[committee]\nleft_out_s = {LEFT_OUT_S}\ncomplain_s = {COMPLAIN_S}\n\n"
                                     "[limits]\n", 1), encoding="utf-8")


class Asked:
    """One record, handed in at one node until it is final there."""

    def __init__(self, t, node, jws, within_s):
        self.jws, self.answers = jws, []
        self.load = load.Load(t.signer, t.targets([node]), 0)
        self.begun = time.monotonic()
        self.thread = threading.Thread(target=self.run, args=(within_s,), daemon=True)
        self.thread.start()

    def run(self, within_s):
        self.load.open.append(self.jws)
        self.load.finish(within_s)
        self.took = time.monotonic() - self.begun

    def end(self):
        self.thread.join()
        check(not self.load.open, "the record is not final")
        return self.load.answers


def one_leaves_out(t, censors, at):
    leader = t.nodes.index(t.leader())
    jws = t.signer.next()
    censors[leader].hidden.add(jws)
    asked = Asked(t, at, jws, HEALED_S)
    answers = asked.end()
    check(censors[leader].signed_for > 0, "whoever leads was not asked")
    check(not any(kept(n) for n in t.nodes), "somebody complained of what is on the ledger")
    tell(f"{t.nodes[leader].name}, which leads, said {censors[leader].signed_for} times that it has a record, and let nobody "
         f"have it: another orderer proposed it, final after {asked.took:.1f} s")
    return answers


def all_leave_out(t, censors, at, net, ids, orderers, validators):
    jws = t.signer.next()
    for c in censors:
        c.hidden.add(jws)
    asked = Asked(t, at, jws, 2 * HEALED_S)
    files = until(lambda: kept(at), HEALED_S, "a complaint")
    answers = asked.end()
    height, complained_of, named = read_complaint(files[0], net, orderers, validators)
    final = next(a for a in answers if a.status == "final")
    check(complained_of == jws and len(files) == 1, "a complaint of another record")
    check(len(named) >= 2, f"orderers that signed: {named}")
    check(final.height > height, f"it stood at height {final.height} already when {height} was final")
    tell(f"all orderers said that they have a record, and let nobody have it: {at.name} complained at height {height}, with "
         f"the words of {len(named)} orderers; taken in hand by the others, final at {final.height} after {asked.took:.1f} s")
    # Who hears it after the record is final need not keep it.
    of_others = until(lambda: [n for n in t.nodes if n is not at and kept(n) == files], HEALED_S, "another node keeps the complaint")
    told = told_of(at)
    check(len(told) == 1 and all(told[0].count(ids[k]) == 2 for k in named), f"not named in both languages: {told}")
    until(lambda: all(a["code"] != "left_out" for n in t.nodes for a in n.get_any("/healthz")["alarms"]), HEALED_S,
          "the alarm ends with the record on the ledger")
    tell(f"{len(of_others)} other nodes keep the same file; each node told named {', '.join(ids[k] for k in named)}; no alarm "
         "is left")
    return answers


def story(t, seed):
    proxies = Proxies(t)
    try:
        def before_the_start():
            proxies.stand_between()
            patience(t)
        t.begin(before_the_start)
        genesis = json.loads((t.folder / "genesis.json").read_text(encoding="utf-8"))
        net, ids = t.signer.net, [o["id"] for o in genesis["orderers"]]
        orderers = [liar.key_of(n.folder / "keys" / "orderer.key", NODE_PASSPHRASE) for n in t.nodes[:t.ORDERERS]]
        validators = [liar.key_of(n.folder / "keys" / "validator.key", NODE_PASSPHRASE) for n in t.nodes]
        censors = [Censor(k, key, net, t.nodes[k]) for k, key in enumerate(orderers)]
        for (_, orderer), proxy in proxies.all.items():
            proxy.censor = censors[orderer]
        clients = load.Load(t.signer, t.targets(), seed)
        clients.start()
        answers = one_leaves_out(t, censors, t.nodes[-1])
        answers += all_leave_out(t, censors, t.nodes[-2], net, ids, orderers, validators)
        clients.stop()
        check(clients.finish(HEALED_S) == 0, "some records were never decided")
        tell(f"what clients were told: {clients.told()}")
        t.judge(clients.answers + answers)
    finally:
        proxies.close()
