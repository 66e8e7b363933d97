"""What orderers sign for items that they were handed, and complaints: wire-format.md section 7.3."""
from reference import (
    PrivateKey, ack_digest, bytes16, bytes32, leaf_hash, merkle_path, merkle_root, place, sha, tagged, u8, u16, u32, u64,
)

HEIGHT, TIME = 812, 1_780_000_000


def record_id(jws):
    return sha(jws.rsplit(".", 1)[0].encode("ascii"))


def word(net, key, number, items, height=HEIGHT - 2, time=TIME):
    root = merkle_root([leaf_hash(i) for i in items])
    said = u16(number) + u64(height) + u64(time)
    return said + key.sign(tagged("stele/v1/held", net.encode("ascii") + b"\0" + said + u32(len(items)) + root))


def receipt(said, items, index):
    path = merkle_path(index, [leaf_hash(i) for i in items])
    return said + u32(len(items)) + u32(index) + u8(len(path)) + b"".join(path)


def item(jws, acks=()):
    """`acks`: (vault number, signature)."""
    return bytes32(jws.encode("ascii")) + u16(len(acks)) + b"".join(u16(v) + s for v, s in acks)


def complaint_body(net, handed, receipts, key, since=TIME - 60, time=TIME, at=(0, HEIGHT, sha(b"a final header")), version=1):
    return b"".join([
        b"STLC", u8(version), bytes16(net.encode("ascii")), place(*at), u64(since), u64(time), bytes32(handed),
        u16(len(receipts)), *receipts, key,
    ])


def complaint(net, handed, receipts, key, **changes):
    body = complaint_body(net, handed, receipts, key.compressed, **changes)
    return body + key.sign(tagged("stele/v1/complaint", body))


