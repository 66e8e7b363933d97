"""The network, the persons and the chain that the golden vectors tell of. All names are invented."""
from reference import (
    ACKED, VALID, PrivateKey, Record, ack_digest, b64u, block_body, block_digest, checkpoint_text, compact_json,
    disclosure_digest, merkle_path, merkle_root, net_of, possession_digest, qc_bytes, seconds, sha, status_leaves,
    status_path, status_root, utc, validators_digest, vote, vote_digest,
)

DAY = 86400


def person(number):
    return b64u(sha(f"stele test person {number}".encode("ascii"))[:16])


class Network:
    """2-of-3 roots, 1 orderer, 1 validator, 1 vault."""

    name, base_url, time = "vidu", "https://stele.example.vn/so", seconds("2026-01-05T00:00:00Z")

    def __init__(self):
        self.roots = [PrivateKey(1), PrivateKey(2), PrivateKey(3)]
        self.orderer, self.validator, self.vault = PrivateKey(4), PrivateKey(5), PrivateKey(6)
        self.genesis = {
            "v": 1, "name": self.name, "mode": "test", "base_url": self.base_url, "time": utc(self.time), "rules": 1,
            "root_quorum": 2,
            "roots": [{"person": person(i + 1), "key": b64u(k.compressed)} for i, k in enumerate(self.roots)],
            "orderers": [{"id": "so-1", "key": b64u(self.orderer.compressed)}],
            "validators": [{"id": "so-1", "key": b64u(self.validator.compressed)}],
            "vaults": [{"id": "kho-1", "key": b64u(self.vault.compressed)}],
        }
        self.file = compact_json(self.genesis) + "\n"
        self.digest = sha(self.file.encode("utf-8"))
        self.net = net_of(self.name, self.file.encode("utf-8"))
        members = [("so-1", self.validator.compressed)]
        self.validators = validators_digest(members, members)
        self.checkpoint = checkpoint_text({
            "net": self.net, "size": 0, "log_root": merkle_root([]), "height": 0, "epoch": 0, "rules": 1,
            "parent": self.digest, "body": self.digest, "status": merkle_root([]), "validators": self.validators,
            "time": self.time,
        })
        self.checkpoint_hash = sha(self.checkpoint.encode("ascii"))

    def common(self, after):
        return {"v": 1, "net": self.net, "after": b64u(after)}

    def credential(self, record_type, claims, idx, stele, list_number=0, cnf=None):
        """Payload members in the order of section 5; `stele` with its `v net after`."""
        payload = {
            "iss": f"{self.base_url}/orgs/{stele['org']}",
            "vct": f"{self.base_url}/vct/sd-jwt-vc-13/{record_type}/1",
            "_sd_alg": "sha-256",
            "_sd": claims.sd,
            "status": {"status_list": {"idx": idx, "uri": f"{self.base_url}/status/0/{list_number}"}},
        }
        if cnf:
            payload["cnf"] = {"jwk": cnf.jwk}
        return {**payload, "stele": stele}


# ---------------------------------------------------------------------------------------------------------------------
# Rule set and policy

RULE_SET = {
    "id": "tt22-2021", "kinds": ["thcs", "thpt"], "marks": {"regular": 1, "mid": 2, "final": 3},
    "year": {"t1": 1, "t2": 2}, "terms": {"first": "hk1", "second": "hk2", "year": "cn"}, "levels": ["dat", "chua-dat"],
    "subjects": [
        {"code": "toan", "name": "Toán", "kind": "marks"}, {"code": "ngu-van", "name": "Ngữ văn", "kind": "marks"},
        {"code": "gdtc", "name": "Giáo dục thể chất", "kind": "level"},
    ],
    "regular_min": 2, "regular_max": 4,
}
RULE_SET_TEXT = compact_json(RULE_SET)
ASSESSMENT = {"id": RULE_SET["id"], "digest": b64u(sha(RULE_SET_TEXT.encode("utf-8")))}


def need(by, unit, roles, count=1, scope=()):
    return {"by": by, "count": count, "unit": unit, "roles": roles, "scope": list(scope)}


