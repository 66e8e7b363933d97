"""A chain on which orderers are added and retired (sections 4, 7 and 11)."""
from changes import ChangingChain, Validators
from reference import PrivateKey, b64u

ALL = [0, 1, 2, 3]


class OrderedChain(ChangingChain):
    """`orders`: number and key of whoever orders the next block."""

    orders = None

    def fields(self, records, **changes):
        return super().fields(records, **{"orderer": self.orders[0], **changes})

    def ordered_by(self, number, key):
        self.orders, self.network.orderer = (number, key), key


def orderers():
    network = Validators()
    chain = OrderedChain(network)
    first, second, third = network.orderer, PrivateKey(84), PrivateKey(85)
    t = network.time

    def change(add=(), retire=(), org="so-vi-du"):
        return chain.record("orderers", network.root, {
            "add": [{"id": i, "org": org, "key": b64u(k.compressed)} for i, k in add], "retire": list(retire)})

    def grow(records, minutes):
        chain.grow(records, t + 60 * minutes, ALL, ALL, [0, 1, 2], 0)

    def refuse(name, code, *args, **more):
        chain.refuse_record(code, change(*args, **more), name=f"orderers: {name}")

    chain.ordered_by(0, first)
    grow([chain.record("org", network.root, {"org": "so-vi-du", "kind": "department", "name": "Sở Ví Dụ", "vaults": []})], 1)
    grow([], 2)
    refuse("an organisation that is not there", "unknown_org", [("so-2", second)], org="so-khac")
    refuse("an id that one has", "id_taken", [("so-1", second)])
    for name, key in (("of the orderer itself", first), ("of a vault", network.vault), ("of a root", network.root),
                      ("of a validator", network.keys[3])):
        refuse(f"the key {name}", "key_taken", [("so-2", key)])
    refuse("a number that nobody has", "unknown_target", retire=[1])
    refuse("none would be left", "out_of_bounds", retire=[0])
    chain.refuse("two changes of orderers in one block", "target_not_valid",
                 [change([("so-2", second)]), change([("so-3", third)])], record=1)
    added = change([("so-2", second)])
    chain.refuse("a block by one who is added in it", "block_bad_orderer", [added], signer=second, orderer=1)
    grow([added], 3)
    chain.refuse("the new one's number, the old one's key", "block_bad_signature", orderer=1)
    chain.refuse("the old one's number, the new one's key", "block_bad_signature", signer=second)
    refuse("a key that was added", "key_taken", [("so-3", second)])
    refuse("an id that was added", "id_taken", [("so-2", third)])
    chain.refuse_record("key_taken", chain.record("validators", network.root, {
        "set": [{"id": "so-9", "org": "so-vi-du", "key": b64u(second.compressed)}]}), name="validators: the key of one that was added")
    chain.ordered_by(1, second)
    grow([], 4)
    # It takes the first one's place, and names a third one.
    grow([change([("so-3", third)], [0])], 5)
    chain.refuse("a block by one that was retired", "block_bad_orderer", signer=first, orderer=0)
    refuse("retired already", "target_not_valid", retire=[0])
    refuse("the key of one that was retired", "key_taken", [("so-4", first)])
    refuse("the id of one that was retired", "id_taken", [("so-1", PrivateKey(86))])
    chain.ordered_by(2, third)
    grow([], 6)
    return {
        "file": network.file,
        "blocks": [{"height": b.height, "bytes": b.bytes.hex(), "header": b.header, "header_hash": b.hash.hex(),
                    "qc": b.qc.hex(), "orderer": b.fields["orderer"]} for b in chain.blocks],
        "refused": chain.refused,
    }
