"""One record of every type, with all members and with the fewest, and what must be refused about each."""
import base64
import copy

from reference import (
    BOUNDS, Chance, Claims, PrivateKey, Record, Rows, b64u, compact_json, disclosure_digest, erase_digest,
    header_of, possession_digest, sha, sign_jws,
)
from scenario import ASSESSMENT, RULE_SET_TEXT, act, need, person, policy

CHANCE = Chance("sample")
SIGNER, EXPORTER = PrivateKey(31), PrivateKey(32, "P-256")


def some_id(name):
    return b64u(sha(f"stele test id {name}".encode("ascii")))


def some_ids(name, count):
    return sorted((some_id(f"{name} {i}") for i in range(count)), key=bytes_of)


def bytes_of(ref):
    return base64.urlsafe_b64decode(ref + "=")


def signature(name, key=SIGNER):
    return b64u(key.sign(sha(name.encode("ascii"))))


class Samples:
    def __init__(self, network):
        self.network = network
        self.common = network.common(network.checkpoint_hash)
        self.claims = {}
        self.rows = Rows(CHANCE, {2: ({"tag": some_id("tag"), "mark": "8.5"}, {"regular": ["8.0"], "mid": "9.0",
                                                                                "final": "8.5"})})
        self.records = []
        for record_type, bodies in self.plain().items():
            for body in bodies:
                self.records.append(Record(record_type, SIGNER, {"stele": {**self.common, **body}}))
        for record_type, payloads in self.credentials().items():
            for payload in payloads:
                key = EXPORTER if record_type == "export" else SIGNER
                self.records.append(Record(record_type, key, payload))

    def key_body(self, number, use, crv="secp256k1", **changes):
        key = PrivateKey(number, crv)
        binding = b64u(disclosure_digest(CHANCE.disclosure("person", {"name": "Trần Thị Bình", "title": "Giáo viên"})))
        out = {"org": "thpt-vi-du-1", "person": person(number), "use": use, "jwk": key.jwk, "grants": [],
               "binding": binding, **changes}
        digest = possession_digest(self.network.net, out["org"], out["person"], use, key.kid, binding)
        tail = {k: out.pop(k) for k in ("replaces", "reason") if k in out}
        return {**out, "proof": b64u(key.sign(digest)), **tail}

    def plain(self):
        ids, rows = some_ids("target", 3), self.rows.members()
        replaced = {"replaces": some_id("earlier"), "reason": "entry-error"}
        grants = [
            {"role": "teacher", "org": "thpt-vi-du-1", "class": "10A1", "subject": "toan", "term": "hk1",
             "year": "2025", "from": "2025-09-05", "to": "2026-05-31"},
            {"role": "clerk", "org": "thpt-vi-du-1"},
        ]
        full_policy = policy(
            7, rules_from=100,
            acts=[
                act("transcript", "own-or-above", ["principal", "officer"], ["class", "subject", "term", "year"],
                    [need("seal", "own", ["school-seal"], 1), need("countersign", "other", ["registrar"], 2, ["year"]),
                     need("approve", "root", ["officer"], 8)],
                    on="thpt", period="year", replaces=True, **{"from": "2026-04-15", "to": "2030-12-31"}),
                act("key", "above", ["registrar"], on="replace", may_grant=["clerk", "teacher"]),
            ],
            assessment=[{**ASSESSMENT, "data": b64u(RULE_SET_TEXT.encode("utf-8")), "from": "2021-09-05",
                         "to": "2027-08-31"}])
        small_policy = policy(1, roles=["clerk"], org_kinds=["school"], kinds=["thpt"], reasons=["lost"], quotas=[],
                              assessment=[], acts=[act("document", "own", ["clerk"])])
        sheet = {"org": "thpt-vi-du-1", "kind": "thpt"}
        graded = {"list": some_id("list"), "assessment": ASSESSMENT, **rows}
        second = {"org": "thpt-vi-du-1", "role": "principal"}
        change = {"org": "thpt-vi-du-1", "targets": ids, "reason": "under-review"}
        vault, target = self.network.vault, sha(b"stele test id erased")
        positions = [0, 3, 15]
        receipt = {"vault": 0, "signature": b64u(vault.sign(erase_digest(self.network.net, target, positions)))}
        second_receipt = {"vault": 2, "signature": signature("receipt")}
        book_receipt = {"vault": 0, "signature": b64u(vault.sign(erase_digest(self.network.net, target, [])))}
        members = [{"id": f"so-{i}", "org": "so-vi-du", "key": b64u(PrivateKey(40 + i).compressed)} for i in (2, 1)]
        return {
            "org": [
                {"org": "thpt-vi-du-1", "kind": "school", "parent": "so-vi-du", "name": "Trường THPT Ví Dụ (cơ sở 1), P. 3",
                 "vaults": [0, 2, 5], **replaced},
                {"org": "so", "kind": "department", "name": "Sở", "vaults": []},
            ],
            "key": [
                self.key_body(33, "sign", grants=grants, **replaced), self.key_body(34, "seal"),
                self.key_body(35, "export", "P-256"),
            ],
            "validators": [{"set": members, "evidence": some_ids("evidence", 2)}, {"set": members[:1]}],
            "orderers": [{"add": members, "retire": [0, 2]}, {"add": [], "retire": [1023]}],
            "policy": [full_policy, small_policy],
            "approve": [{"org": "root", "role": "root", "targets": ids}],
            "countersign": [{**second, "targets": ids[:1]}],
            "seal": [{"org": "thpt-vi-du-1", "role": "school-seal", "targets": ids[:2]}],
            "class-list": [
                {**sheet, "class": "1/2", "year": "2025", **rows, **replaced},
                {**sheet, "class": "12.6", "year": "2025", **rows},
            ],
            "grade-sheet": [
                {**sheet, "class": "10A1", "subject": "toan", "group": "nhom-1", "term": "hk1", "year": "2025", **graded},
                {**sheet, "class": "10A1", "subject": "toan", "term": "hk1", "year": "2025", **graded, "rows": 4096},
            ],
            "summary-sheet": [{**sheet, "class": "10A1", "term": "cn", "year": "2025", **graded}],
            "register": [{**sheet, "volume": "so-1", "page": 99999, "scan": some_id("scan"), **rows}],
            "amend": [
                {"org": "thpt-vi-du-1", "target": some_id("sheet"), "positions": [0, 3, 4095], **rows,
                 "reason": "entry-error", "supersedes": ids},
                {"org": "thpt-vi-du-1", "target": some_id("sheet"), "positions": [3], **rows, "reason": "entry-error",
                 "supersedes": []},
            ],
            "suspend": [change], "reinstate": [{**change, "lifts": some_id("suspend")}], "revoke": [{**change, "targets": ids[1:2]}],
            "compromise": [{"org": "thpt-vi-du-1", "key": b64u(SIGNER.kid), "from": 812, "to": 40960, "reason": "stolen"},
                           {"org": "so-vi-du", "key": b64u(SIGNER.kid), "from": 0, "reason": "stolen"}],
            "erase": [
                {"org": "thpt-vi-du-1", "target": b64u(target), "positions": positions, "reason": "request",
                 "receipts": [receipt, second_receipt]},
                {"org": "thpt-vi-du-1", "target": b64u(target), "positions": [], "book": True, "reason": "request",
                 "receipts": [book_receipt]},
            ],
            "document": [{"org": "thpt-vi-du-1", "kind": "minutes", "digests": [some_id("z"), some_id("a"), some_id("m")]}],
        }

    def credentials(self):
        base = {"org": "thpt-vi-du-1", "kind": "thpt", "tag": some_id("tag"), "period": "2025"}
        replaced = {"replaces": some_id("earlier"), "reason": "lost"}
        graded = {"assessment": ASSESSMENT, "class": "10A1"}
        shapes = {
            "transcript": [{**base, **replaced, **graded}, {**base, **graded}],
            "diploma": [{**base, "period": "once", "register": {"year": "2026", "number": 812}}],
            "certificate": [{**base, "period": "99", **replaced}],
            "school-transfer": [{**base, "period": "once", "to": "thpt-vi-du-2"}],
            "export": [{"org": "thpt-vi-du-1", "kind": "thpt", "original": some_id("original")}],
        }
        out = {}
        for record_type, bodies in shapes.items():
            claims = Claims(CHANCE, {"name": "Nguyễn Văn An"}, 64 if record_type in ("transcript", "export") else 32)
            self.claims[record_type] = claims
            holders = [PrivateKey(36), None] if record_type != "export" else [PrivateKey(37, "P-256")]
            out[record_type] = [
                self.network.credential(record_type, claims, 1048575, {**self.common, **body}, cnf=holder)
                for body, holder in zip(bodies, holders)]
        return out