def act(name, unit, roles, scope=(), needs=(), on=None, may_grant=None, period=None, **dates):
    """Members in the order of section 4.2."""
    out = {"act": name}
    if on:
        out["on"] = on
    out.update({k: dates[k] for k in ("replaces", "from", "to") if k in dates})
    out.update({"unit": unit, "roles": roles, "scope": list(scope)})
    if may_grant:
        out["may_grant"] = may_grant
    if period:
        out["period"] = period
    return {**out, "needs": list(needs)}


def policy(number=1, **changes):
    by_office = [need("countersign", "above", ["registrar"])]
    by_school = [need("countersign", "own", ["principal"])]
    out = {
        "number": number, "rules": 1, "rules_from": 0,
        "roles": ["clerk", "homeroom", "principal", "registrar", "school-seal", "teacher"],
        "org_kinds": ["department", "school"], "kinds": ["minutes", "thcs", "thpt"],
        "reasons": ["entry-error", "lost", "under-review"],
        "limits": {"after_days": 30, "pending_days": 30, "second_key_days": 1},
        "quotas": [{"act": "document", "per_day": 2}],
        "assessment": [{**ASSESSMENT, "data": b64u(RULE_SET_TEXT.encode("utf-8")), "from": "2021-09-05"}],
        "acts": [
            act("key", "above", ["registrar"], on="sign", may_grant=["clerk", "homeroom", "principal", "teacher"]),
            act("key", "above", ["registrar"], on="seal", may_grant=["school-seal"]),
            act("class-list", "own", ["clerk"]),
            act("grade-sheet", "own", ["teacher"], ["class", "subject", "year"], on="thpt"),
            act("summary-sheet", "own", ["homeroom"], ["class", "year"], on="thpt"),
            act("transcript", "own", ["principal"], on="thpt", period="year",
                needs=[need("seal", "own", ["school-seal"])]),
            act("diploma", "own", ["principal"], on="thpt", period="once", **{"from": "2026-01-01"}),
            act("certificate", "own", ["principal"], on="thpt", period="nth"),
            act("amend", "own", ["teacher"], ["class", "subject"], on="grade-sheet",
                needs=[need("countersign", "own", ["principal"])]),
            act("document", "own", ["clerk", "principal"]),
            act("suspend", "own", ["principal"], on="document", needs=by_office),
            act("reinstate", "own", ["principal"], on="document", needs=by_office),
            act("reinstate", "own", ["principal"], on="key", needs=by_office),
            act("revoke", "own", ["principal"], on="document", needs=by_office),
            act("compromise", "above", ["registrar"], needs=by_school),
            *(act("reinstate", "above", ["registrar"], on=kind, needs=by_school)
              for kind in ("document", "grade-sheet", "amend", "countersign")),
        ],
    }
    out.update(changes)
    return out


# ---------------------------------------------------------------------------------------------------------------------
# Persons with keys

OFFICE, SCHOOL = "so-vi-du", "thpt-vi-du-1"


class Staff:
    """A person, the key in their hand and the disclosure that names them."""

    def __init__(self, network, chance, number, org, name, title, grants, use="sign"):
        self.network, self.key, self.org, self.person, self.use = network, PrivateKey(number), org, person(number), use
        self.grants = grants
        self.claim = {"name": name, "title": title, "certificate": b64u(sha(f"certificate {number}".encode("ascii")))}
        self.disclosure = chance.disclosure("person", self.claim)
        self.binding = b64u(disclosure_digest(self.disclosure))

    def body(self, **changes):
        out = {"org": self.org, "person": self.person, "use": self.use, "jwk": self.key.jwk, "grants": self.grants,
               "binding": self.binding}
        out.update(changes)
        proof = self.key.sign(possession_digest(self.network.net, out["org"], out["person"], out["use"], self.key.kid,
                                                out["binding"]))
        tail = {k: out.pop(k) for k in ("replaces", "reason") if k in out}
        return {**out, "proof": b64u(proof), **tail}


