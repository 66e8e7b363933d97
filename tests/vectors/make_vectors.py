#!/usr/bin/python3
"""Writes the golden vectors of docs/wire-format.md into golden/, or compares them with what is there (--check).

It reads the page a second time, in Python, and shares no code with the ledger: where the two disagree, one of them or
the page is wrong. Needs python3-cryptography.
"""
import argparse
import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from reference import (
    PrivateKey, ack_digest, b64, b64u, block_digest, book_tag, bytes16, checkpoint_text, compact_json, decoy_digest,
    double_vote, epoch_proof, epoch_statement_body, erase_digest, merkle_path, possession_digest, qc_bytes, recovery,
    recovery_body, sha, sign_jws, signed_vote, status_leaves, status_path, status_root, tagged, u64, u8,
    validators_digest, vote, vote_digest, vote_message,
)
from ceremony import ceremony
from change_files import OFF_THE_CURVE
from changes import changes
from complaints import complaints
from orderers import orderers
from samples import Refusals, Samples
from scenario import RULE_SET, RULE_SET_TEXT, Network, file_text, person
from story import Story

GOLDEN = Path(__file__).resolve().parent / "golden"


# ---------------------------------------------------------------------------------------------------------------------


def genesis(network):
    keys = {"roots": network.roots, "orderers": [network.orderer], "validators": [network.validator],
            "vaults": [network.vault]}
    good = network.genesis
    roots, validators = good["roots"], good["validators"]

    def without(name):
        return {k: v for k, v in good.items() if k != name}

    refused = [
        *((f"{name} missing", without(name)) for name in good),
        ("unknown member", {**good, "x": 1}), ("version 2", {**good, "v": 2}),
        ("name too long", {**good, "name": "a" * 17}), ("name not a code", {**good, "name": "Vidu"}),
        ("mode of no kind", {**good, "mode": "demo"}), ("plain http", {**good, "base_url": "http://stele.example.vn"}),
        ("trailing slash", {**good, "base_url": "https://stele.example.vn/"}),
        ("capital letter", {**good, "base_url": "https://Stele.example.vn"}),
        ("long address", {**good, "base_url": "https://" + "a" * 93}),
        ("time without seconds", {**good, "time": "2026-01-05T00:00Z"}), ("rules 0", {**good, "rules": 0}),
        ("quorum of none", {**good, "root_quorum": 0}), ("quorum of more than all", {**good, "root_quorum": 4}),
        ("no roots", {**good, "roots": []}), ("no validators", {**good, "validators": []}),
        ("no orderers", {**good, "orderers": []}), ("no vaults", {**good, "vaults": []}),
        ("a root twice", {**good, "roots": [*roots, roots[0]]}),
        ("a person with two keys", {**good, "roots": [*roots, {**roots[0], "key": b64u(PrivateKey(50).compressed)}]}),
        ("an id twice", {**good, "validators": [*validators, {**validators[0], "key": b64u(PrivateKey(50).compressed)}]}),
        *((f"the id root in {name}", {**good, name: [{**good[name][0], "id": "root"}]})
          for name in ("orderers", "validators", "vaults")),
        ("a key in two lists", {**good, "vaults": [{**good["vaults"][0], "key": roots[0]["key"]}]}),
        ("key not on the curve", {**good, "vaults": [{"id": "kho-1", "key": b64u(b"\2" + b"\xff" * 32)}]}),
        ("65 vaults", {**good, "vaults": [{"id": f"kho-{i}", "key": b64u(PrivateKey(100 + i).compressed)}
                                          for i in range(65)]}),
    ]
    return {
        "file": network.file, "digest": network.digest.hex(), "net": network.net, "value": good,
        "private_keys": {name: [k.secret_bytes.hex() for k in ks] for name, ks in keys.items()},
        "checkpoint": network.checkpoint, "checkpoint_hash": network.checkpoint_hash.hex(),
        "iss": f"{network.base_url}/orgs/thpt-vi-du-1",
        "vct": f"{network.base_url}/vct/sd-jwt-vc-13/diploma/1", "status_list": f"{network.base_url}/status/0/12",
        "refused": [{"name": name, "file": compact_json(value)} for name, value in refused],
    }


