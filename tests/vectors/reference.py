"""A second reading of docs/wire-format.md, in plain Python, that shares no code with the C++ one.

Section numbers are those of that page. Everything is deterministic: keys, salts and seeds follow from a name, and ECDSA
nonces from RFC 6979.
"""
import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone

from cryptography.hazmat.primitives.asymmetric import ec

# ---------------------------------------------------------------------------------------------------------------------
# 1. Conventions


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def tagged(tag, content):
    return sha(tag.encode("ascii"), b"\0", content)


def b64u(data):
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def b64(data):
    return base64.b64encode(data).decode("ascii")


def u8(n):
    return n.to_bytes(1, "big")


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def bytes16(data):
    return u16(len(data)) + data


def bytes32(data):
    return u32(len(data)) + data


def compact_json(value):
    """What ECMAScript's JSON.stringify prints, for the texts that strict JSON allows."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def utc(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())


# Merkle trees: RFC 6962 section 2.1, over leaf hashes.


def leaf_hash(data):
    return sha(b"\0", data)


def split(n):
    """The largest power of two below n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def merkle_root(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha(b"\1", merkle_root(leaves[:k]), merkle_root(leaves[k:]))


def merkle_path(index, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return merkle_path(index, leaves[:k]) + [merkle_root(leaves[k:])]
    return merkle_path(index - k, leaves[k:]) + [merkle_root(leaves[:k])]


# ECDSA with the nonce of RFC 6979 and a low s. Only the multiplication of the base point is borrowed.

CURVES = {
    "secp256k1": (ec.SECP256K1(), 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141),
    "P-256": (ec.SECP256R1(), 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
}


def nonces(secret, digest, n):
    x = secret.to_bytes(32, "big")
    h = (int.from_bytes(digest, "big") % n).to_bytes(32, "big")
    v, k = b"\1" * 32, b"\0" * 32
    k = hmac.digest(k, v + b"\0" + x + h, "sha256")
    v = hmac.digest(k, v, "sha256")
    k = hmac.digest(k, v + b"\1" + x + h, "sha256")
    v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        candidate = int.from_bytes(v, "big")
        if 0 < candidate < n:
            yield candidate
        k = hmac.digest(k, v + b"\0", "sha256")
        v = hmac.digest(k, v, "sha256")


class PrivateKey:
    def __init__(self, number=None, crv="secp256k1", secret=None):
        """`secret`: 32 bytes of a key that is there already."""
        self.crv = crv
        self.curve, self.n = CURVES[crv]
        self.secret_bytes = secret or sha(f"stele test key {number}".encode("ascii"))
        self.secret = int.from_bytes(self.secret_bytes, "big")
        assert 0 < self.secret < self.n
        point = ec.derive_private_key(self.secret, self.curve).public_key().public_numbers()
        self.x, self.y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        self.compressed = bytes([2 + (point.y & 1)]) + self.x
        self.jwk = {"crv": crv, "kty": "EC", "x": b64u(self.x), "y": b64u(self.y)}
        self.kid = sha(compact_json(self.jwk).encode("ascii"))  # RFC 7638: members in lexicographic order
        self.alg = "ES256K" if crv == "secp256k1" else "ES256"

    def sign(self, digest, low_s=True):
        z = int.from_bytes(digest, "big")
        for k in nonces(self.secret, digest, self.n):
            r = ec.derive_private_key(k, self.curve).public_key().public_numbers().x % self.n
            s = pow(k, -1, self.n) * (z + r * self.secret) % self.n
            if r and s:
                break
        if (s > self.n // 2) == low_s:
            s = self.n - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# ---------------------------------------------------------------------------------------------------------------------
# 2, 3. Network and envelope

CREDENTIALS = ["transcript", "diploma", "certificate", "school-transfer", "export"]
ACKED = ["class-list", "grade-sheet", "summary-sheet", "register", "amend"] + CREDENTIALS[:4]
BOUNDS = {
    "org": 4096, "key": 8192, "validators": 16384, "orderers": 16384, "policy": 131072, "approve": 16384, "countersign": 16384,
    "seal": 16384, "class-list": 4096, "grade-sheet": 4096, "summary-sheet": 4096, "register": 4096, "amend": 24576,
    "suspend": 16384, "reinstate": 16384, "revoke": 16384, "compromise": 4096, "erase": 16384, "document": 16384,
    "transcript": 16384, "diploma": 16384, "certificate": 16384, "school-transfer": 16384, "export": 16384,
}


def net_of(name, genesis_file):
    return f"stele/{name}/{sha(genesis_file).hex()[:32]}"


def typ_of(record_type):
    return "dc+sd-jwt" if record_type in CREDENTIALS else f"stele-{record_type}+jwt"


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def sign_jws(key, header, payload, low_s=True):
    """`header` and `payload` are values, or text when the exact bytes matter."""
    parts = [part if isinstance(part, (str, bytes)) else compact_json(part) for part in (header, payload)]
    signed = ".".join(b64u(as_bytes(part)) for part in parts)
    return signed + "." + b64u(key.sign(sha(signed.encode("ascii")), low_s))


def header_of(key, record_type):
    return {"alg": key.alg, "kid": b64u(key.kid), "typ": typ_of(record_type)}


class Record:
    """A signed record. `payload` as a value, in the member order of the wire format's tables."""

    def __init__(self, record_type, key, payload):
        self.type, self.key, self.payload = record_type, key, payload
        self.jws = sign_jws(key, header_of(key, record_type), payload)
        self.id = sha(self.jws.rsplit(".", 1)[0].encode("ascii"))
        self.leaf = leaf_hash(self.jws.encode("ascii"))
        assert len(self.jws) <= BOUNDS[record_type]

    @property
    def stele(self):
        return self.payload["stele"]

    @property
    def ref(self):
        return b64u(self.id)


# ---------------------------------------------------------------------------------------------------------------------
# 4, 5. Proofs, disclosures, sheets


def possession_digest(net, org, person, use, kid, binding):
    return tagged("stele/v1/key-proof", "\0".join([net, org, person, use, b64u(kid), binding]).encode("ascii"))


def erase_digest(net, target, positions):
    return tagged("stele/v1/erase", net.encode("ascii") + b"\0" + target + b"".join(u32(p) for p in positions))


def book_tag(book, record_type, kind, period):
    return hmac.digest(book, "\0".join(["stele/v1/tag", record_type, kind, period]).encode("ascii"), "sha256")


def decoy_digest(seed):
    return tagged("stele/v1/decoy", seed)


def disclosure_digest(text):
    return sha(text.encode("ascii"))


class Chance:
    """Salts and seeds that follow from a name and a counter."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def bytes(self, size):
        self.count += 1
        return sha(f"stele test {self.name} {self.count}".encode("ascii"))[:size]

    def disclosure(self, name, value):
        return b64u(compact_json([b64u(self.bytes(16)), name, value]).encode("utf-8"))


class Rows:
    """The rows of a sheet; `payload` is what is handed to a vault beside the record (section 10)."""

    def __init__(self, chance, placed, count=16):
        """`placed`: row number to (result, detail)."""
        self.payload, data = [], []
        for p in range(count):
            if p in placed:
                texts = [chance.disclosure("result", placed[p][0]), chance.disclosure("detail", placed[p][1])]
                self.payload.append({"result": texts[0], "detail": texts[1]})
                data += [disclosure_digest(t) for t in texts]
            else:
                seeds = [chance.bytes(32), chance.bytes(32)]
                self.payload.append({"decoy": [b64u(s) for s in seeds]})
                data += [decoy_digest(s) for s in seeds]
        self.count, self.digests = count, data
        self.leaves = [leaf_hash(d) for d in data]
        self.root = merkle_root(self.leaves)

    def members(self):
        return {"root": b64u(self.root), "rows": self.count}


class Claims:
    """The disclosures of a credential, filled up with decoys."""

    def __init__(self, chance, claims, total):
        names = sorted([*claims, "contents"])
        self.disclosures = [chance.disclosure(n, names if n == "contents" else claims[n]) for n in names]
        self.names = names
        self.decoys = [chance.bytes(32) for _ in range(total - len(names))]
        digests = [disclosure_digest(d) for d in self.disclosures] + [decoy_digest(s) for s in self.decoys]
        self.sd = sorted(b64u(d) for d in digests)


# ---------------------------------------------------------------------------------------------------------------------
# 6, 7, 8. Checkpoint, block, status


def enc_set(members):
    return u16(len(members)) + b"".join(bytes16(m.encode("ascii")) + key for m, key in members)


def validators_digest(now, following):
    return sha(b"stele/v1/validators\0", enc_set(now), enc_set(following))


def checkpoint_text(c):
    lines = [
        c["net"], str(c["size"]), b64(c["log_root"]), f"height {c['height']}", f"epoch {c['epoch']}",
        f"rules {c['rules']}", f"parent {b64(c['parent'])}", f"body {b64(c['body'])}", f"status {b64(c['status'])}",
        f"validators {b64(c['validators'])}", f"time {utc(c['time'])}",
    ]
    return "".join(line + "\n" for line in lines)


def vote_digest(header_hash, time):
    return tagged("stele/v1/vote", header_hash + u64(time))


def vote(number, time, signature):
    return u16(number) + u64(time) + signature


def qc_bytes(header_hash, votes):
    return b"STLQ" + u8(1) + header_hash + u16(len(votes)) + b"".join(votes)


def ack_digest(net, leaf, vault):
    return tagged("stele/v1/ack", net.encode("ascii") + b"\0" + leaf + u16(vault))


def block_body(b):
    """A block without its orderer's signature."""
    return b"".join([
        b"STLB", u8(1), bytes16(b["net"].encode("ascii")), u32(b["rules"]), u64(b["epoch"]), u64(b["height"]),
        u32(b["attempt"]), b["parent"], bytes32(b["parent_qc"]), bytes32(b["epoch_proof"]),
        u32(len(b["acks"])), *[leaf + u16(vault) + signature for leaf, vault, signature in b["acks"]],
        u16(b["orderer"]), u32(len(b["records"])), *[bytes32(jws.encode("ascii")) for jws in b["records"]],
    ])


def block_digest(body_hash):
    return tagged("stele/v1/block", body_hash)


def place(epoch, height, header_hash):
    return u64(epoch) + u64(height) + header_hash


NOWHERE = (0, 0, b"\0" * 32)


def epoch_statement_body(s):
    """`highest` and `last_vote` are (epoch, height, header hash)."""
    return b"".join([
        b"STLE", u8(1), bytes16(s["net"].encode("ascii")), u64(s["to"]), place(*s["highest"]), place(*s["last_vote"]),
        u64(s["last_vote_parent"]), s.get("recovery", b"\0" * 32), u64(s["time"]), s["validator"],
    ])


def recovery_body(r):
    return b"".join([
        b"STLR", u8(1), bytes16(r["net"].encode("ascii")), place(*r["base"]), u64(r["epoch"]),
        bytes16(r["reason"].encode("ascii")), u64(r["time"]), enc_set(r["set"]),
    ])


def recovery(body, signatures):
    """`signatures`: (root number, signature)."""
    return body + u16(len(signatures)) + b"".join(u16(n) + s for n, s in signatures)


def epoch_proof(statements, recovery_bytes=b""):
    return b"STLP" + u8(1) + bytes32(recovery_bytes) + u16(len(statements)) + b"".join(bytes16(s) for s in statements)


def signed_vote(header, key, time, signature):
    return bytes16(header.encode("ascii")) + key + u64(time) + signature


def vote_message(vote_bytes):
    return b"STLT" + u8(1) + vote_bytes


def double_vote(first, second):
    return b"STLD" + u8(1) + first + second


VALID, SUPERSEDED, SUSPENDED, REVOKED = range(4)


def status_leaves(statuses):
    leaves = []
    for start in range(0, len(statuses), 256):
        leaf = bytearray(64)
        for i, status in enumerate(statuses[start : start + 256]):
            leaf[i // 4] |= status << (2 * (i % 4))
        leaves.append(bytes(leaf))
    return leaves


def status_root(statuses):
    return merkle_root([leaf_hash(leaf) for leaf in status_leaves(statuses)])


def status_path(index, statuses):
    return merkle_path(index // 256, [leaf_hash(leaf) for leaf in status_leaves(statuses)])