def complaints(network, samples):
    net, orderer, validator = network.net, network.orderer, network.validator
    texts = sorted((r.jws for r in samples.records if r.type in ("org", "class-list", "document")), key=len)[:5]
    ids = [record_id(t) for t in texts]
    ack = (0, network.vault.sign(ack_digest(net, leaf_hash(texts[1].encode("ascii")), 0)))
    handed = item(texts[1], [ack])
    items = [sha(handed if n == 1 else item(t)) for n, t in enumerate(texts)]
    words, receipts = [], []
    for n in (1, 2, 3, 5):
        said = word(net, orderer, 0, items[:n])
        root = merkle_root([leaf_hash(i) for i in items[:n]])
        words.append({"items": [i.hex() for i in items[:n]], "root": root.hex(), "bytes": said.hex(),
                      "digest": tagged("stele/v1/held", net.encode("ascii") + b"\0" + said[:-64] + u32(n) + root).hex()})
        receipts += [{"item": items[i].hex(), "index": i, "items": n, "bytes": receipt(said, items[:n], i).hex()}
                     for i in range(n)]
    said = word(net, orderer, 0, items[:3])
    good = receipt(said, items[:3], 1)
    stranger = receipt(word(net, PrivateKey(77), 0, items[:3]), items[:3], 1)
    unknown = receipt(word(net, orderer, 1, items[:3]), items[:3], 1)
    other_net = receipt(word(net + "0", orderer, 0, items[:3]), items[:3], 1)
    false = {
        "by another key": stranger, "by no orderer of the genesis": unknown, "for another network": other_net,
        "of another place in the tree": receipt(said, items[:3], 0), "of a larger tree": said + u32(4) + good[len(said) + 4:],
        "another height": u16(0) + u64(HEIGHT + 1) + good[10:], "another time": good[:10] + u64(TIME + 1) + good[18:],
        "beyond the tree": said + u32(1) + u32(1) + u8(0), "of no items": said + u32(0) + u32(0) + u8(0),
        "a hash too many": good[: len(said) + 8] + u8(3) + good[len(said) + 9:] + b"\0" * 32,
        "for the record without its acks": receipt(
            word(net, orderer, 0, [items[0], sha(item(texts[1])), items[2]]), [items[0], sha(item(texts[1])), items[2]], 1),
    }
    whole = complaint(net, handed, [good], validator)
    second = good[:1] + u8(1) + good[2:]  # as if by orderer 1: for the order of receipts alone
    long_path = said + u32(3) + u32(1) + u8(11) + b"\0" * 32 * 11

    def body(**changes):
        return complaint(net, changes.pop("handed", handed), changes.pop("receipts", [good]), validator, **changes)

    malformed = {
        "another magic": b"STLB" + whole[4:], "version 2": body(version=2), "said before it was handed on": body(since=TIME + 1),
        "a time beyond 2^53": body(time=2**53), "a height beyond 2^53": body(at=(0, 2**53, b"\1" * 32)),
        "an item that is none": body(handed=handed + b"\0"), "no item": body(handed=b""),
        "no record in the item": body(handed=item("garbage")), "acks out of order": body(handed=item(texts[1], [ack, ack])),
        "no receipts": body(receipts=[]), "an orderer twice": body(receipts=[good, good]), "orderers out of order": body(receipts=[second, good]),
        "seventeen receipts": body(receipts=[u16(i) + good[2:] for i in range(17)]), "a path too long": body(receipts=[long_path]),
        "a byte more": whole + b"\0", "a long net": complaint("n" * 65, handed, [good], validator),
    }
    nobody = complaint_body(net, handed, [good], b"\0" * 33) + b"\0" * 64
    refusal = u8(2) + bytes16(b"no_authority") + bytes16(b"stele.org")
    held = u8(0) + bytes16(b"") + bytes16(b"")
    final = u8(1) + bytes16(b"") + bytes16(b"")
    heard = u8(4) + bytes16(b"") + bytes16(b"")

    def fates(leads, *list_of, signed=b""):
        return b"STLO" + u8(1) + u8(leads) + u32(len(list_of)) + b"".join(list_of) + u8(1 if signed else 0) + signed

    two = word(net, orderer, 0, [items[0], items[2]])
    header, _, signature = texts[0].split(".")
    junk = complaint(net, item(f"{header}.e30.{signature}"), [good], validator)
    return {
        "net": net, "jws": texts, "record_ids": [i.hex() for i in ids], "item_digests": [i.hex() for i in items],
        "items": (b"STLI" + u8(1) + u32(2) + item(texts[0]) + handed).hex(),
        "fates": {"bytes": fates(1, held, refusal, final, heard, signed=two).hex(), "items": [items[0].hex(), items[2].hex()],
                  "refused": fates(0, refusal).hex()},
        "malformed_fates": [{"name": n, "bytes": b.hex(), "items": count} for n, count, b in (
            ("held and not signed for", 1, fates(0, held)), ("final and not signed for", 1, fates(0, final)),
            ("signed for, and nothing held", 1, fates(0, refusal, signed=two)),
            ("signed for, and only heard of", 1, fates(0, heard, signed=two)), ("a sixth fate", 1, fates(0, u8(5) + heard[1:])),
            ("heard of, with a reason", 1, fates(0, u8(4) + bytes16(b"overloaded") + bytes16(b""))),
            ("two words", 1, fates(0, held)[:-1] + u8(2) + two + two), ("half a word", 1, fates(0, held, signed=two)[:-1]),
        )],
        "words": words, "receipts": receipts,
        "false_receipts": [{"name": n, "item": items[1].hex(), "bytes": b.hex()} for n, b in false.items()],
        "complaint": {"bytes": whole.hex(), "digest": tagged("stele/v1/complaint", whole[:-64]).hex(),
                      "record": ids[1].hex(), "item": items[1].hex(), "since": TIME - 60, "time": TIME, "height": HEIGHT,
                      "key": validator.compressed.hex(), "message": (u8(6) + bytes32(whole)).hex()},
        "complaint_of_nobody": nobody.hex(), "complaint_of_junk": junk.hex(),
        "malformed_complaints": [{"name": n, "bytes": b.hex()} for n, b in malformed.items()],
    }