def record_value(record):
    return {
        "type": record.type, "jws": record.jws, "payload": record.payload, "alg": record.key.alg,
        "kid": b64u(record.key.kid), "record_id": record.id.hex(), "leaf": record.leaf.hex(),
        "jwk": record.key.jwk, "signer_private_key": record.key.secret_bytes.hex(),
    }


def claims_value(claims):
    return {"disclosures": claims.disclosures, "decoys": [b64u(s) for s in claims.decoys], "contents": claims.names}


def records(samples):
    out = []
    for record in samples.records:
        value = record_value(record)
        if record.type in samples.claims:
            value["payload_beside"] = claims_value(samples.claims[record.type])
        out.append(value)
    return {"records": out}


# ---------------------------------------------------------------------------------------------------------------------


def four_validators():
    keys = [PrivateKey(61 + i) for i in range(4)]
    return keys, [(f"so-{i + 1}", k.compressed) for i, k in enumerate(keys)]


def certificates():
    keys, members = four_validators()
    header = sha(b"stele test header")
    base = 1767571200
    times = [base + 30, base + 10, base + 20, base + 40]

    def votes(numbers, signed=header, signer=None):
        return [vote(i, times[i], keys[i if signer is None else signer].sign(vote_digest(signed, times[i])))
                for i in numbers]

    def case(name, entries, codes, numbers, median=None):
        return {"name": name, "bytes": qc_bytes(header, entries).hex(), "codes": codes, "validators": numbers,
                "median": median}

    high = vote(2, times[2], keys[2].sign(vote_digest(header, times[2]), low_s=False))
    cases = [
        case("three of four", votes([0, 1, 2]), [], [0, 1, 2], base + 20),
        case("all four: the lower middle", votes([0, 1, 2, 3]), [], [0, 1, 2, 3], base + 20),
        case("without the first", votes([1, 2, 3]), [], [1, 2, 3], base + 20),
        case("two of four", votes([0, 1]), ["block_bad_qc"], [0, 1], base + 10),
        case("a vote for another header", [*votes([0, 1]), *votes([2], sha(b"other"))], ["block_bad_qc"], [0, 1, 2]),
        case("a vote by another's key", [*votes([0, 1]), *votes([2], signer=3)], ["block_bad_qc"], [0, 1, 2]),
        case("a high s", [*votes([0, 1]), high], ["block_bad_qc"], [0, 1, 2]),
    ]
    good = votes([0, 1, 2])
    stranger = vote(4, times[0], keys[0].sign(vote_digest(header, times[0])))
    cases.append(case("a validator that is not in the set", [*good[:2], stranger], ["block_bad_qc"], [0, 1, 4]))
    whole = qc_bytes(header, good)
    malformed = {
        "empty": b"", "cut off": whole[:-1], "a byte more": whole + b"\0", "other magic": b"STLX" + whole[4:],
        "version 2": whole[:4] + u8(2) + whole[5:], "descending": qc_bytes(header, good[::-1]),
        "repeated": qc_bytes(header, [good[0], good[0], good[1]]),
        "more announced than there is": whole[:37] + b"\xff\xff" + whole[39:],
        "129 votes": qc_bytes(header, [vote(i, base, b"\1" * 64) for i in range(129)]),
    }
    return {
        "set": [{"id": name, "key": key.hex(), "private_key": k.secret_bytes.hex()} for k, (name, key) in zip(keys, members)],
        "header_hash": header.hex(), "quorum": 3,
        "vote_digests": [{"time": t, "digest": vote_digest(header, t).hex()} for t in times],
        "cases": cases, "malformed": [{"name": n, "bytes": b.hex()} for n, b in malformed.items()],
        "validators_digest": validators_digest(members, members).hex(),
        "validators_digest_of_a_change": validators_digest(members, members[1:]).hex(),
        "empty_qc_is_no_vote": qc_bytes(header, []).hex(), "handover": handover(keys, header),
    }