def staff_of(network, chance):
    def grant(role, org, **scope):
        return {"role": role, "org": org, **scope}

    rows = {
        "officer": (11, OFFICE, "Trần Thị Bình", "Chuyên viên", [grant("registrar", OFFICE)], "sign"),
        "clerk": (12, SCHOOL, "Lê Văn Cường", "Văn thư", [grant("clerk", SCHOOL)], "sign"),
        "teacher": (13, SCHOOL, "Phạm Thị Dung", "Giáo viên",
                    [{"role": "teacher", "org": SCHOOL, "class": "10A1", "subject": "toan", "year": "2025"}], "sign"),
        "homeroom": (14, SCHOOL, "Hoàng Văn Em", "Giáo viên chủ nhiệm",
                     [{"role": "homeroom", "org": SCHOOL, "class": "10A1", "year": "2025"}], "sign"),
        "principal": (15, SCHOOL, "Nguyễn Thị Giang", "Hiệu trưởng", [grant("principal", SCHOOL)], "sign"),
        "inspector": (17, OFFICE, "Vũ Thị Hạnh", "Thanh tra", [grant("registrar", OFFICE)], "sign"),
        "seal": (16, SCHOOL, "Trường THPT Ví Dụ 1", "Con dấu", [grant("school-seal", SCHOOL)], "seal"),
    }
    return {k: Staff(network, chance, n, org, name, title, grants, use)
            for k, (n, org, name, title, grants, use) in rows.items()}


# ---------------------------------------------------------------------------------------------------------------------
# Chain


class Block:
    def __init__(self, fields, signature, header, qc, statuses, leaves, acks):
        self.fields, self.header, self.qc, self.statuses, self.leaves = fields, header, qc, statuses, leaves
        self.acks = acks
        self.body_hash = sha(block_body(fields))
        self.bytes = block_body(fields) + signature
        self.hash = sha(header.encode("ascii"))
        self.height, self.time = fields["height"], None


class Chain:
    """Blocks as the text says; what each block does to the statuses is stated by the scenario, by hand."""

    def __init__(self, network):
        self.network, self.blocks, self.records, self.statuses, self.refused = network, [], [], [], []
        self.position = {}
        self.changes = {}  # height of the first header that a new set signs: {"set": b64u} or {"recovery": b64u}

    @property
    def height_of_next(self):
        return len(self.blocks) + 1

    def hash_at(self, height):
        return self.network.checkpoint_hash if height == 0 else self.blocks[height - 1].hash

    def time_at(self, height):
        return self.network.time if height == 0 else self.blocks[height - 1].time

    def common(self, **changes):
        return {**self.network.common(self.hash_at(max(0, self.height_of_next - 2))), **changes}

    def record(self, record_type, key, body):
        return Record(record_type, key, {"stele": {**self.common(), **body}})

    def acks_of(self, records):
        out = []
        for r in records:
            if r.type in ACKED:
                out.append((r.leaf, 0, self.network.vault.sign(ack_digest(self.network.net, r.leaf, 0))))
        return sorted(out)

    def fields(self, records, **changes):
        height = self.height_of_next
        out = {
            "net": self.network.net, "rules": 1, "epoch": 0, "height": height, "attempt": 0,
            "parent": self.hash_at(height - 1), "parent_qc": self.blocks[-1].qc if self.blocks else b"",
            "epoch_proof": b"", "acks": self.acks_of(records), "orderer": 0, "records": [r.jws for r in records],
        }
        out.update(changes)
        return out

    def certify(self, header, time):
        header_hash = sha(header.encode("ascii"))
        signature = self.network.validator.sign(vote_digest(header_hash, time))
        return qc_bytes(header_hash, [vote(0, time, signature)])

    def add(self, records, vote_time, effects=()):
        """`vote_time`: that of the vote for this block, which dates the next. `effects`: (record, status) pairs."""
        fields = self.fields(records)
        parent = self.height_of_next - 1
        time = self.time_at(parent)
        if parent > 0:
            time = max(time, self.blocks[-1].vote_time)
        for r in records:
            self.position[r.id] = len(self.records)
            self.records.append(r)
            self.statuses.append(VALID)
        for record, status in effects:
            self.statuses[self.position[record.id]] = status
        leaves = [r.leaf for r in self.records]
        body_hash = sha(block_body(fields))
        header = checkpoint_text({
            "net": self.network.net, "size": len(leaves), "log_root": merkle_root(leaves), "height": fields["height"],
            "epoch": 0, "rules": 1, "parent": fields["parent"], "body": body_hash,
            "status": status_root(self.statuses), "validators": self.network.validators, "time": time,
        })
        signature = self.network.orderer.sign(block_digest(body_hash))
        block = Block(fields, signature, header, self.certify(header, vote_time), list(self.statuses), leaves,
                      fields["acks"])
        block.time, block.vote_time = time, vote_time
        self.blocks.append(block)
        return block

    def refuse(self, name, codes, records=(), signer=None, signature=None, record=None, raw=None, **changes):
        """A block that must be refused as the next one; `record`: number of the record that is to blame."""
        body = block_body(self.fields(list(records), **changes))
        signature = signature or (signer or self.network.orderer).sign(block_digest(sha(body)))
        codes = [codes] if isinstance(codes, str) else codes
        data = raw(body + signature) if raw else body + signature
        self.refused.append({"name": name, "after_height": len(self.blocks), "codes": codes, "record": record,
                             "block": data.hex()})

    def refuse_record(self, codes, record, name=None, **changes):
        self.refuse(name or f"record: {codes if isinstance(codes, str) else codes[0]} ({record.type})", codes, [record],
                    record=0, **changes)