# ---------------------------------------------------------------------------------------------------------------------
# What is refused. A form gives values of a wrong type, out of bounds and of bad form; `any_of` where the page leaves the
# choice between the two codes open.

LENGTH_OR_FORM = ["out_of_bounds", "bad_form"]
ID = [("A" * 42, LENGTH_OR_FORM), ("A" * 44, LENGTH_OR_FORM), ("A" * 42 + "B", ["bad_form"]), ("+" * 43, ["bad_form"])]
FORMS = {
    "code": [("", ["out_of_bounds"]), ("a" * 33, ["out_of_bounds"]), ("Toan", ["bad_form"]), ("-a", ["bad_form"]),
             ("a_b", ["bad_form"]), ("a12345", ["bad_form"])],
    "org": [("a", ["out_of_bounds"]), ("a" * 41, ["out_of_bounds"]), ("A1", ["bad_form"]), ("a.b", ["bad_form"]),
            ("-ab", ["bad_form"]), ("a12345", ["bad_form"])],
    "class": [("", ["out_of_bounds"]), ("1/2/3/4/5", ["out_of_bounds"]), ("100", ["bad_form"]), ("/1", ["bad_form"]),
              ("10 A", ["bad_form"])],
    "period": [("", LENGTH_OR_FORM), ("20255", LENGTH_OR_FORM), ("twice", LENGTH_OR_FORM), ("0", ["bad_form"]),
               ("100", ["bad_form"]), ("01", ["bad_form"]), ("-1", ["bad_form"])],
    "year": [("202", ["out_of_bounds"]), ("20255", ["out_of_bounds"]), ("202a", ["bad_form"])],
    "person": [("A" * 21, LENGTH_OR_FORM), ("A" * 23, LENGTH_OR_FORM), ("A" * 21 + "B", ["bad_form"])],
    "name": [("", ["out_of_bounds"]), ("a" * 121, ["out_of_bounds"]), ("A  B", ["bad_form"]), (" A", ["bad_form"]),
             ("A ", ["bad_form"]), ("A@B", ["bad_form"]), ("A_B", ["bad_form"])],
    "id": ID,
    "signature": [("A" * 85, LENGTH_OR_FORM), ("A" * 85 + "B", ["bad_form"])],
    "point": [("A" * 43, LENGTH_OR_FORM)],
    "date": [("2026-02-29", LENGTH_OR_FORM), ("2026-2-9", LENGTH_OR_FORM)],
    "rows": [(0, LENGTH_OR_FORM), (17, LENGTH_OR_FORM), (4112, LENGTH_OR_FORM), (-16, LENGTH_OR_FORM)],
    "page": [(0, ["out_of_bounds"]), (100000, ["out_of_bounds"])],
    "index": [(-1, ["out_of_bounds"])],
    "idx": [(-1, ["out_of_bounds"]), (1048576, ["out_of_bounds"])],
    "days": [(0, ["out_of_bounds"]), (366, ["out_of_bounds"])],
    "count": [(0, ["out_of_bounds"]), (9, ["out_of_bounds"])],
    "number": [(0, ["out_of_bounds"])],
    "use": [("admin", ["bad_form"])],
    "unit": [("below", ["bad_form"])],
    "type": [("novel", ["bad_form"])],
    "by": [("document", ["bad_form"])],
    "boolean": [],
    "true": [(False, ["bad_form", "out_of_bounds", "wrong_type"])],
}
NUMBERS = {"rows", "page", "index", "idx", "days", "count", "number"}
BOOLEANS = {"boolean", "true"}


