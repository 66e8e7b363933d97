"""Rounds of faults under load. Each round breaks something, sees what must go on meanwhile, heals, and sees that a record
becomes final again. What happens when is drawn from the seed, round by round; only who leads is found out."""
import os
import random
import signal
import time

import load
import scene
from network import until
from processes_test import check, tell

LEASE_S = 5
START_S = 300  # a start reads the whole ledger again, and several may start at once
LEADERS_ROUNDS_MIN = 3  # one or two in which the old leader noticed in time are bad luck
GOES_ON_S = 75  # with what is tolerated broken; a lease, time-outs of etcd and a courier's patience are within it


class Rounds:
    def __init__(self, t, seed, kinds=None):
        self.t, self.seed = t, seed
        self.kinds = [(k, w) for k, w in self.KINDS if not kinds or k.__name__ in kinds]
        self.stopped = []  # processes under SIGSTOP
        self.killed = []  # what starts them again
        self.tally = {}

    # ---- what breaks, and how it heals

    def process(self, place):
        t = self.t
        return t.nodes[int(place[1:])].process if place[0] == "n" else t.etcd.processes[int(place[1:])]

    def kill(self, place):
        self.process(place).kill()
        self.killed.append(place)

    def freeze(self, place):
        pid = self.process(place).pid()
        os.kill(pid, signal.SIGSTOP)
        self.stopped.append((place, pid))

    def thaw(self):
        for _, pid in self.stopped:
            os.kill(pid, signal.SIGCONT)
        self.stopped = []

    def heal(self):
        self.t.field.heal()
        self.thaw()
        members = [int(p[1:]) for p in self.killed if p[0] == "m"]
        nodes = [self.t.nodes[int(p[1:])] for p in self.killed if p[0] == "n"]
        for i in members:
            self.t.etcd.start(i)
        for n in nodes:
            n.start()
        for n in nodes:
            n.wait(START_S)
        self.killed = []

    # ---- who is who

    def leader(self):
        return self.t.place(self.t.leader())

    def others(self, broken):
        return [n for n in self.t.nodes if self.t.place(n) not in broken]

    # ---- faults: each gives the places that are broken, whether the network must go on without them, and what was done

    def some(self, chance, nodes=2, members=1):
        """At most so many; an orderer and two members of etcd stay whole, and so do five validators."""
        picked = chance.sample(self.t.places, chance.randrange(1, nodes + 1))
        if members and chance.random() < 0.4:
            picked += [f"m{chance.randrange(self.t.MEMBERS)}"]
        return picked

    def kills(self, chance):
        picked = self.some(chance)
        for p in picked:
            self.kill(p)
        return picked, True, "killed"

    def kill_member(self, chance):
        picked = [f"m{chance.randrange(self.t.MEMBERS)}"]
        self.kill(picked[0])
        return picked, True, "killed"

    def freezes(self, chance):
        picked = self.some(chance)
        for p in picked:
            self.freeze(p)
        return picked, True, "stopped"

    def unplugs(self, chance):
        picked = self.some(chance)
        for p in picked:
            self.t.field.unplug(p)
        return picked, True, "unplugged"

    def parts(self, chance):
        """A minority from all others, one way or both ways."""
        picked = self.some(chance)
        both = chance.random() < 0.6
        rest = [p for p in self.t.field.places if p not in picked]
        some, others = (picked, rest) if chance.random() < 0.5 else (rest, picked)
        self.t.field.part(some, others, both)
        return picked, True, f"{','.join(some)} parted from the others {'both ways' if both else 'one way'}"

    def halves(self, chance):
        """Neither side has a quorum, or the side that has it has no etcd: only safety is expected."""
        places = list(self.t.field.places)
        chance.shuffle(places)
        cut = chance.randrange(4, 7)
        self.t.field.part(places[:cut], places[cut:], chance.random() < 0.7)
        return places, False, f"{','.join(sorted(places[:cut]))} | {','.join(sorted(places[cut:]))}"

    def too_many(self, chance):
        picked = chance.sample(self.t.places, chance.randrange(3, 8)) + chance.sample(
            [f"m{i}" for i in range(self.t.MEMBERS)], chance.randrange(0, 4))
        how = chance.choice(["kill", "freeze"])
        for p in picked:
            (self.kill if how == "kill" else self.freeze)(p)
        return picked, False, how

    def whole_etcd(self, _):
        picked = [f"m{i}" for i in range(self.t.MEMBERS)]
        for p in picked:
            self.kill(p)
        return picked, False, "killed"

    def leads(self, node):
        state = node.get_any("/v1/network", 2) or {}
        return state.get("committee", {}).get("leads", False)

    def another_leads(self, old):
        rest = self.others([old])[:self.t.ORDERERS - 1]
        until(lambda: any(self.leads(n) for n in rest), 8 * LEASE_S, "another orderer leads")

    def both_lead(self, old):
        """Does the old one believe that it leads still, now that another one does? It gets something to order, too."""
        node = self.t.nodes[int(old[1:])]
        both = self.leads(node)
        self.tally["two led at once"] = self.tally.get("two led at once", 0) + both
        for _, address, port in self.t.targets([node]):
            load.post(address, port, [self.t.signer.next()], 2, "none")
        return ", while it believed that it led still" if both else ""

    def two_leaders(self, chance):
        """The one that leads sleeps until another one does, and wakes believing that it still leads."""
        old = self.leader()
        chance.random()
        self.freeze(old)
        self.another_leads(old)
        self.thaw()
        return [old], True, "slept until another led, and woke" + self.both_lead(old)

    def leader_without_etcd(self, chance):
        """It hears of the end of its lease only when it gives up asking; its peers hear of it all the while."""
        old = self.leader()
        members = [f"m{i}" for i in range(self.t.MEMBERS)]
        both_ways = chance.random() < 0.5
        self.t.field.part([old], members, both_ways)
        self.another_leads(old)
        return [old], True, (f"was cut from etcd only, {'both ways' if both_ways else 'one way'}, until another led"
                             + self.both_lead(old))

    def leader_hears_nobody(self, chance):
        """It still writes to etcd, and no peer hears of it, or it of none."""
        old = self.leader()
        peers = [p for p in self.t.places if p != old]
        some, others = ([old], peers) if chance.random() < 0.5 else (peers, [old])
        self.t.field.part(some, others, chance.random() < 0.5)
        return [old], True, "leads, reaches etcd, and is cut from its peers"

    def kill_leader_and_member(self, chance):
        picked = [self.leader(), f"m{chance.randrange(self.t.MEMBERS)}"]
        for p in picked:
            self.kill(p)
        return picked, True, "killed"

    KINDS = [(kills, 5), (kill_member, 2), (freezes, 4), (unplugs, 3), (parts, 4), (halves, 2), (too_many, 2),
             (whole_etcd, 1), (two_leaders, 3), (leader_without_etcd, 2), (leader_hears_nobody, 2),
             (kill_leader_and_member, 2)]

    # ---- one round

    def pick(self, number, chance):
        """The first rounds go through all kinds but in the order of the seed; later ones are drawn by weight."""
        kinds = [kind for kind, _ in self.kinds]
        order = list(kinds)
        random.Random(f"{self.seed}-order").shuffle(order)
        return order[number] if number < len(order) else chance.choices(kinds, [w for _, w in self.kinds])[0]

    def round(self, number):
        chance = random.Random(f"{self.seed}-{number}")
        kind = self.pick(number, chance)
        hold = chance.choice([0.5, 1, 2, 3, 4, LEASE_S + 3])
        begun = time.monotonic()
        broken, tolerated, what = kind(self, chance)
        time.sleep(hold)
        meanwhile = ""
        if tolerated:
            took = self.t.goes_on(self.others(broken), GOES_ON_S, f"round {number}, {kind.__name__}: {broken} {what}")
            meanwhile = f", went on within {took:.1f} s"
        self.heal()
        took = self.t.goes_on(self.t.nodes, scene.HEALED_S, f"healed after round {number}, {kind.__name__}")
        self.tally[kind.__name__] = self.tally.get(kind.__name__, 0) + 1
        tell(f"round {number}: {kind.__name__}: {','.join(sorted(broken)) if tolerated else what}: {what}; "
             f"{hold} s{meanwhile}; healed, final again after {took:.1f} s; {time.monotonic() - begun:.1f} s in all")

    # ---- at the end

    def check_leaders(self):
        """Rounds of two leaders that never had two would show nothing."""
        tried = sum(self.tally.get(kind.__name__, 0) for kind in (self.two_leaders, self.leader_without_etcd))
        check(tried < LEADERS_ROUNDS_MIN or self.tally.get("two led at once", 0) > 0,
              f"{tried} rounds were to have two leaders, and never did two lead at once")


def story(t, count, seed, kinds, minutes):
    t.watch_votes()
    t.begin()
    end = time.monotonic() + 60 * minutes
    r = Rounds(t, seed, kinds)
    clients = load.Load(t.signer, t.targets(), seed)
    clients.start()
    try:
        for number in range(count):
            if time.monotonic() > end:
                tell(f"{minutes} minutes are over: {number} of {count} rounds")
                break
            r.round(number)
    finally:
        r.thaw()
        clients.stop()
        clients.write(t.folder / "history.json")
    tell(f"faults: {r.tally}; what clients heard: {clients.told()}")
    left = clients.finish(scene.HEALED_S * 2)
    check(left == 0, f"{left} records are not decided, though all is healed")
    t.judge(clients.answers)
    r.check_leaders()