# ---------------------------------------------------------------------------------------------------------------------
# Evidence (section 9)


class Evidence:
    """Collects facts by name and puts them in the one canonical order."""

    def __init__(self, chain):
        self.chain = chain
        self.headers, self.qcs, self.records, self.inclusions, self.statuses = set(), set(), set(), set(), set()

    def header(self, height):
        self.headers.add(height)

    def final(self, height):
        """A header with the child whose certificate makes it final."""
        self.headers |= {height, height + 1}
        self.qcs.add(height + 1)

    def fact(self, record, height, status=True):
        index = self.chain.position[record.id]
        self.records.add(index)
        self.headers.add(height)
        self.inclusions.add((index, height))
        if status:
            self.statuses.add((index, height))

    def record_with_authority(self, record, authority):
        """Inclusion under its own block and authority under that block's parent."""
        index = self.chain.position[record.id]
        height = next(b.height for b in self.chain.blocks if len(b.leaves) > index)
        self.fact(record, height, status=False)
        self.final(height)
        self.header(height - 1)
        for r in authority:
            self.fact(r, height - 1)

    def position(self, record):
        return sorted(self.records).index(self.chain.position[record.id])

    def value(self):
        # All changes of the set up to the highest header, each with the certificate of its header.
        changes = {h: item for h, item in self.chain.changes.items() if h <= max(self.headers)}
        # The base of a recovery is the place of its header's parent, which tells its epoch and time.
        bases = {h - 1 for h, item in changes.items() if "recovery" in item}
        heights, indexes = sorted(self.headers | changes.keys() | bases), sorted(self.records)
        header_at = {h: i for i, h in enumerate(heights)}
        record_at = {r: i for i, r in enumerate(indexes)}
        block = {h: self.chain.blocks[h - 1] for h in heights if h > 0}
        inclusions, statuses = [], []
        for r, h in sorted(self.inclusions):
            path = merkle_path(r, block[h].leaves)
            inclusions.append({"record": record_at[r], "header": header_at[h], "path": [b64u(p) for p in path]})
        for r, h in sorted(self.statuses):
            leaf, path = status_leaves(block[h].statuses)[r // 256], status_path(r, block[h].statuses)
            statuses.append({"record": record_at[r], "header": header_at[h], "leaf": b64u(leaf),
                             "path": [b64u(p) for p in path]})
        return {
            "headers": [block[h].header if h else self.chain.network.checkpoint for h in heights],
            "qcs": [{"header": header_at[h], "qc": b64u(block[h].qc)} for h in sorted(self.qcs | changes.keys())],
            "records": [{"jws": self.chain.records[r].jws, "index": r} for r in indexes],
            "inclusions": inclusions,
            "statuses": statuses,
            **({"changes": [{"header": header_at[h], **changes[h]} for h in sorted(changes)]} if changes else {}),
        }


def file_text(value):
    return compact_json(value) + "\n"