def listed(low, high, order=None):
    return ("list", low, high, order)


# Path to form; "?" marks what may be absent; "[0]" reads into the first item.
TABLE = {
    "org": {"org": "org", "kind": "code", "parent?": "org", "name": "name", "vaults": listed(0, 3, "numbers"),
            "replaces?": "id", "reason?": "code"},
    "key": {"org": "org", "person": "person", "use": "use", "jwk": "object", "jwk.crv": "word", "jwk.kty": "word",
            "jwk.x": "word", "jwk.y": "word", "grants": listed(0, 64), "grants[0].role": "code",
            "grants[0].org": "org", "grants[0].class?": "class", "grants[0].subject?": "code", "grants[0].term?": "code",
            "grants[0].year?": "year", "grants[0].from?": "date", "grants[0].to?": "date", "binding": "id",
            "proof": "signature", "replaces?": "id", "reason?": "code"},
    "validators": {"set": listed(1, 64), "set[0].id": "org", "set[0].org": "org", "set[0].key": "point",
                   "evidence?": listed(0, 8, "ids")},
    "orderers": {"add": listed(0, 64), "add[0].id": "org", "add[0].org": "org", "add[0].key": "point",
                 "retire": listed(0, 64, "numbers")},
    "policy": {"number": "number", "rules": "number", "rules_from": "index", "roles": listed(1, 64),
               "org_kinds": listed(1, 64), "kinds": listed(1, 64), "reasons": listed(1, 64), "roles[0]": "code",
               "limits": "object", "limits.after_days": "days", "limits.pending_days": "days",
               "limits.second_key_days": "days", "quotas": listed(0, 64), "quotas[0].act": "type",
               "quotas[0].per_day": "index", "assessment": listed(0, 16), "assessment[0].id": "code",
               "assessment[0].digest": "id", "assessment[0].from?": "date", "assessment[0].to?": "date",
               "acts": listed(1, 256), "acts[0].act": "type", "acts[0].on?": "code", "acts[0].replaces?": "boolean",
               "acts[0].from?": "date", "acts[0].to?": "date", "acts[0].unit": "unit", "acts[0].roles": listed(1, 16),
               "acts[0].scope": listed(0, 4), "acts[1].may_grant?": listed(0, None), "acts[0].period?": "use",
               "acts[0].needs": listed(0, 4), "acts[0].needs[0].by": "by", "acts[0].needs[0].count": "count",
               "acts[0].needs[0].unit": "unit", "acts[0].needs[0].roles": listed(1, 16),
               "acts[0].needs[0].scope": listed(0, 4)},
    "approve": {"org": "org", "role": "code", "targets": listed(1, 256, "ids")},
    "class-list": {"org": "org", "kind": "code", "class": "class", "year": "year", "root": "id", "rows": "rows",
                   "replaces?": "id", "reason?": "code"},
    "grade-sheet": {"org": "org", "kind": "code", "class": "class", "subject": "code", "group?": "code", "term": "code",
                    "year": "year", "list": "id", "assessment": "object", "assessment.id": "code",
                    "assessment.digest": "id", "root": "id", "rows": "rows"},
    "summary-sheet": {"org": "org", "kind": "code", "class": "class", "term": "code", "year": "year", "list": "id",
                      "assessment": "object", "root": "id", "rows": "rows"},
    "register": {"org": "org", "kind": "code", "volume": "code", "page": "page", "scan": "id", "root": "id",
                 "rows": "rows"},
    "amend": {"org": "org", "target": "id", "positions": listed(1, 512, "numbers"), "root": "id", "rows": "rows",
              "reason": "code", "supersedes": listed(0, 256, "ids")},
    "suspend": {"org": "org", "targets": listed(1, 256, "ids"), "reason": "code"},
    "compromise": {"org": "org", "key": "id", "from": "index", "to?": "index", "reason": "code"},
    "erase": {"org": "org", "target": "id", "positions": listed(0, 512, "numbers"), "book?": "true", "reason": "code",
              "receipts": listed(1, 3), "receipts[0].vault": "index", "receipts[0].signature": "signature"},
    "document": {"org": "org", "kind": "code", "digests": listed(1, 128)},
    "transcript": {"org": "org", "kind": "code", "tag": "id", "period": "period", "replaces?": "id", "reason?": "code",
                   "assessment": "object", "class": "class"},
    "diploma": {"register": "object", "register.year": "year", "register.number": "number", "tag": "id", "period": "period"},
    "certificate": {"org": "org", "kind": "code", "tag": "id", "period": "period"},
    "school-transfer": {"to": "org", "tag": "id", "period": "period"},
    "export": {"org": "org", "kind": "code", "original": "id"},
}
for twin, model in {"countersign": "approve", "seal": "approve", "reinstate": "suspend", "revoke": "suspend"}.items():
    TABLE[twin] = TABLE[model]
