"""A second chain, of several validators: epochs, a change of the set and a recovery (sections 6, 7.1, 7.2, 9)."""
import copy

from change_files import WEEK, ChangeFiles
from reference import (
    NOWHERE, PrivateKey, b64u, block_body, block_digest, checkpoint_text, compact_json, enc_set, epoch_proof,
    epoch_statement_body, merkle_root, net_of, qc_bytes, recovery, recovery_body, seconds, sha, status_root, tagged,
    utc, validators_digest, vote, vote_digest,
)
from scenario import Block, Chain, person


class Validators:
    """1-of-1 root, 1 orderer, 4 validators, 1 vault; `keys` 4 to 6 come later."""

    name, base_url, time = "doi", "https://stele.example.vn/so", seconds("2026-01-05T00:00:00Z")

    def __init__(self):
        self.root, self.orderer, self.vault = PrivateKey(81), PrivateKey(82), PrivateKey(83)
        self.keys = [PrivateKey(91 + i) for i in range(7)]
        self.members = [(f"so-{i + 1}", k.compressed) for i, k in enumerate(self.keys)]
        self.genesis = {
            "v": 1, "name": self.name, "mode": "test", "base_url": self.base_url, "time": utc(self.time), "rules": 1,
            "root_quorum": 1, "roots": [{"person": person(81), "key": b64u(self.root.compressed)}],
            "orderers": [{"id": "so-1", "key": b64u(self.orderer.compressed)}],
            "validators": [{"id": i, "key": b64u(k)} for i, k in self.members[:4]],
            "vaults": [{"id": "kho-1", "key": b64u(self.vault.compressed)}],
        }
        self.file = compact_json(self.genesis) + "\n"
        self.digest = sha(self.file.encode("utf-8"))
        self.net = net_of(self.name, self.file.encode("utf-8"))
        old = self.members[:4]
        self.checkpoint = checkpoint_text({
            "net": self.net, "size": 0, "log_root": merkle_root([]), "height": 0, "epoch": 0, "rules": 1,
            "parent": self.digest, "body": self.digest, "status": merkle_root([]),
            "validators": validators_digest(old, old), "time": self.time})
        self.checkpoint_hash = sha(self.checkpoint.encode("ascii"))

    def common(self, after):
        return {"v": 1, "net": self.net, "after": b64u(after)}

    def newcomer(self, member_id, key):
        """Number of one more member; `key`: a PrivateKey, or bytes that nobody can sign with."""
        self.keys.append(key)
        self.members.append((member_id, key if isinstance(key, bytes) else key.compressed))
        return len(self.members) - 1