def handover(keys, header):
    """The block that two sets sign: 0 to 3 before, 2 to 5 after. Numbers run over both: 4 and 5 are the newcomers."""
    keys = [*keys, PrivateKey(65), PrivateKey(66)]
    time = 1767571200

    def case(name, numbers, codes):
        entries = [vote(n, time, keys[n].sign(vote_digest(header, time))) for n in numbers]
        return {"name": name, "bytes": qc_bytes(header, entries).hex(), "codes": codes}

    members = [(f"so-{i + 1}", k.compressed) for i, k in enumerate(keys)]
    return {
        "now": [{"id": i, "key": k.hex()} for i, k in members[:4]],
        "next": [{"id": i, "key": k.hex()} for i, k in members[2:]],
        "validators_digest": validators_digest(members[:4], members[2:]).hex(),
        "cases": [
            case("both quorums", [0, 2, 3, 4], []), case("all", [0, 1, 2, 3, 4, 5], []),
            case("only the old set's", [0, 1, 2, 3], ["block_bad_qc"]),
            case("only the new set's", [2, 3, 4, 5], ["block_bad_qc"]),
            case("neither", [2, 3], ["block_bad_qc"]),
        ],
    }


def epochs(story):
    keys, members = four_validators()
    network, blocks = story.network, story.chain.blocks
    base, last = blocks[3], blocks[4]
    time = 1767571200
    nowhere = b"\0" * 32
    roots = network.roots

    def place_of(block):
        return (0, block.height, block.hash)

    def named(p):
        return {"epoch": p[0], "height": p[1], "header_hash": p[2].hex()}

    def statement(number, **changes):
        fields = {"net": network.net, "to": 1, "highest": place_of(base), "last_vote": place_of(last),
                  "last_vote_parent": 0, "recovery": nowhere, "time": time + number, "validator": keys[number].compressed,
                  **changes}
        body = epoch_statement_body(fields)
        return fields, body, body + keys[number].sign(tagged("stele/v1/epoch", body))

    def proof_of(made, recovery_bytes=b""):
        return epoch_proof([whole for _, _, whole in sorted(made, key=lambda m: m[0]["validator"])], recovery_bytes)

    def renewal(signers=(0, 1), **changes):
        fields = {"net": network.net, "base": place_of(base), "epoch": 2, "reason": "quorum-lost", "time": time,
                  "set": members[1:], **changes}
        body = recovery_body(fields)
        digest = tagged("stele/v1/recovery", body)
        return fields, digest, recovery(body, [(n, roots[n].sign(digest)) for n in signers])

    statements = [statement(i) for i in range(3)]
    whole = [s for _, _, s in sorted(statements, key=lambda m: m[0]["validator"])]
    proof = epoch_proof(whole)
    fields, digest, recovery_bytes = renewal()
    week = 7 * 86400
    serving = [statement(i, to=2, recovery=digest, time=time + week + i) for i in (1, 2, 3)]
    early = [statement(i, to=2, recovery=digest, time=time + week - 1) for i in (1, 2, 3)]
    good_recovery = proof_of(serving, recovery_bytes)
    stranger = statement(0)
    stranger_key = PrivateKey(67)
    foreign = {**stranger[0], "validator": stranger_key.compressed}
    foreign_body = epoch_statement_body(foreign)
    by_stranger = (foreign, foreign_body, foreign_body + stranger_key.sign(tagged("stele/v1/epoch", foreign_body)))
    forged = (statements[2][0], statements[2][1], statements[2][1] + b"\1" * 64)
    highest = 2**53 - 1
    beyond = highest + 1
    judged = [
        ("three of four", proof, 1, place_of(base), True),
        ("all four, one of them behind", proof_of([*statements, statement(3, highest=place_of(blocks[1]), last_vote=place_of(blocks[2]))]), 1, place_of(base), True),
        ("one that never voted", proof_of([*statements[:2], statement(2, highest=(0, 0, network.checkpoint_hash), last_vote=(0, 0, nowhere))]), 1, place_of(base), True),
        ("two of four", proof_of(statements[:2]), 1, place_of(base), False),
        ("for another epoch", proof, 2, place_of(base), False),
        ("one is for another epoch", proof_of([*statements[:2], statement(2, to=2)]), 1, place_of(base), False),
        ("a base below what one holds", proof_of([*statements[:2], statement(2, highest=place_of(last))]), 1, place_of(base), False),
        ("one is void", proof_of([*statements[:2], statement(2, highest=place_of(blocks[2]))]), 1, place_of(base), False),
        ("of another network", proof_of([*statements[:2], statement(2, net="stele/vidu/" + "0" * 32)]), 1, place_of(base), False),
        ("a stranger", proof_of([*statements[:2], by_stranger]), 1, place_of(base), False),
        ("a signature that is none", proof_of([*statements[:2], forged]), 1, place_of(base), False),
        ("a recovery", good_recovery, 2, place_of(base), True),
        ("a recovery published too late", proof_of(early, recovery_bytes), 2, place_of(base), False),
        ("a recovery by one root", proof_of(serving, renewal(signers=(0,))[2]), 2, place_of(base), False),
        ("a recovery of another base", good_recovery, 2, place_of(blocks[2]), False),
        ("a recovery by the set that it ends", proof_of([statement(i, to=2, recovery=digest, time=time + week) for i in (0, 1, 2)], recovery_bytes), 2, place_of(base), False),
        ("statements that serve a recovery, without it", proof_of(serving), 2, place_of(base), False),
        ("the highest epoch that there is", proof_of([statement(i, to=highest) for i in range(3)]), highest, place_of(base), True),
        ("statements that serve none, with one", proof_of([statement(i, to=2, time=time + week) for i in (1, 2, 3)], recovery_bytes), 2, place_of(base), False),
    ]

    def vote_for(number, header, at):
        return signed_vote(header, keys[number].compressed, at, keys[number].sign(vote_digest(sha(header.encode("ascii")), at)))

    other = checkpoint_text({**last.fields, "size": 1, "log_root": sha(b"other"), "body": sha(b"other"),
                             "status": sha(b"other"), "validators": network.validators, "time": time})
    pair = sorted([last.header, other], key=lambda h: sha(h.encode("ascii")))
    twice = [vote_for(2, h, time + i) for i, h in enumerate(pair)]
    doubled = double_vote(*twice)
    below = blocks[3].header
    return {
        "net": network.net,
        "statements": [{
            "bytes": s.hex(), "digest": tagged("stele/v1/epoch", body).hex(), "validator": f["validator"].hex(),
            "to": f["to"], "highest": named(f["highest"]), "last_vote": named(f["last_vote"]),
            "last_vote_parent": f["last_vote_parent"], "recovery": f["recovery"].hex(), "time": f["time"]}
            for f, body, s in [*statements, *serving]],
        "recovery": {"bytes": recovery_bytes.hex(), "digest": digest.hex(), "base": named(fields["base"]), "epoch": 2,
                     "reason": fields["reason"], "time": time, "set": [i for i, _ in fields["set"]]},
        "proof": proof.hex(), "recovery_proof": good_recovery.hex(),
        "judged": [{"name": n, "proof": p.hex(), "to": to, "base": named(b), "good": good} for n, p, to, b, good in judged],
        "malformed": [{"name": n, "bytes": b.hex()} for n, b in {
            "cut off": proof[:-1], "a byte more": proof + b"\0", "descending": epoch_proof(whole[::-1]),
            "repeated": epoch_proof([whole[0], whole[0]]), "other magic": b"STLQ" + proof[4:],
            "version 2": proof[:4] + u8(2) + proof[5:], "no statement": epoch_proof([]),
            "a statement of no later epoch": proof_of([statement(0, to=0)]),
            "a parent's epoch above its vote's": proof_of([statement(0, last_vote_parent=1)]),
            "a statement of an epoch beyond 2^53 - 1": proof_of([statement(0, to=beyond)]),
            "a certified place of a height beyond 2^53 - 1": proof_of([statement(0, highest=(0, beyond, base.hash))]),
            "a last vote of a height beyond 2^53 - 1": proof_of([statement(0, last_vote=(0, beyond, last.hash))]),
            "a recovery cut off": proof_of(serving, recovery_bytes[:-1]),
            "a recovery of no later epoch": proof_of(serving, renewal(epoch=0)[2]),
            "a recovery of an epoch beyond 2^53 - 1": proof_of(serving, renewal(epoch=beyond)[2]),
            "a recovery with a base of an epoch beyond 2^53 - 1": proof_of(
                serving, renewal(base=(beyond, base.height, base.hash), epoch=beyond + 1)[2]),
            "a recovery with a base of a height beyond 2^53 - 1": proof_of(serving, renewal(base=(0, beyond, base.hash))[2]),
            "a recovery without a set": proof_of(serving, renewal(set=[])[2]),
            "a recovery with a key twice": proof_of(serving, renewal(set=[members[0], ("so-9", members[0][1])])[2]),
            "a recovery with an id twice": proof_of(serving, renewal(set=[members[0], (members[0][0], members[1][1])])[2]),
            "a recovery with the id root": proof_of(serving, renewal(set=[("root", members[0][1])])[2]),
            "a recovery with a key that is not on the curve": proof_of(serving, renewal(set=[("so-1", OFF_THE_CURVE)])[2]),
            "a recovery of a time that is none": proof_of(serving, renewal(time=253402300800)[2]),
            "a recovery with roots descending": proof_of(serving, renewal(signers=(1, 0))[2]),
            "a recovery whose reason is no code": proof_of(serving, renewal(reason="Lost")[2]),
        }.items()],
        "vote": {"bytes": vote_message(twice[0]).hex(), "header": pair[0], "validator": keys[2].compressed.hex(), "time": time},
        "double_vote": {"bytes": doubled.hex(), "headers": pair, "validator": keys[2].compressed.hex(),
                        "id": sha(doubled).hex()},
        "no_double_votes": [{"name": n, "bytes": b.hex()} for n, b in {
            "descending": double_vote(*twice[::-1]), "one vote twice": double_vote(twice[0], twice[0]),
            "two heights": double_vote(*sorted([vote_for(2, last.header, time), vote_for(2, below, time)], key=lambda v: sha(v[2:-105]))),
            "two keys": double_vote(twice[0], vote_for(1, pair[1], time)),
            "a bad signature": doubled[:-1] + bytes([doubled[-1] ^ 1]), "cut off": doubled[:-1], "a byte more": doubled + b"\0",
        }.items()],
    }


