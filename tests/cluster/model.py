"""What clients were told, held against the nodes' ledgers: the rules that a history of real processes must keep.

A ledger is a list of blocks from height 1; a block is (digest of its bytes, ids of its records). An answer is what one
client heard of one record at one node; times are of one clock. `faults` says in words what is wrong; nothing is: [].
"""
import dataclasses
import struct


@dataclasses.dataclass
class Answer:
    record: str  # its id
    node: str
    called: float
    returned: float | None  # None: no answer came
    status: str  # final, refused, pending, unknown
    index: int | None = None
    height: int | None = None
    code: str = ""


def places_of(ledger):
    """By record id: (index, height) of each time that it stands there."""
    places, index = {}, 0
    for height, (_, records) in enumerate(ledger, 1):
        for record in records:
            places.setdefault(record, []).append((index, height))
            index += 1
    return places


def faults(answers, ledgers):
    """`ledgers`: by node's name."""
    out = differing(ledgers)
    for name, ledger in ledgers.items():
        places = places_of(ledger)
        out += [f"{name}: {record} stands at {at}" for record, at in places.items() if len(at) > 1]
        out += [f for a in answers for f in of_answer(a, places.get(a.record, []), name)]
    out += contradictions(answers)
    for name, ledger in list(ledgers.items())[:1]:
        out += out_of_order(answers, places_of(ledger), name)
    return out


def differing(ledgers):
    out = []
    lengths = {name: len(ledger) for name, ledger in ledgers.items()}
    if len(set(lengths.values())) > 1:
        out.append(f"ledgers are of different heights: {lengths}")
    for height in range(1, min(lengths.values(), default=0) + 1):
        digests = {name: ledger[height - 1][0] for name, ledger in ledgers.items()}
        if len(set(digests.values())) > 1:
            out.append(f"height {height} differs: {digests}")
    return out


def of_answer(a, at, name):
    if a.status == "final" and at[:1] != [(a.index, a.height)]:
        return [f"{name}: {a.record} was called final at {(a.index, a.height)} by {a.node}, and stands at {at}"]
    if a.status == "refused" and at:
        return [f"{name}: {a.record} was refused by {a.node} ({a.code}), and stands at {at}"]
    return []


def contradictions(answers):
    out, told = [], {}
    for a in answers:
        if a.status not in ("final", "refused"):
            continue
        word = (a.status, a.index, a.height) if a.status == "final" else ("refused",)
        first = told.setdefault(a.record, (word, a.node))
        if first[0] != word:
            out.append(f"{a.record}: {first[1]} said {first[0]}, {a.node} said {word}")
    return out


def out_of_order(answers, places, name):
    """What was final before another was first handed in stands before it."""
    called, final = {}, {}
    for a in answers:
        called[a.record] = min(a.called, called.get(a.record, a.called))
        if a.status == "final":
            final[a.record] = min(a.returned, final.get(a.record, a.returned))
    out, latest = [], (float("-inf"), None)
    for record in sorted((r for r in places if r in called), key=lambda r: places[r][0]):
        if record in final and final[record] < latest[0]:
            out.append(f"{name}: {record} was final before {latest[1]} was handed in, and stands behind it")
        latest = max(latest, (called[record], record))
    return out


# ---------------------------------------------------------------------------------------------------------------------
# Blocks as nodes give them (wire-format.md section 7): only as much as is needed to see what stands where.


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("cut off")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def sized(self, form=">I"):
        return self.take(self.number(form))


def records_of(block):
    """Height, epoch and JWS texts."""
    r = Reader(block)
    if r.take(5) != b"STLB\x01":
        raise ValueError("no block")
    r.sized(">H")
    r.take(4)
    epoch, height = r.number(">Q"), r.number(">Q")
    r.take(4 + 32)
    r.sized()
    r.sized()
    r.take(r.number(">I") * (32 + 2 + 64))
    r.take(2)
    records = [r.sized().decode("ascii") for _ in range(r.number(">I"))]
    if r.at + 64 != len(block):
        raise ValueError("bytes after the block")
    return height, epoch, records


def blocks_of(stream):
    """Of `GET /v1/blocks`."""
    r = Reader(stream)
    if r.take(5) != b"STLS\x01":
        raise ValueError("no list of blocks")
    return [r.sized() for _ in range(r.number(">I"))]
