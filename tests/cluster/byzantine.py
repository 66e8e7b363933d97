"""An orderer that lies: what it tells the others is dropped, repeated, in another order, forged, and of two kinds."""
import json
import re
import time

import liar
import load
import model
import network
import reference
from network import until
from processes_test import NODE_PASSPHRASE, check, tell
from scene import HEALED_S

ALARM_S = 60


class Proxies:
    """One for each pair of a node and an orderer; the nodes' configurations name them before the nodes start."""

    def __init__(self, t):
        self.t, self.all = t, {}

    def stand_between(self):
        t = self.t
        real = [int(re.search(r'address = "127\.0\.0\.1"\nport = (\d+)', self.toml(n).read_text(encoding="utf-8")).group(1))
                for n in t.nodes]
        ports = iter(range(first := network.free_range(len(t.nodes) * t.ORDERERS), first + len(t.nodes) * t.ORDERERS))
        for viewer, n in enumerate(t.nodes):
            text = self.toml(n).read_text(encoding="utf-8")
            for orderer in range(t.ORDERERS):
                if orderer == viewer:
                    continue
                port = next(ports)
                self.all[viewer, orderer] = liar.Proxy(port, real[orderer], viewer)
                check(f'"http://127.0.0.1:{real[orderer]}"' in text, f"{n.name} does not name {t.nodes[orderer].name}")
                text = text.replace(f'"http://127.0.0.1:{real[orderer]}"', f'"http://127.0.0.1:{port}"')
            self.toml(n).write_text(text, encoding="utf-8")

    @staticmethod
    def toml(node):
        return node.folder / "node.toml"

    def let_lie(self, orderer, who):
        for (_, o), proxy in self.all.items():
            proxy.liar = who if o == orderer else None

    def urls_of(self, orderer):
        return {proxy.url for (_, o), proxy in self.all.items() if o == orderer}

    def close(self):
        for proxy in self.all.values():
            proxy.close()


def two_blocks(path, key, number):
    """Evidence that anybody can check: two blocks for one slot, both signed by this orderer."""
    r = model.Reader(path.read_bytes())
    blocks = [r.sized(), r.sized()]
    check(r.at == len(r.data) and blocks[0] != blocks[1], f"{path}: not two blocks")
    slots = set()
    for b in blocks:
        head, orderer, _ = liar.parts_of_block(b)
        check(orderer == number, f"{path}: of orderer {orderer}")
        check(liar.holds(key, reference.block_digest(reference.sha(b[:-64])), b[-64:]), f"{path}: a signature does not hold")
        s = model.Reader(head)
        s.take(5)
        s.sized(">H")
        s.take(4)
        slots.add(s.take(20))
    check(len(slots) == 1, f"{path}: blocks of two slots")


def alarms_of(node):
    return (node.get_any("/healthz") or {}).get("alarms", [])


def story(t, seed, seconds):
    proxies = Proxies(t)
    try:
        t.watch_votes()  # at the nodes themselves, not through the proxies
        t.begin(proxies.stand_between)
        culprit = t.nodes.index(t.leader())
        key = liar.key_of(t.nodes[culprit].folder / "keys" / "orderer.key", NODE_PASSPHRASE)
        name = json.loads((t.folder / "genesis.json").read_text(encoding="utf-8"))["orderers"][culprit]["id"]
        who = liar.Liar(culprit, key, seed)
        honest = [n for n in t.nodes if n is not t.nodes[culprit]]
        clients = load.Load(t.signer, t.targets(honest), seed)
        clients.start()
        tell(f"{t.nodes[culprit].name} leads, and its orderer {name} lies from now on")
        proxies.let_lie(culprit, who)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(20)
            tell(f"{sum(a.status == 'final' for a in clients.answers)} final; told by the liar: {who.told}")
        check(all(who.told.values()), f"not every lie was told: {who.told}")
        until(lambda: any(a["code"] == "ordered_twice" for n in honest for a in alarms_of(n)), ALARM_S,
              "an alarm about the orderer that signed twice")
        took = t.goes_on(honest, HEALED_S, "while it lies")
        tell(f"a record becomes final while it lies: {took:.1f} s")
        alarms = [(n.name, a) for n in honest for a in alarms_of(n) if a["code"] in ("ordered_twice", "peer_lies")]
        for where, a in alarms:
            if a["code"] == "ordered_twice":
                check(name in a["en"] and name in a["vi"], f"{where} does not name {name}: {a}")
        tell(f"{len({w for w, a in alarms if a['code'] == 'ordered_twice'})} of {len(honest)} nodes name {name} in an alarm; "
             f"{len({w for w, a in alarms if a['code'] == 'peer_lies'})} say that a peer lies")
        proxies.let_lie(culprit, None)
        clients.stop()
        check(clients.finish(HEALED_S) == 0, "some records were never decided")
        tell(f"what clients were told: {clients.told()}")
        found = [f for n in t.nodes for f in (n.folder / "data" / "evidence").glob("ordered-twice-*")]
        check(found, "no evidence is kept")
        for f in found:
            two_blocks(f, key, culprit)
        tell(f"{len(found)} files of evidence, each of two blocks for one slot with two signatures that hold")
        t.judge(clients.answers, liars=proxies.urls_of(culprit))
    finally:
        proxies.close()