def checkpoints(story):
    good = story.chain.blocks[1].header
    lines = good.split("\n")

    def line(number, text):
        return "\n".join([*lines[:number], text, *lines[number + 1 :]])

    malformed = {
        "empty": "", "no LF at the end": good[:-1], "a line more": good + "\n", "CRLF": good.replace("\n", "\r\n"),
        "size with a zero before": line(1, "01"), "size negative": line(1, "-1"), "size empty": line(1, ""),
        "size beyond 64 bits": line(1, "18446744073709551616"), "size beyond 2^53 - 1": line(1, "9007199254740992"),
        "height beyond 2^53 - 1": line(3, "height 9007199254740992"), "epoch beyond 2^53 - 1": line(4, "epoch 9007199254740992"),
        "height with a plus": line(3, "height +2"),
        "height with two spaces": line(3, "height  2"), "lines exchanged": line(3, lines[4]),
        "root without padding": line(2, lines[2].rstrip("=")),
        "root of 31 bytes": line(2, b64(b"\0" * 31)), "root in the URL alphabet": line(2, "-" + lines[2][1:]),
        "time of a day that is not": line(10, "time 2026-02-30T00:00:00Z"),
        "time without Z": line(10, "time 2026-01-05T00:00:00"), "time with a zone": line(10, "time 2026-01-05T07:00:00+07:00"),
        "net of another form": line(0, "stele/vidu"), "word misspelt": line(5, "rule 1"), "a line left out":
        "\n".join(lines[:4] + lines[5:]), "space at the end": line(5, "rules 1 "),
    }
    return {"malformed": [{"name": n, "text": t} for n, t in malformed.items()]}


