"""Receipt files over a chain whose set changes: the evidence member `changes`, and all that it must not be (section 9)."""
import copy
import json

from reference import PrivateKey, b64u, enc_set, recovery, recovery_body, sha, tagged, utc
from scenario import Evidence, file_text

WEEK = 7 * 86400
OFF_THE_CURVE = b"\2" + (5).to_bytes(32, "big")  # 5³ + 7 has no root


class ChangeFiles:
    """The subject is always `office`, which a genesis root signed: nothing but who signs the headers is in question.

    `renewed`: the recovery that block 7 serves, as values. `sets`: old, new, last, by number.
    `before`, `after`: the chain up to block 4, where the old set stands alone, and up to block 5, which hands over.
    """

    def __init__(self, office, chain, renewed, sets):
        self.office, self.chain, self.renewed = office, chain, renewed
        self.before, self.after = chain.cut(4), chain.cut(5)
        self.network, (self.old, self.new, self.last) = chain.network, sets
        self.told = [{"height": 7, "reason": renewed["reason"], "published": utc(renewed["time"])}]

    def receipt(self, chain, status_height, more_headers=()):
        evidence = Evidence(chain)
        evidence.record_with_authority(self.office, [])
        evidence.final(status_height)
        evidence.fact(self.office, status_height)
        for height in more_headers:
            evidence.header(height)
        return {"stele": "receipt", "v": 1, "net": self.network.net, "subject": evidence.position(self.office),
                "evidence": evidence.value()}

    def files(self):
        good = [
            ("before the handover", self.receipt(self.chain, 2), []),
            ("up to the block that hands over", self.receipt(self.chain, 4), []),
            ("after the handover", self.receipt(self.chain, 5), []),
            ("after the recovery", self.receipt(self.chain, 7), self.told),
            ("after the recovery, every header", self.receipt(self.chain, 7, range(9)), self.told),
            ("after a recovery to the same members in another order", self.recovered(self.new[::-1]), self.told),
        ]
        return [{"name": n, "text": file_text(v), "outcome": "valid", "recoveries": r} for n, v, r in good]

    # -- what must not pass

    def recovery(self, signers=None, version=1, **changes):
        """As block 7 serves it, but for `changes`; `signers`: (number, key) of those who sign."""
        body = recovery_body({**self.renewed, **changes})
        body = body[:4] + bytes([version]) + body[5:]
        digest = tagged("stele/v1/recovery", body)
        signers = [(0, self.network.root)] if signers is None else signers
        return recovery(body, [(n, key.sign(digest)) for n, key in signers])

    def without_header(self, value, at):
        """One header less, that nothing in the bag names; all positions above it move."""
        def edit(evidence):
            evidence["headers"].pop(at)
            for name in ("qcs", "inclusions", "statuses", "changes"):
                for item in evidence[name]:
                    assert item["header"] != at
                    item["header"] -= item["header"] > at

        return self.edited(value, edit)

    def edited(self, value, edit):
        value = copy.deepcopy(value)
        edit(value["evidence"])
        return value

    def handed_over_to(self, following, **item):
        """Up to a block 5 that old and `following` certify with every vote that they can give."""
        chain, keys = self.before.fork(), self.network.keys
        able = [n for n in chain.numbering(self.old, following) if not isinstance(keys[n], bytes)]
        chain.grow([], self.network.time + 1020, self.old, following, able, 1,
                   change={"set": b64u(chain.enc(following)), **item})
        return self.receipt(chain, 4)

    def recovered(self, numbers, early=0, **changes):
        """Up to a block 8 that `numbers` certify, whom the roots name at block 7, so many seconds before the week is over."""
        chain, time = self.chain.cut(6), changes.get("time", self.renewed["time"]) + WEEK - early
        item = {"recovery": b64u(self.recovery(set=[self.network.members[n] for n in numbers], **changes))}
        chain.grow([], time + 60, numbers, numbers, numbers, 5, proof_time=time, change=item)
        chain.grow([], time + 120, numbers, numbers, numbers, 5)
        return self.receipt(chain, 7)

    def grown(self, chain, now, following, voters, heights=1, epoch=1, wait=60, records=()):
        """`records` stand in the first of the new blocks; `wait`: seconds from block to block."""
        out = chain.fork()
        for i in range(heights):
            out.grow(records if i == 0 else [], out.blocks[-1].vote_time + wait, now, following, voters, epoch)
        return out

    def false_files(self):
        whole = self.receipt(self.chain, 7, [6])
        at = {h: i for i, h in enumerate(sorted({0, 1, 2, 5, 6, 7, 8}))}
        cases = {**self.false_lists(whole, at), **self.false_certificates(whole, at), **self.false_sets(),
                 **self.false_recoveries(whole, at)}
        return [{"name": n, "text": file_text(v), "outcomes": ["altered"]} for n, v in cases.items()]

    def false_lists(self, whole, at):
        handover, renewal = whole["evidence"]["changes"]

        def changes(items):
            return self.edited(whole, lambda e: e.update(changes=items))

        def first(**item):
            return changes([item, renewal])

        def second(**item):
            return changes([handover, item])

        def also(height):
            return lambda e: e["changes"].insert(1, {**e["changes"][0], "header": at[height]})

        return {
            "no changes": self.edited(whole, lambda e: e.pop("changes")),
            "the handover is not shown": changes([renewal]),
            "the recovery is not shown": changes([handover]),
            "changes is empty": changes([]),
            "changes is empty where nothing changed": self.edited(self.receipt(self.chain, 2), lambda e: e.update(changes=[])),
            "changes is null where nothing changed": self.edited(self.receipt(self.chain, 2), lambda e: e.update(changes=None)),
            "the handover names the header below": first(header=at[2], set=handover["set"]),
            "the handover names the header above": first(header=at[6], set=handover["set"]),
            "the recovery names the header below": second(header=at[6], recovery=renewal["recovery"]),
            "the recovery names the header above": second(header=at[8], recovery=renewal["recovery"]),
            "a position twice": self.edited(whole, also(5)),
            "the handover is shown again": self.edited(whole, also(6)),
            "positions descend": changes([renewal, handover]),
            "a position outside": second(header=len(whole["evidence"]["headers"]), recovery=renewal["recovery"]),
            "a change more, outside": changes([handover, renewal, {**handover, "header": len(whole["evidence"]["headers"])}]),
            "a position below none": first(header=-1, set=handover["set"]),
            "set and recovery in one item": second(header=at[7], set=b64u(self.chain.enc(self.last)), recovery=renewal["recovery"]),
            "neither set nor recovery": first(header=at[5]),
            "a member more": first(header=at[5], set=handover["set"], height=5),
            "members exchanged": first(set=handover["set"], header=at[5]),
            "changes before statuses": self.edited(whole, lambda e: e.update(statuses=e.pop("statuses"))),
            "the recovery as a set": second(header=at[7], set=b64u(self.chain.enc(self.last))),
            "the handover as a recovery": first(header=at[5], recovery=b64u(self.recovery(
                base=self.chain.place(4), epoch=2, set=[self.network.members[n] for n in self.new]))),
        }

    def false_certificates(self, whole, at):
        chain, old, new = self.chain, self.old, self.new

        def dropped(height):
            return self.edited(whole, lambda e: e.update(qcs=[q for q in e["qcs"] if q["header"] != at[height]]))

        def certified(height, voters, now, following):
            block = chain.blocks[height - 1]
            qc = b64u(chain.certificate(block.header, chain.numbering(now, following), voters, block.vote_time))
            return self.edited(whole, lambda e: next(q for q in e["qcs"] if q["header"] == at[height]).update(qc=qc))

        return {
            "the handover is not certified": dropped(5),
            "the recovery is not certified": dropped(7),
            "the handover certified by the old set alone": certified(5, [0, 1, 2, 3], old, new),
            "the handover certified by the new set alone": certified(5, [2, 3, 4, 5], old, new),
            "the handover certified by two of the old set and the new one": certified(5, [2, 3, 4], old, new),
            "the recovery certified by those whom it replaces": certified(7, [2, 3, 4, 5], new, new),
            "a header of the old set after the handover": self.receipt(self.grown(self.after, old, old, [0, 1, 2, 3]), 5),
            "a header of the old set after the handover, certified by nobody": self.receipt(
                self.grown(self.after, old, old, [0, 1, 2, 3]), 4, [6]),
            "a header of both sets after the handover": self.receipt(self.grown(self.after, old, new, [0, 1, 2, 3, 4]), 5),
            "a header of the new set before the handover": self.receipt(self.grown(self.before, new, new, [2, 3, 4, 5]), 4),
            "a handover that nobody shows": self.receipt(self.grown(self.before, old, new, [0, 1, 2, 3, 4]), 4),
        }

    def false_sets(self):
        members, newcomer, new = self.network.members, self.network.newcomer, self.new
        encoded = self.chain.enc(new)

        def replaced(member):
            return enc_set([members[n] for n in new[:3]] + [member])

        def shown(data):
            return self.handed_over_to(new, set=b64u(data))

        many = [newcomer(f"so-{i}", PrivateKey(200 + i)) for i in range(100, 165)]
        return {
            "a set with another key": shown(replaced((members[5][0], PrivateKey(98).compressed))),
            "a set with another id": shown(replaced(("so-9", members[5][1]))),
            "a set in another order": shown(self.chain.enc(new[::-1])),
            "a set with a byte more": shown(encoded + b"\0"),
            "a set with a byte less": shown(encoded[:-1]),
            "a set with a member announced and not there": shown(b"\0\5" + encoded[2:]),
            "a set of none": self.handed_over_to([]),
            "a set of sixty-five": self.handed_over_to(many),
            "a set with a key twice": self.handed_over_to([*new, newcomer("so-9", self.network.keys[5])]),
            "a set with an id twice": self.handed_over_to([*new, newcomer(members[5][0], PrivateKey(97))]),
            "a set with the id root": self.handed_over_to([*new, newcomer("root", PrivateKey(97))]),
            "a set with an id of another form": self.handed_over_to([*new, newcomer("So-9", PrivateKey(97))]),
            "a set with a key that is not on the curve": self.handed_over_to([*new, newcomer("so-9", OFF_THE_CURVE)]),
            "a set with a key of another form": self.handed_over_to([*new, newcomer("so-9", b"\4" + members[5][1][1:])]),
            "the set that is in force": self.handed_over_to(self.old),
        }

    def false_recoveries(self, whole, at):
        root, stranger, members = self.network.root, PrivateKey(99), self.network.members
        good = self.recovery()
        signature = good[-64:]
        epoch, height, header_hash = self.renewed["base"]
        name = self.network.name.encode("ascii")
        assert good.count(b"quorum-lost") == 1

        def shown(data):
            return self.edited(whole, lambda e: e["changes"][1].update(recovery=b64u(data)))

        return {
            "a recovery without a signature": shown(self.recovery(signers=[])),
            "a recovery signed by a stranger": shown(self.recovery(signers=[(0, stranger)])),
            "a recovery signed by a root and a root that is not there": shown(self.recovery(signers=[(0, root), (1, stranger)])),
            "a recovery that a root signed twice": shown(self.recovery(signers=[(0, root), (0, root)])),
            "a recovery signed by the new set": shown(self.recovery(signers=[(0, self.network.keys[6])])),
            "a recovery of another network": shown(self.recovery(net=f"stele/{name.decode()}/" + "0" * 32)),
            "a recovery with another base": shown(self.recovery(base=(epoch, height, sha(b"another")))),
            "a recovery with a base one lower": shown(self.recovery(base=(epoch, height - 1, header_hash))),
            "a recovery with a base one higher": shown(self.recovery(base=(epoch, height + 1, header_hash))),
            "a recovery with a base of an earlier epoch": shown(self.recovery(base=(epoch - 1, height, header_hash))),
            "a recovery with a base of a later epoch": shown(self.recovery(base=(epoch + 1, height, header_hash))),
            "a recovery whose base is not in the bag": self.without_header(whole, at[6]),
            "a recovery published before its base": self.recovered(self.last, time=self.chain.blocks[5].time - 1),
            "a recovery of an epoch beyond 2^53 - 1": shown(self.recovery(epoch=2**53)),
            "a recovery with a base of a height beyond 2^53 - 1": shown(self.recovery(base=(epoch, 2**53, header_hash))),
            "a recovery of a later epoch than its header": shown(self.recovery(epoch=6)),
            "a recovery of no later epoch than its base": shown(self.recovery(epoch=epoch)),
            "a recovery with another reason": shown(good.replace(b"quorum-lost", b"quorum-gone")),
            "a recovery whose reason is no code": shown(self.recovery(reason="Lost")),
            "a recovery of a time that is none": shown(self.recovery(time=253402300800)),
            "a recovery with another set": shown(self.recovery(set=[members[5]])),
            "a recovery with a member more": shown(self.recovery(set=[members[6], members[5]])),
            "a recovery with a byte more": shown(good + b"\0"),
            "a recovery with a byte less": shown(good[:-1]),
            "a recovery with a signature announced and not there": shown(good[:-68] + b"\0\2" + good[-66:]),
            "a recovery with the id root": self.recovered([self.network.newcomer("root", PrivateKey(97))]),
            "a recovery with a key that is not on the curve": shown(self.recovery(set=[members[6], ("so-9", OFF_THE_CURVE)])),
            "a recovery to the set that is in force": self.recovered(self.new),
            "a recovery whose week is not over by its header's time": self.recovered(self.last, early=1),
            "a recovery of version 2": shown(self.recovery(version=2)),
            "a recovery with a broken signature": shown(good[:-64] + signature[:-1] + bytes([signature[-1] ^ 1])),
        }

    # -- with a checkpoint that the verifier holds

    def pinned_files(self):
        """`checkpoint` is final and known to the verifier; the keys of the old set go on signing as if they had not left."""
        def at(height):
            return self.chain.blocks[height - 1].header

        whole, before, handover = self.receipt(self.chain, 7), self.receipt(self.chain, 2), self.receipt(self.chain, 5)
        replaced = self.grown(self.chain.cut(6), self.new, self.new, [2, 3, 4, 5]).blocks[-1].header
        cases = [
            ("before the handover, one of the old set", before, at(3), "valid"),
            ("before the handover, that which hands over", before, at(5), "status_too_old"),
            ("before the handover, a later one of the new set", before, at(6), "status_too_old"),
            ("before the handover, a later one of the recovery's set", before, at(8), "status_too_old"),
            ("up to the parent of that which hands over", self.receipt(self.chain, 4), at(6), "status_too_old"),
            ("up to that which hands over, itself", handover, at(5), "valid"),
            ("up to that which hands over, the first of the new set", handover, at(6), "valid"),
            ("up to that which hands over, the first of the recovery's set", handover, at(7), "status_too_old"),
            ("after the recovery, one of the old set", whole, at(4), "valid"),
            ("after the recovery, that which hands over", whole, at(5), "valid"),
            ("after the recovery, one of the new set", whole, at(6), "valid"),
            ("after the recovery, its first", whole, at(7), "valid"),
            ("after the recovery, its highest", whole, at(8), "valid"),
            ("after the recovery, one of those whom it replaced", whole, replaced, "altered"),
            *self.beside_what_is_not_final(at),
            *self.by_the_old_set_alone(at),
        ]
        return [{"name": n, "text": file_text(v), "checkpoint": p, "outcome": o,
                 "recoveries": self.told if v is whole else []} for n, v, p, o in cases]

    def beside_what_is_not_final(self, at):
        """Headers that were certified, or nobody voted for, and another chain became final. They prove nothing, and contradict nothing."""
        old, able = self.old, [0, 1, 2, 3]
        given_up = self.grown(self.chain.cut(3), old, old, able, 3, epoch=0)
        later = self.grown(self.before, old, old, able, epoch=2).blocks[-1].header
        cases = [
            ("in its place, certified", self.receipt(given_up, 3), at(4), "valid"),
            ("in its place, final", self.receipt(given_up, 4), at(4), "altered"),
            ("in its place, certified by two sets", self.receipt(self.chain, 4), later, "valid"),
            ("just above it, certified by nobody", self.receipt(given_up, 2, [5]), at(4), "valid"),
            ("above it and of an earlier time, certified by nobody", self.receipt(given_up, 2, [6]), at(4), "valid"),
            ("just below it, certified by nobody", self.receipt(given_up, 2, [4]), self.grown(
                self.before, old, old, able).blocks[-1].header, "valid"),
        ]
        return [(f"another one {n}", *case) for n, *case in cases]

    def by_the_old_set_alone(self, at):
        def forged(below, heights, **how):
            return self.grown(below, self.old, self.old, [0, 1, 2, 3], heights, **how)

        up_to_1, up_to_2, up_to_4 = self.chain.cut(1), self.chain.cut(2), self.before
        along = forged(up_to_4, 5)
        until = self.chain.blocks[7].time - up_to_4.blocks[-1].vote_time  # the time of block 8
        more = self.chain.record("org", self.network.root, {
            "org": "so-khac", "kind": "department", "name": "Sở Khác", "vaults": []})
        cases = [
            ("unknown to the verifier", self.receipt(along, 7), None, "valid"),
            ("below the handover", self.receipt(along, 7), at(4), "valid"),
            ("beyond that which hands over", self.receipt(along, 7), at(5), "altered"),
            ("beyond one of the new set", self.receipt(along, 8), at(6), "altered"),
            ("just above one of the new set", self.receipt(along, 7), at(6), "altered"),
            ("in the place of one of the new set", self.receipt(along, 6), at(6), "altered"),
            ("just below one of the new set", self.receipt(along, 5), at(6), "altered"),
            ("in the place of that which hands over, not final", self.receipt(along, 4), at(5), "status_too_old"),
            ("just below one of the new set, not final", self.receipt(along, 4), at(6), "status_too_old"),
            ("below, of the same time", self.receipt(forged(up_to_4, 3, wait=until), 6), at(8), "status_too_old"),
            ("below, of a later time", self.receipt(forged(up_to_4, 3, wait=until + 1), 6), at(8), "altered"),
            ("below, of a later time, not final", self.receipt(forged(up_to_4, 2, wait=until + 1), 5), at(8), "status_too_old"),
            ("below, of a larger size", self.receipt(forged(up_to_4, 2, records=[more]), 5), at(8), "altered"),
            ("below, of the same epoch", self.receipt(forged(up_to_4, 2, epoch=5), 5), at(8), "status_too_old"),
            ("below, of a higher epoch", self.receipt(forged(up_to_4, 2, epoch=6), 5), at(8), "altered"),
            ("above, of an earlier time", self.receipt(forged(up_to_2, 5), 6), at(4), "altered"),
            ("above, of a smaller size", self.receipt(forged(forged(up_to_1, 1, epoch=0), 5, wait=600), 6), at(4), "altered"),
            ("above, of a lower epoch", self.receipt(forged(up_to_2, 5, epoch=0, wait=600), 6), at(4), "altered"),
        ]
        return [(f"by the old set alone, {n}", *case) for n, *case in cases]