TABLE["reinstate"] = {**TABLE["suspend"], "lifts": "id"}


def steps(path):
    for part in path.replace("?", "").split("."):
        name, *index = part.replace("]", "").split("[")
        yield name
        yield from (int(i) for i in index)


def changed(value, path, edit):
    """A copy of `value` in which `edit(container, last step)` was applied at `path`."""
    out = copy.deepcopy(value)
    at, keys = out, list(steps(path))
    for key in keys[:-1]:
        at = at[key]
    edit(at, keys[-1])
    return out


def put(new):
    def edit(container, key):
        container[key] = new
    return edit


def remove(container, key):
    del container[key]


def wrong_type_of(form):
    if form in NUMBERS:
        return "16"
    if form in BOOLEANS:
        return 1
    if form == "object" or isinstance(form, tuple):
        return "text"
    return 7


class Refusals:
    def __init__(self, samples):
        self.samples, self.out = samples, []
        first = {}
        for record in samples.records:
            first.setdefault(record.type, record)
        self.first = first
        for record_type, record in first.items():
            self.members(record_type, record)
        self.of_one_type()
        self.edges()
        self.envelopes()
        self.sizes()
        self.signatures()

    def add(self, name, record_type, jws, codes, where=None, stage="decode"):
        self.out.append({"name": name, "type": record_type, "stage": stage, "jws": jws,
                         "codes": [codes] if isinstance(codes, str) else codes, "where": where})

    def refuse(self, name, record, payload, codes, where=None):
        jws = sign_jws(record.key, header_of(record.key, record.type), payload)
        self.add(name, record.type, jws, codes, where)

    def members(self, record_type, record):
        """What the tables of section 4 say of each member."""
        payload = record.payload
        self.refuse("unknown member", record, changed(payload, "stele.extra", put(1)), "unknown_member", "stele.extra")
        self.refuse("unknown member beside stele", record, changed(payload, "extra", put(1)), "unknown_member", "extra")
        for name in ("v", "net", "after"):
            self.refuse(f"{name} missing", record, changed(payload, f"stele.{name}", remove), "missing_member",
                        f"stele.{name}")
        for path, form in TABLE[record_type].items():
            where = "stele." + path.replace("?", "")
            if path[-1] not in "?]":
                self.refuse(f"{where} missing", record, changed(payload, where, remove), "missing_member", where)
            try:
                self.values(record, where, form)
            except (KeyError, IndexError):
                assert path.endswith("?")  # this sample does without it

    def values(self, record, where, form):
        def one(what, value, codes, place=where):
            self.refuse(f"{where}: {what}", record, changed(record.payload, where, put(value)), codes, place)

        at = record.payload
        for key in steps(where):
            at = at[key]
        one("wrong type", wrong_type_of(form), "wrong_type")
        one("null", None, "wrong_type")
        if form in ("object", "word"):
            return  # their content has cases of its own below
        if not isinstance(form, tuple):
            for value, codes in FORMS[form]:
                one(repr(value) if len(str(value)) < 20 else f"{len(value)} characters", value, codes)
            return
        _, low, high, order = form
        if low:
            one("empty", [], "out_of_bounds")
        if high and order == "ids":
            one("too many", some_ids("many", high + 1), ["out_of_bounds", "too_large"])
        elif high and order == "numbers":
            one("too many", list(range(high + 1)), "out_of_bounds")
        elif high and at and high <= 64:
            one("too many", [at[0]] * (high + 1), ["out_of_bounds", "too_large"], None)
        if order and len(at) > 1:
            one("not ascending", at[::-1], "not_ascending", f"{where}[1]")
        if order and at:
            one("repeated", [at[0], at[0]], "repeated", f"{where}[1]")

    def edit(self, record_type, path, new, codes, where=None, name=None):
        record = self.first[record_type]
        payload = changed(record.payload, path, remove if new is remove else put(new))
        what = "missing" if new is remove else str(new)[:40]
        self.refuse(name or f"{path}: {what}", record, payload, codes, path if where is None else where)

    def edges(self):
        """What must be read, and its nearest neighbours that must not: each a place where two readers once differed."""
        def read(record_type, path, new, name):
            self.edit(record_type, path, new, [], None, name)

        quota = {"act": "approve", "per_day": 0}
        read("policy", "stele.quotas", [quota, {"act": "amend", "per_day": 2**53 - 1}], "a quota of none, and of all")
        self.edit("policy", "stele.quotas", [quota, {**quota, "per_day": 5}], "repeated", "stele.quotas[1]",
                  "two quotas of one act")
        read("document", "stele.digests", [some_id("a"), some_id("z"), some_id("a")], "a digest twice")
        receipts = self.first["erase"].payload["stele"]["receipts"]
        self.edit("erase", "stele.receipts", receipts[::-1], "not_ascending", "stele.receipts[1]", "receipts descend")
        self.edit("erase", "stele.receipts", [receipts[0], receipts[0]], "repeated", "stele.receipts[1]", "a vault twice")
        holder = PrivateKey(37, "P-256").jwk
        read("transcript", "cnf.jwk", holder, "a holder's key of P-256")
        read("transcript", "cnf.jwk", {**holder, "y": b64u(b"\1" * 32)}, "a holder's key that is no point of P-256")
        self.edit("transcript", "cnf.jwk.crv", "P-384", "bad_form", "cnf.jwk.crv", "a holder's key of P-384")
        read("policy", "stele.rules", 65535, "the last rules version")
        self.edit("policy", "stele.rules", 65536, "out_of_bounds", name="a rules version too many")
        for record_type, path in (("org", "parent"), ("key", "grants[0].org"), ("validators", "set[0].org"),
                                  ("countersign", "org"), ("document", "org"), ("school-transfer", "to")):
            read(record_type, f"stele.{path}", "root", f"root as {path}")
        self.edit("org", "stele.org", "root", "bad_form", name="an organisation with the id root")
        read("approve", "stele.org", "thpt-vi-du-1", "an approval in the capacity of root at a school")
        read("approve", "stele.role", "principal", "an approval of root in another capacity")
        for date in ("0001-01-01", "9999-12-31"):
            read("key", "stele.grants[0].from", date, f"from {date}")
        self.edit("key", "stele.grants[0].from", "0000-01-01", LENGTH_OR_FORM)
        read("document", "stele.net", "stele/a1234/" + "0" * 32, "a network with four digits")
        self.edit("document", "stele.net", "stele/a12345/" + "0" * 32, LENGTH_OR_FORM)
        record = self.first["document"]
        header, common = header_of(record.key, "document"), record.payload["stele"]
        common = {name: common[name] for name in ("v", "net", "after")}
        for word in ("toString", "constructor", "__proto__"):
            self.add(f"typ of a type {word}", "document",
                     sign_jws(record.key, {**header, "typ": f"stele-{word}+jwt"}, {"stele": common}), "unknown_type")
        read("policy", "stele.acts[0].needs", [], "an act to replace without a need")
        given = self.first["policy"].payload["stele"]["assessment"][0]
        read("policy", "stele.assessment[0].id", "khac", "a rule set of another id")
        for data, codes in ((b"{}", []), (b" " * 32768, []), (b" " * 32769, LENGTH_OR_FORM)):
            self.edit("policy", "stele.assessment[0]", {**given, "data": b64u(data), "digest": b64u(sha(data))}, codes,
                      "stele.assessment[0].data" if codes else None, f"{len(data)} bytes that are no rule set")

    def of_one_type(self):
        f, edit = self.first, self.edit

        edit("document", "stele.v", 2, "wrong_version")
        edit("document", "stele.v", "1", "wrong_type")
        edit("document", "stele.net", "stele/vidu/abc", LENGTH_OR_FORM)
        edit("document", "stele.net", "other/vidu/" + "0" * 32, LENGTH_OR_FORM)
        edit("document", "stele.after", "A" * 42 + "B", "bad_form")
        edit("document", "stele", [], "wrong_type")
        edit("document", "stele.digests", [some_id("a")] * 129, ["out_of_bounds", "too_large"])
        edit("org", "stele.vaults", [65536], "out_of_bounds", "stele.vaults[0]")
        edit("org", "stele.vaults", ["0"], "wrong_type", "stele.vaults[0]")
        edit("org", "stele.reason", remove, "missing_member", name="replaces without reason")
        edit("class-list", "stele.reason", remove, "missing_member", name="replaces without reason")
        for record_type in ("org", "key", "class-list", "transcript", "certificate"):
            edit(record_type, "stele.replaces", remove, ["unknown_member", "missing_member", "bad_replaces"],
                 "", name="reason without replaces")
        edit("key", "stele.jwk.crv", "P-256", ["bad_key", "bad_form"], "", name="P-256 key that signs records")
        edit("key", "stele.jwk.crv", "Ed25519", ["bad_key", "bad_form"], "")
        edit("key", "stele.jwk.kty", "RSA", ["bad_key", "bad_form"], "")
        edit("key", "stele.jwk.x", b64u(b"\xff" * 32), "bad_key", "", name="point not on the curve")
        edit("key", "stele.jwk.x", "A" * 42, LENGTH_OR_FORM + ["bad_key"], "")
        edit("key", "stele.jwk.d", "A" * 43, "unknown_member", name="private key in the record")
        edit("key", "stele.grants[0].extra", 1, "unknown_member")
        edit("validators", "stele.set[0].id", "root", "bad_form")
        edit("validators", "stele.set[0].key", b64u(b"\x02" + b"\xff" * 32), "bad_key", "", name="point not on the curve")
        edit("validators", "stele.set[0].key", b64u(b"\x05" + b"\1" * 32), "bad_key", "", name="not a compressed point")
        edit("orderers", "stele.add[0].id", "root", "bad_form")
        edit("orderers", "stele.retire", [1024], "out_of_bounds", "stele.retire[0]")
        edit("orderers", "stele.add[0].key", b64u(b"\x02" + b"\xff" * 32), "bad_key", "", name="point not on the curve")
        edit("policy", "stele.acts[0].extra", 1, "unknown_member")
        edit("policy", "stele.acts[0].scope", ["school"], "bad_form", "stele.acts[0].scope[0]")
        edit("policy", "stele.assessment[0].digest", some_id("x"), ["bad_form", "payload_digest", "unknown_assessment"],
             "", name="digest of other data")
        edit("policy", "stele.roles", ["clerk", "root"], ["bad_form"], "", name="root as a role")
        edit("amend", "stele.positions", [4096], "out_of_bounds", "stele.positions[0]")
        edit("erase", "stele.receipts[0].extra", 1, "unknown_member")
        edit("transcript", "_sd_alg", "sha-512", "bad_form")
        edit("transcript", "_sd_alg", remove, "missing_member")
        for name in ("iss", "vct", "_sd", "status"):
            edit("transcript", name, remove, "missing_member")
            edit("transcript", name, 7, "wrong_type")
        sd = f["transcript"].payload["_sd"]
        edit("transcript", "_sd", sd[:63], "bad_count_of_digests")
        edit("transcript", "_sd", [*sd, "z" * 42 + "8"], "bad_count_of_digests")
        edit("diploma", "_sd", sd, "bad_count_of_digests")
        edit("transcript", "_sd", sd[::-1], "not_ascending", "_sd[1]")
        edit("transcript", "_sd", [sd[0], *sd[:63]], "repeated", "_sd[1]")
        edit("transcript", "_sd", [*sd[:63], "z" * 43], ["bad_form"], "_sd[63]")
        edit("transcript", "status.status_list.idx", 1048576, "out_of_bounds")
        edit("transcript", "status.status_list.idx", -1, "out_of_bounds")
        edit("transcript", "status.status_list.idx", "0", "wrong_type")
        edit("transcript", "status.extra", 1, "unknown_member")
        edit("transcript", "cnf.jwk.x", b64u(b"\xff" * 32), "bad_key", "", name="cnf not on the curve")
        edit("transcript", "cnf.extra", 1, "unknown_member")
        edit("transcript", "vct", f["diploma"].payload["vct"], ["missing_member", "unknown_member"], "",
             name="vct of another type")
        edit("transcript", "vct", "https://stele.example.vn/so/vct/sd-jwt-vc-13/novel/1",
             ["bad_url", "unknown_type"], "", name="vct of no type")
        edit("transcript", "vct", "https://stele.example.vn/so/vct/sd-jwt-vc-13/transcript/2", ["bad_url", "unknown_type"],
             "", name="vct of another version")
        edit("diploma", "stele.class", "10A1", "unknown_member")
        edit("suspend", "stele.lifts", some_id("suspend"), "unknown_member")
        edit("revoke", "stele.lifts", some_id("suspend"), "unknown_member")
        edit("export", "stele.tag", some_id("tag"), "unknown_member")
        edit("diploma", "stele.register.extra", 1, "unknown_member")

    def envelopes(self):
        record = self.first["document"]
        key, payload = record.key, record.payload
        header, text = header_of(key, "document"), compact_json(record.payload)
        h, p, s = record.jws.split(".")

        def with_header(name, value, codes, payload_text=text, signer=key):
            self.add(name, "document", sign_jws(signer, value, payload_text), codes)

        def with_payload(name, value, codes="bad_json"):
            self.add(name, "document", sign_jws(key, header, value), codes)

        def raw(name, jws, codes):
            self.add(name, "document", jws, codes)

        raw("nothing", "", ["bad_envelope"])
        raw("two parts", f"{h}.{p}", ["bad_envelope"])
        raw("four parts", f"{record.jws}.{s}", ["bad_envelope", "bad_base64"])
        raw("disclosures behind it", record.jws + "~", ["bad_envelope", "bad_base64"])
        raw("white space before", " " + record.jws, ["bad_envelope", "bad_base64"])
        raw("line end behind", record.jws + "\n", ["bad_envelope", "bad_base64"])
        raw("empty header", f".{p}.{s}", ["bad_envelope", "bad_base64", "bad_header", "bad_json"])
        raw("empty payload", f"{h}..{s}", ["bad_envelope", "bad_base64", "bad_json"])
        raw("empty signature", f"{h}.{p}.", ["bad_envelope", "bad_base64"])
        raw("short signature", f"{h}.{p}.{s[:-2]}", ["bad_envelope", "bad_base64"])
        raw("trailing bits in the signature", f"{h}.{p}.{s[:-1]}{chr(ord(s[-1]) + 1)}", "bad_base64")
        raw("padding", f"{h}.{p}.{s}==", ["bad_envelope", "bad_base64"])
        raw("standard alphabet", f"{h}.{p}.+{s[1:]}", "bad_base64")
        odd = next(t for t in (text + " " * i for i in range(3)) if len(t.encode()) % 3 == 1)
        odd_h, odd_p, odd_s = sign_jws(key, header, odd).split(".")
        bumped = odd_p[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[odd_p[-1]]
        raw("trailing bits in the payload", f"{odd_h}.{bumped}.{odd_s}", "bad_base64")
        with_header("alg none", {**header, "alg": "none"}, "bad_algorithm")
        with_header("alg HS256", {**header, "alg": "HS256"}, "bad_algorithm")
        with_header("alg ES256", {**header, "alg": "ES256"}, "bad_algorithm")
        with_header("header member more", {**header, "x": 1}, ["bad_header", "unknown_member"])
        with_header("header with crit", {**header, "crit": ["x"]}, ["bad_header", "unknown_member"])
        with_header("header with jwk", {**header, "jwk": key.jwk}, ["bad_header", "unknown_member"])
        for name in header:
            with_header(f"header without {name}", {k: v for k, v in header.items() if k != name},
                        ["bad_header", "missing_member"])
        with_header("kid is no digest", {**header, "kid": "A" * 42 + "B"}, "bad_header")
        with_header("kid is a number", {**header, "kid": 1}, ["bad_header", "wrong_type"])
        with_header("typ of nothing", {**header, "typ": "stele-novel+jwt"}, "unknown_type")
        with_header("typ JWT", {**header, "typ": "JWT"}, "unknown_type")
        with_header("typ of a request", {**header, "typ": "stele-request+jwt"}, "unknown_type")
        with_header("credential typ spelled out", {**header, "typ": "stele-diploma+jwt"}, "unknown_type")
        with_header("typ of another type", {**header, "typ": "stele-seal+jwt"}, ["unknown_member", "missing_member"])
        with_header("duplicate in the header", compact_json(header)[:-1] + ',"alg":"none"}', ["bad_header", "bad_json"])
        with_header("header is a list", "[]", ["bad_header", "wrong_type"])
        with_header("header of 257 bytes", compact_json(header) + " " * (257 - len(compact_json(header))),
                    ["bad_header", "too_large"])

        inner = text[:-2]  # without the two closing braces
        with_payload("duplicate member", inner + ',"kind":"minutes"}}')
        with_payload("duplicate stele", text[:-1] + ',"stele":{}}')
        with_payload("duplicate by escape", inner + ',"\\u006bind":"minutes"}}')
        for name, value in {
            "float": "1.0", "exponent": "1e0", "minus zero": "-0", "beyond 2^53": "9007199254740992",
            "below -2^53": "-9007199254740992", "leading zero": "01", "plus": "+1", "NaN": "NaN", "hex number": "0x1",
        }.items():
            with_payload(f"number: {name}", text.replace('"v":1', f'"v":{value}'))
        for name, value in {
            "not NFC": '"a\\u0301"', "not NFC, raw": '"a\u0301"', "NUL escaped": '"\\u0000"', "C0 escaped": '"\\u001f"',
            "tab escaped": '"\\t"', "DEL": '"\x7f"', "C1": '"\\u0085"', "noncharacter": '"\\ufffe"',
            "noncharacter of plane 1": '"\U0001ffff"', "unassigned": '"\\u0378"', "private use": '"\\ue000"',
            "lone high surrogate": '"\\ud800"', "lone low surrogate": '"\\udc00"', "bad escape": '"\\x41"',
            "raw line end": '"a\nb"', "single quotes": "'a'", "after Unicode 15.0": '"\U0002ebf0"',
        }.items():
            with_payload(f"string: {name}", text.replace('"minutes"', value))
        with_payload("name not NFC", inner + ',"a\u0301":1}}')
        with_payload("invalid UTF-8", text.encode().replace(b"minutes", b"min\xc3\x28tes"))
        with_payload("overlong UTF-8", text.encode().replace(b"minutes", b"min\xc0\xaftes"))
        with_payload("surrogate in UTF-8", text.encode().replace(b"minutes", b"min\xed\xa0\x80tes"))
        with_payload("byte order mark", b"\xef\xbb\xbf" + text.encode())
        with_payload("bytes after the value", text + "{}")
        with_payload("comma behind the last member", text[:-2] + ",}}")
        with_payload("comment", text[:-1] + "/**/}")
        with_payload("cut off", text[:-1])
        with_payload("depth 17", text[:-1] + ',"x":' + "[" * 16 + "]" * 16 + "}")
        with_payload("payload is a list", "[" + text + "]", "wrong_type")
        with_payload("payload is empty", "{}", "missing_member")

    def sizes(self):
        for record_type, bound in BOUNDS.items():
            if bound > 16384:
                continue
            record = self.first[record_type]
            text = compact_json(record.payload)
            header = header_of(record.key, record_type)
            for size in range(bound, bound + 2):
                self.add(f"{size} bytes", record_type, padded(record.key, header, text, size),
                         "too_large" if size > bound else [])

    def signatures(self):
        record, other = self.first["document"], PrivateKey(99)
        signed = record.jws.rsplit(".", 1)[0]
        header = header_of(record.key, "document")

        def add(name, raw, codes):
            self.add(name, "document", signed + "." + b64u(raw), codes, stage="signature")

        good = record.key.sign(record.id)
        order = record.key.n.to_bytes(32, "big")
        add("high s", record.key.sign(record.id, low_s=False), "high_s")
        add("another key", other.sign(record.id), "bad_signature")
        add("another message", record.key.sign(sha(b"another")), "bad_signature")
        add("r is zero", b"\0" * 32 + good[32:], "bad_signature")
        add("s is zero", good[:32] + b"\0" * 32, "bad_signature")
        add("r is the order", order + good[32:], "bad_signature")
        add("s is the order", good[:32] + order, ["high_s", "bad_signature"])
        add("zeros", b"\0" * 64, "bad_signature")


def padded(key, header, text, size):
    """A JWS of exactly that many bytes: white space is allowed in both parts."""
    for spaces in range(4):
        head = compact_json(header) + " " * spaces
        room = size - 2 - 86 - len(b64u(head.encode()))
        if room % 4 == 1:
            continue
        length = room * 3 // 4
        return sign_jws(key, head, text + " " * (length - len(text.encode())))
    raise AssertionError("unreachable")