class ChangingChain(Chain):
    """`now`, `following`: the two sets that sign the block, by number; the scenario says which, by hand."""

    def fork(self):
        out = copy.copy(self)
        for name in ("blocks", "records", "statuses", "refused", "position", "changes"):
            setattr(out, name, copy.copy(getattr(self, name)))
        return out

    def cut(self, height):
        """A fork that ends at this height."""
        out = self.fork()
        out.blocks = self.blocks[:height]
        size = len(out.blocks[-1].leaves)
        out.records, out.statuses = self.records[:size], list(out.blocks[-1].statuses)
        out.position = {record_id: at for record_id, at in self.position.items() if at < size}
        out.changes = {h: item for h, item in self.changes.items() if h <= height}
        return out

    def enc(self, numbers):
        return enc_set([self.network.members[n] for n in numbers])

    def numbering(self, now, following):
        known = {self.network.members[n][1] for n in now}
        return [*now, *(n for n in following if self.network.members[n][1] not in known)]

    def certificate(self, header, order, voters, time):
        digest = vote_digest(sha(header.encode("ascii")), time)
        entries = sorted((order.index(n), n) for n in voters)
        return qc_bytes(sha(header.encode("ascii")), [vote(at, time, self.network.keys[n].sign(digest)) for at, n in entries])

    def place(self, height):
        return (0, 0, self.network.checkpoint_hash) if height == 0 else (
            self.blocks[height - 1].fields["epoch"], height, self.blocks[height - 1].hash)

    def statement(self, number, to, base, time, serves=b"\0" * 32):
        body = epoch_statement_body({
            "net": self.network.net, "to": to, "highest": self.place(base), "last_vote": NOWHERE, "last_vote_parent": 0,
            "recovery": serves, "time": time, "validator": self.network.keys[number].compressed})
        return self.network.keys[number].compressed, body + self.network.keys[number].sign(tagged("stele/v1/epoch", body))

    def proof(self, who, to, base, time, recovery_bytes=b"", serves=b"\0" * 32):
        made = sorted(self.statement(n, to, base, time + i, serves) for i, n in enumerate(who))
        return epoch_proof([s for _, s in made], recovery_bytes)

    def grow(self, records, vote_time, now, following, voters, epoch, proof=b"", proof_time=None, change=None):
        """`change`: the item of evidence that shows it, if this is the first block that a new set signs."""
        if change:
            self.changes[self.height_of_next] = change
        fields = self.fields(records, epoch=epoch, epoch_proof=proof)
        parent = self.height_of_next - 1
        time = self.time_at(parent)
        if proof_time is not None:
            time = max(time, proof_time)
        elif parent > 0:
            time = max(time, self.blocks[-1].vote_time)
        for r in records:
            self.position[r.id] = len(self.records)
            self.records.append(r)
            self.statuses.append(0)
        leaves = [r.leaf for r in self.records]
        body_hash = sha(block_body(fields))
        members = self.network.members
        header = checkpoint_text({
            "net": self.network.net, "size": len(leaves), "log_root": merkle_root(leaves), "height": fields["height"],
            "epoch": epoch, "rules": 1, "parent": fields["parent"], "body": body_hash,
            "status": status_root(self.statuses), "time": time,
            "validators": validators_digest([members[n] for n in now], [members[n] for n in following])})
        order = self.numbering(now, following)
        block = Block(fields, self.network.orderer.sign(block_digest(body_hash)), header,
                      self.certificate(header, order, voters, vote_time), list(self.statuses), leaves, [])
        block.time, block.vote_time, block.order = time, vote_time, order
        self.blocks.append(block)

    def refuse_qc(self, name, voters, now, following):
        head = self.blocks[-1]
        qc = self.certificate(head.header, self.numbering(now, following), voters, head.vote_time)
        self.refuse(name, "block_bad_qc", epoch=head.fields["epoch"], parent_qc=qc)