def status_trees():
    out = []
    for count in (0, 1, 4, 5, 256, 257, 600, 1500):
        statuses = [sha(f"status {count} {i}".encode())[0] % 4 for i in range(count)]
        proofs = []
        for i in sorted({0, 3, 255, 256, 511, count - 1} & set(range(count))):
            proofs.append({"record": i, "status": statuses[i], "leaf": status_leaves(statuses)[i // 256].hex(),
                           "path": [h.hex() for h in status_path(i, statuses)]})
        out.append({"statuses": "".join(map(str, statuses)), "root": status_root(statuses).hex(), "proofs": proofs})
    return out


def log(story):
    return {"certificates": certificates(), "epochs": epochs(story), "checkpoints": checkpoints(story),
            "status_trees": status_trees()}


# ---------------------------------------------------------------------------------------------------------------------


def chain(story):
    blocks = []
    for b in story.chain.blocks:
        record_ids = [r.id.hex() for r in story.chain.records]
        first = len(b.leaves) - len(b.fields["records"])
        blocks.append({
            "height": b.height, "bytes": b.bytes.hex(), "body_hash": b.body_hash.hex(),
            "digest": block_digest(b.body_hash).hex(), "header": b.header, "header_hash": b.hash.hex(), "qc": b.qc.hex(),
            "vote": {"time": b.vote_time, "digest": vote_digest(b.hash, b.vote_time).hex()},
            "time": b.time, "size": len(b.leaves), "first": first, "record_ids": record_ids[first : len(b.leaves)],
            "acks": [{"leaf": leaf.hex(), "vault": v, "signature": s.hex(),
                      "digest": ack_digest(story.network.net, leaf, v).hex()} for leaf, v, s in b.acks],
            "statuses": "".join(map(str, b.statuses)),
        })
    return {"blocks": blocks, "refused": story.chain.refused,
            "records": [{"type": r.type, "record_id": r.id.hex()} for r in story.chain.records]}


def sheets(story):
    out = []
    for sheet in story.sheets:
        rows, placed = sheet["rows"], []
        for p, row in enumerate(rows.payload):
            if "result" in row:
                placed.append({"row": p, "result_path": [h.hex() for h in merkle_path(2 * p, rows.leaves)],
                               "detail_path": [h.hex() for h in merkle_path(2 * p + 1, rows.leaves)]})
        out.append({"name": sheet["name"], "type": sheet["type"], "record_id": sheet["record"].id.hex(),
                    "root": rows.root.hex(), "rows": rows.payload, "digests": [d.hex() for d in rows.digests],
                    "paths": placed})
    credentials = [{"type": c["record"].type, "record_id": c["record"].id.hex(), "_sd": c["claims"].sd,
                    **claims_value(c["claims"])} for c in story.credentials]
    persons = [{"person": s.person, "disclosure": s.disclosure, "binding": s.binding, "claim": s.claim}
               for s in story.staff.values()]
    return {"sheets": out, "credentials": credentials, "persons": persons}


def files(story):
    story_files = story.files()
    transcript = story_files["transcript"][0]
    receipt = story_files["receipt of the first document"][0]
    malformed = {
        "no line end": transcript[:-1], "two line ends": transcript + "\n", "a space": transcript.replace(":", ": ", 1),
        "members exchanged": transcript.replace('{"stele":"document","v":1,', '{"v":1,"stele":"document",', 1),
        "an escape that is not needed": transcript.replace('"stele"', '"\\u0073tele"', 1),
        "version 2": transcript.replace('"v":1', '"v":2', 1), "empty": "", "a receipt": receipt,
        "unknown member": transcript.replace('"v":1,', '"v":1,"x":1,', 1),
    }
    return {"files": [{"name": name, "text": text, "outcome": outcome} for name, (text, outcome) in story_files.items()],
            "false": [{"name": n, "text": t, "outcomes": o} for n, (t, o) in story.false_files().items()],
            "malformed_documents": [{"name": n, "text": t} for n, t in malformed.items()]}


# ---------------------------------------------------------------------------------------------------------------------


def key_file(network, number, log2n, passphrase, **members):
    key = PrivateKey(number)
    salt, nonce = sha(f"salt {number}".encode())[:16], sha(f"nonce {number}".encode())[:12]
    header = {"net": network.net, **members, "person": person(number), "use": "sign", "jwk": key.jwk,
              "kdf": {"name": "scrypt", "log2n": log2n, "r": 8, "p": 1, "salt": b64u(salt)}}
    header_text = b64u(compact_json(header).encode("utf-8"))
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    derived = Scrypt(salt=salt, length=32, n=1 << log2n, r=8, p=1).derive(secret)
    sealed = AESGCM(derived).encrypt(nonce, key.secret_bytes, header_text.encode("ascii"))
    return {
        "text": file_text({"stele": "key", "v": 1, "header": header_text, "nonce": b64u(nonce), "sealed": b64u(sealed)}),
        "passphrase": passphrase, "log2n": log2n, "secret": key.secret_bytes.hex(), "jwk": key.jwk,
        "derived": derived.hex(), "kid": b64u(key.kid),
    }


def vote_file(network):
    key, time = network.validator, network.time + 60
    header = sha(b"stele test header")
    body = b"".join([b"STLV", u8(1), bytes16(network.net.encode("ascii")), key.compressed, u64(3), u64(1), u64(812), header,
                     u64(0), u64(time), key.sign(vote_digest(header, time))])
    return {"bytes": (body + sha(body)).hex(), "left_below": 3, "parent_epoch": 0, "epoch": 1, "height": 812, "header_hash": header.hex(), "time": time,
            "key": key.compressed.hex(), "net": network.net}


def requests(network):
    staff, session_key = PrivateKey(12), PrivateKey(70)
    body = b'{"rows":[]}'

    def request(signer):
        return sign_jws(signer, {"alg": "ES256K", "kid": b64u(signer.kid), "typ": "stele-request+jwt"}, {"stele": {
            "v": 1, "net": network.net, "node": "kho-1", "method": "POST", "path": "/v1/records?wait=final",
            "body": b64u(sha(body)), "time": network.time + 60, "nonce": b64u(sha(b"nonce")[:16])}})

    session = sign_jws(staff, {"alg": "ES256K", "kid": b64u(staff.kid), "typ": "stele-session+jwt"}, {"stele": {
        "v": 1, "net": network.net, "node": "kho-1", "key": b64u(session_key.compressed), "from": network.time,
        "until": network.time + 8 * 3600}})
    return {"body": body.decode("ascii"), "request": request(staff), "session": session,
            "request_in_session": request(session_key), "staff_key": staff.secret_bytes.hex(),
            "session_key": session_key.secret_bytes.hex(), "session_kid": b64u(session_key.kid),
            "session_public_key": b64u(session_key.compressed)}


def secrets(network):
    code = "0123456789ABCDEFGHJKMNPQRS"
    book, seed = sha(b"stele test book 1"), sha(b"seed")
    target, leaf = sha(b"target"), sha(b"leaf")
    passphrase = "mật khẩu rất dài"
    files = [
        key_file(network, 12, 14, passphrase, org="thpt-vi-du-1"),
        key_file(network, 13, 17, passphrase, org="thpt-vi-du-1"),
        key_file(network, 14, 14, unicodedata.normalize("NFD", passphrase)),
    ]
    binding = b64u(sha(b"binding"))
    who = person(12)
    return {
        "key_files": files, "vote_file": vote_file(network), "requests": requests(network),
        "pickup": {"code": code, "digest": tagged("stele/v1/pickup", code.encode("ascii")).hex()},
        "erase": [{"target": target.hex(), "positions": p, "digest": erase_digest(network.net, target, p).hex()}
                  for p in ([], [0], [3, 15, 4095])],
        "acks": [{"leaf": leaf.hex(), "vault": v, "digest": ack_digest(network.net, leaf, v).hex()} for v in (0, 1, 63)],
        "possession": [{"org": "thpt-vi-du-1", "person": who, "use": use, "kid": b64u(PrivateKey(12).kid), "binding": binding,
                        "digest": possession_digest(network.net, "thpt-vi-du-1", who, use, PrivateKey(12).kid, binding).hex()}
                       for use in ("sign", "seal", "export")],
        "tags": [{"book": book.hex(), "type": t, "kind": "thpt", "period": p, "tag": b64u(book_tag(book, t, "thpt", p))}
                 for t, p in (("transcript", "2025"), ("diploma", "once"), ("certificate", "99"))],
        "decoys": [{"seed": seed.hex(), "digest": decoy_digest(seed).hex()}],
    }


# ---------------------------------------------------------------------------------------------------------------------


def half_up(numerator, denominator):
    """Exact: the quotients have at most 28 digits before rounding matters, and ties are representable."""
    quotient = Decimal(numerator) / Decimal(denominator)
    return str(quotient.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def assessment():
    terms, years = [], []

    def mark(*seed):
        return sha(" ".join(map(str, ("mark", *seed))).encode())[0] % 101

    def text(tenths):
        return f"{tenths // 10}.{tenths % 10}"

    for i in range(120):
        regular = [mark(i, "r", j) for j in range(2 + i % 3)]
        mid, final = mark(i, "m"), mark(i, "f")
        total = Decimal(sum(regular) + 2 * mid + 3 * final) / 10
        terms.append({"regular": [text(m) for m in regular], "mid": text(mid), "final": text(final),
                      "average": half_up(total, len(regular) + 5)})
    # Ties are the point: eight weights make x.x5 possible.
    for tie in range(20):
        regular, mid, final = [tie, tie + 1, tie], tie, tie + 1
        total = Decimal(sum(regular) + 2 * mid + 3 * final) / 10
        terms.append({"regular": [text(m) for m in regular], "mid": text(mid), "final": text(final),
                      "average": half_up(total, 8)})
    for i in range(60):
        first, second = mark(i, "t1"), mark(i, "t2")
        years.append({"first": text(first), "second": text(second), "average": half_up(Decimal(first + 2 * second) / 10, 3)})
    return {"rule_set": RULE_SET_TEXT, "value": RULE_SET, "digest": sha(RULE_SET_TEXT.encode("utf-8")).hex(),
            "terms": terms, "years": years}


# ---------------------------------------------------------------------------------------------------------------------


def lines_of(value):
    """JSON with a line for each item of a list of objects, so that a change shows as a change of few lines."""
    def show(v, depth):
        pad = " " * depth
        if isinstance(v, dict) and v and depth < 2:
            items = [f"{pad} {compact_json(k)}: {show(x, depth + 1)}" for k, x in v.items()]
            return "{\n" + ",\n".join(items) + f"\n{pad}}}"
        if isinstance(v, list) and v and isinstance(v[0], dict):
            return "[\n" + ",\n".join(f"{pad} {compact_json(x)}" for x in v) + f"\n{pad}]"
        return compact_json(v)

    return show(value, 0) + "\n"


def make():
    network = Network()
    samples, story = Samples(network), Story()
    parts = {
        "genesis": genesis(network), "records": records(samples),
        "refused_records": {"refused": Refusals(samples).out}, "log": log(story), "chain": chain(story), "changes": changes(),
        "sheets": sheets(story), "files": files(story), "secrets": secrets(network), "assessment": assessment(),
        "ceremony": ceremony(), "custody": complaints(network, samples), "orderers": orderers(),
    }
    return {f"{name}.json": lines_of(value) for name, value in parts.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args().check
    made = {name: text.encode("utf-8") for name, text in make().items()}
    GOLDEN.mkdir(exist_ok=True)
    if check:
        stale = [name for name, text in made.items()
                 if not (GOLDEN / name).is_file() or (GOLDEN / name).read_bytes() != text]
        stray = sorted(p.name for p in GOLDEN.iterdir() if p.name not in made)
        for name in stale:
            print(f"{name} differs from what this script makes: run it without --check and look at the difference")
        for name in stray:
            print(f"{name} is not made by this script: remove it")
        return 1 if stale or stray else 0
    for name, text in made.items():
        (GOLDEN / name).write_bytes(text)
    print(f"{len(made)} files, {sum(map(len, made.values())) // 1024} KB in {GOLDEN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