def changes():
    network = Validators()
    chain = ChangingChain(network)
    t = network.time
    old, new, last = [0, 1, 2, 3], [2, 3, 4, 5], [6]

    def set_record(numbers, **more):
        return chain.record("validators", network.root, {
            "set": [{"id": network.members[n][0], "org": "so-vi-du", "key": b64u(network.members[n][1])} for n in numbers], **more})

    office = chain.record("org", network.root, {"org": "so-vi-du", "kind": "department", "name": "Sở Ví Dụ", "vaults": []})
    chain.grow([office], t + 60, old, old, [0, 1, 2], 0)  # 1
    chain.grow([set_record(new, evidence=[b64u(sha(b"evidence"))])], t + 120, old, old, [1, 2, 3], 0)  # 2: b
    chain.refuse_record("validators_in_change", set_record([0, 1, 2]), epoch=0)
    chain.refuse("epoch without a proof", "block_wrong_epoch", epoch=1)
    chain.refuse("proof without a later epoch", "block_wrong_epoch", epoch=0, epoch_proof=chain.proof([0, 1, 2], 1, 2, t))
    chain.grow([], t + 180, old, old, [0, 2, 3], 0)  # 3
    chain.refuse("proof by two", "block_wrong_epoch", epoch=1, epoch_proof=chain.proof([1, 2], 1, 3, t + 900))
    chain.refuse("proof by those to come", "block_wrong_epoch", epoch=1, epoch_proof=chain.proof([2, 3, 4], 1, 3, t + 900))
    chain.refuse("proof of another epoch", "block_wrong_epoch", epoch=2, epoch_proof=chain.proof([1, 2, 3], 1, 3, t + 900))
    # 4: c. Its parent and grandparent are of one epoch; it is the first of the next one itself.
    chain.grow([], t + 960, old, old, [0, 1, 2], 1, chain.proof([1, 2, 3], 1, 3, t + 900), t + 901)
    chain.refuse("an epoch that was left", "block_wrong_epoch", epoch=0)
    chain.refuse_record("validators_in_change", set_record([0, 1, 2]), epoch=1)
    chain.grow([], t + 1020, old, new, [0, 2, 3, 4], 1, change={"set": b64u(chain.enc(new))})  # 5: both sets
    chain.refuse_qc("certified by the old set alone", [0, 1, 2, 3], old, new)
    chain.refuse_qc("certified by the new set alone", [2, 3, 4, 5], old, new)
    published = t + 1020  # that of the header of block 6, which the recovery stands on: not a second earlier
    late = published + WEEK

    def renewed_to(base, numbers, **changes):
        """A recovery: its values, its digest, and its bytes that the root signed."""
        values = {"net": network.net, "base": chain.place(base), "epoch": 4, "reason": "quorum-lost", "time": published,
                  "set": [network.members[n] for n in numbers], **changes}
        body = recovery_body(values)
        serves = tagged("stele/v1/recovery", body)
        return values, serves, recovery(body, [(0, network.root.sign(serves))])

    def refuse_the_set_in_force(name, base):
        _, serves, signed = renewed_to(base, new)
        chain.refuse(name, "block_wrong_epoch", epoch=5, epoch_proof=chain.proof([2, 3, 4], 5, base, late, signed, serves))

    refuse_the_set_in_force("recovery to the set that the block below hands over to", 5)
    chain.grow([], t + 1080, new, new, [2, 3, 5], 1)  # 6: the new one
    assert chain.blocks[5].time == published
    chain.refuse_qc("certified by the old set", [2, 3], new, new)
    chain.refuse_record("key_taken", set_record([0, 2, 3, 4]), name="validators: a key that has left", epoch=1)
    renewed, serves, signed = renewed_to(6, last)

    def renewal(recovery_bytes, time=late, who=last, epoch=5, serves=serves):
        return {"epoch": epoch, "epoch_proof": chain.proof(who, epoch, 6, time, recovery_bytes, serves)}

    _, serves_earlier, earlier = renewed_to(6, last, time=published - 1)
    beyond = 2**53

    chain.refuse("recovery before its week is over", "block_wrong_epoch", **renewal(signed, time=late - 1))
    chain.refuse("recovery that no root signed", "block_wrong_epoch", **renewal(recovery(recovery_body(renewed), [])))
    chain.refuse("recovery before its epoch", "block_wrong_epoch", **renewal(signed, epoch=3))
    chain.refuse("recovery by the set that it ends", "block_wrong_epoch", **renewal(signed, who=[2, 3, 4]))
    chain.refuse("recovery published before its base", "block_wrong_epoch", **renewal(earlier, serves=serves_earlier))
    chain.refuse("epoch beyond 2^53 - 1", ["block_bad_encoding", "out_of_bounds"],
                 epoch=beyond, epoch_proof=chain.proof([2, 3, 4], beyond, 6, late))
    refuse_the_set_in_force("recovery to the set that is in force", 6)
    # 7: of a later epoch than the recovery, as after votes that were split in epoch 4.
    chain.grow([], late + 60, last, last, last, 5, renewal(signed)["epoch_proof"], late, {"recovery": b64u(signed)})
    chain.grow([], late + 120, last, last, last, 5)  # 8
    chain.refuse_qc("certified by those that the roots replaced", [2, 3, 4], new, new)
    files = ChangeFiles(office, chain, renewed, (old, new, last))
    return {
        "file": network.file,
        "blocks": [{"height": b.height, "bytes": b.bytes.hex(), "header": b.header, "header_hash": b.hash.hex(),
                    "qc": b.qc.hex(), "signers": [network.members[n][1].hex() for n in b.order]} for b in chain.blocks],
        "refused": chain.refused,
        "files": files.files(), "false_files": files.false_files(), "pinned_files": files.pinned_files(),
    }
