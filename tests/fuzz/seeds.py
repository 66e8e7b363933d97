#!/usr/bin/env python3
"""Writes the first inputs of the targets for chain, node, key files and vault into corpus/, from the golden vectors.

Usage: python3 -B tests/fuzz/seeds.py. Names tell where an input is from; inputs that a fuzzer found stand beside them.
"""
import base64
import hashlib
import json
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "vectors" / "golden"
BYTES_MAX = 32 * 1024  # of one input: large ones slow a fuzzer down


def golden(name):
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def seed(target, name, content):
    content = content.encode() if isinstance(content, str) else content
    if len(content) > BYTES_MAX:
        return
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    safe = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    (folder / safe).write_bytes(content)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def b64(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def counted(content):
    return struct.pack(">I", len(content)) + content


def chain():
    vectors, log = golden("chain"), golden("log")
    blocks = vectors["blocks"]
    for i in (0, 1, 3, len(blocks) - 1):
        seed("chain", f"block_{i}", bytes.fromhex(blocks[i]["bytes"]))
        seed("chain", f"qc_{i}", bytes.fromhex(blocks[i]["qc"]))
        seed("chain", f"checkpoint_{i}", blocks[i]["header"])
    for case in vectors["refused"][::8]:
        seed("chain", "refused_block_" + case["name"], bytes.fromhex(case["block"]))
    for case in log["certificates"]["cases"][::3]:
        seed("chain", "qc_" + case["name"], bytes.fromhex(case["bytes"]))
    for case in log["certificates"]["malformed"]:
        seed("chain", "bad_qc_" + case["name"], bytes.fromhex(case["bytes"]))
    for i, case in enumerate(log["epochs"]["statements"]):
        seed("chain", f"statement_{i}", bytes.fromhex(case["bytes"]))
    seed("chain", "epoch_proof", bytes.fromhex(log["epochs"]["proof"]))
    for name in ("recovery", "vote", "double_vote"):
        seed("chain", name, bytes.fromhex(log["epochs"][name]["bytes"]))
    for case in log["epochs"]["no_double_votes"]:
        seed("chain", "no_double_vote_" + case["name"], bytes.fromhex(case["bytes"]))
    for case in log["epochs"]["malformed"]:
        seed("chain", "bad_proof_" + case["name"], bytes.fromhex(case["bytes"]))
    for case in log["checkpoints"]["malformed"]:
        seed("chain", "bad_checkpoint_" + case["name"], case["text"])


def changing_chain():
    vectors = golden("changes")
    for block in vectors["blocks"]:
        seed("chain", f"changing_block_{block['height']}", bytes.fromhex(block["bytes"]))
    for case in vectors["files"]:
        evidence = json.loads(case["text"])["evidence"]
        seed("evidence", "changes_" + case["name"], compact(evidence))
        for change in evidence.get("changes", []):
            for name in ("set", "recovery"):
                if name in change:
                    seed("chain", f"{name}_of_changes", unb64(change[name]))
    for case in vectors["false_files"][::9]:
        seed("evidence", "false_changes_" + case["name"], compact(json.loads(case["text"])["evidence"]))


def block_stream():
    blocks = golden("chain")["blocks"]

    def answer(first, last):
        part = blocks[first:last]
        body = b"STLS\x01" + struct.pack(">I", len(part))
        return body + b"".join(counted(bytes.fromhex(b["bytes"])) for b in part) + counted(bytes.fromhex(part[-1]["qc"]))

    one = answer(0, 1)
    seed("block_stream", "one", b"\x01" + one)
    seed("block_stream", "three", b"\x01" + answer(0, 3))
    seed("block_stream", "from_4", b"\x04" + answer(3, 5))
    seed("block_stream", "other_height", b"\x02" + one)
    seed("block_stream", "cut_off", b"\x01" + one[:-1])
    seed("block_stream", "no_block", b"\x01STLS\x01" + struct.pack(">I", 0))
    seed("block_stream", "count_too_large", b"\x01STLS\x01" + struct.pack(">I", 2**32 - 1) + one[9:])


def messages():
    log = golden("log")

    def message(kind, body):
        return bytes([kind]) + counted(body)

    vote = message(1, bytes.fromhex(log["epochs"]["vote"]["bytes"]))
    statement = bytes.fromhex(log["epochs"]["statements"][0]["bytes"])
    qc = bytes.fromhex(golden("chain")["blocks"][0]["qc"])
    said = struct.pack(">H", len(statement)) + statement
    slot = struct.pack(">QQI", 0, 1, 0)
    kinds = {
        "vote": vote,
        "statement": message(2, said + counted(b"")),
        "statement_with_certificate": message(2, said + counted(qc)),
        "recovery": message(3, bytes.fromhex(log["epochs"]["recovery"]["bytes"])),
        "slot": message(4, slot + bytes.fromhex(golden("chain")["blocks"][0]["bytes"])),
        "void_slot": message(5, slot + struct.pack(">H", 1) + bytes(range(64))),
        "complaint": bytes.fromhex(golden("custody")["complaint"]["message"]),
    }
    for name, content in kinds.items():
        seed("messages", name, content)
    together = b"".join(kinds.values())
    seed("messages", "all_kinds", together)
    seed("messages", "cut_off", together[:-1])
    seed("messages", "unknown_kind", message(7, b""))
    seed("messages", "length_too_large", b"\x04\xff\xff\xff\xff" + slot)
    seed("messages", "slot_without_block", message(4, slot))
    seed("messages", "feed_page", b"STLF\x01" + bytes(16) + struct.pack(">Q", 7) + vote)
    seed("messages", "feed_page_version_2", b"STLF\x02" + bytes(16) + struct.pack(">Q", 7))


def relay():
    jws = min((r["jws"] for r in golden("records")["records"]), key=len).encode()

    def item(text, acks=()):
        return counted(text) + struct.pack(">H", len(acks)) + b"".join(struct.pack(">H", v) + bytes(64) for v in acks)

    def items(*list_of):
        return b"STLI\x01" + struct.pack(">I", len(list_of)) + b"".join(list_of)

    def fate(status, code=b"", where=b""):
        return bytes([status]) + b"".join(struct.pack(">H", len(t)) + t for t in (code, where))

    def fates(*list_of):
        return b"STLO\x01\x01" + struct.pack(">I", len(list_of)) + b"".join(list_of) + b"\x00"

    def signed(*list_of):
        return fates(*list_of)[:-1] + b"\x01" + bytes.fromhex(golden("custody")["words"][0]["bytes"])

    seed("relay", "items", items(item(jws), item(jws, (0, 2))))
    seed("relay", "items_cut_off", items(item(jws, (0, 2)))[:-1])
    seed("relay", "items_acks_out_of_order", items(item(b"x", (2, 0))))
    seed("relay", "items_none", items())
    seed("relay", "items_too_many", b"STLI\x01" + struct.pack(">I", 1001))
    seed("relay", "items_version_2", b"STLI\x02" + struct.pack(">I", 1) + item(b"x"))
    seed("relay", "fates", signed(fate(0), fate(2, b"no_authority", b"stele.org"), fate(3, b"overloaded")))
    seed("relay", "fates_final", signed(fate(1)))
    seed("relay", "fates_refused", fates(fate(2, b"no_authority", b"stele.org")))
    seed("relay", "fates_not_signed_for", fates(fate(1)))
    seed("relay", "complaint", bytes.fromhex(golden("custody")["complaint"]["bytes"]))
    seed("relay", "complaint_of_junk", bytes.fromhex(golden("custody")["complaint_of_junk"]))
    seed("relay", "complaint_of_nobody", bytes.fromhex(golden("custody")["complaint_of_nobody"]))
    for number, bad in enumerate(golden("custody")["malformed_complaints"]):
        seed("relay", f"complaint_malformed_{number}", bytes.fromhex(bad["bytes"]))
    seed("relay", "fates_unknown_reason", fates(fate(2, b"no_such_reason")))
    seed("relay", "fates_reason_too_long", fates(fate(3, b"x" * 257)))


def vote_and_head_files():
    vote = bytes.fromhex(golden("secrets")["vote_file"]["bytes"])
    seed("vote_file", "golden", vote)
    seed("vote_file", "without_checksum", vote[:-32])
    seed("vote_file", "bad_checksum", vote[:-1] + b"?")
    seed("vote_file", "version_2", vote[:4] + b"\x02" + vote[5:-32])
    seed("vote_file", "too_long", vote[:-32] + b"\x00")

    block = golden("chain")["blocks"][3]
    qc = bytes.fromhex(block["qc"])

    def head(sequence, version=1):
        return (b"stele-head" + bytes([version]) + struct.pack(">QQ", sequence, block["height"]) +
                bytes.fromhex(block["header_hash"]) + struct.pack(">Q", len(qc)) + qc)

    def sealed(text):
        return text + hashlib.sha256(text).digest()

    seed("head_file", "slot", sealed(head(7)))
    seed("head_file", "slot_without_checksum", head(4))
    seed("head_file", "newer_slot_without_checksum", head(9))
    seed("head_file", "version_2", sealed(head(7, version=2)))
    seed("head_file", "qc_too_long", head(7)[:59] + b"\xff" * 8 + qc)
    seed("head_file", "cut_off", head(7)[:40])


def key_file():
    files = golden("secrets")
    text = files["key_files"][0]["text"]
    header = unb64(json.loads(text)["header"]).decode()
    for i, case in enumerate(files["key_files"]):
        seed("key_file", f"golden_{i}", case["text"])
    seed("key_file", "header", header)
    seed("key_file", "header_with_disclosure", header.replace('"kdf"', '"disclosure":"WyJhIl0","kdf"'))
    seed("key_file", "header_p256", header.replace("secp256k1", "P-256").replace('"sign"', '"export"'))
    seed("key_file", "costs_too_much_memory", header.replace('"log2n":14,"r":8', '"log2n":20,"r":16'))
    seed("key_file", "log2n_above_the_bound", header.replace('"log2n":14', '"log2n":63'))
    seed("key_file", "other_kdf", header.replace('"scrypt"', '"argon2"'))
    seed("key_file", "version_2", text.replace('"v":1', '"v":2'))
    seed("key_file", "space_behind", text + " ")
    seed("key_file", "pickup_code", "0123-4567-89AB-CDEF-GHJK-MNPQ-RS")
    seed("key_file", "pickup_code_typed", "olI3 4567 89ab cdef ghjk mnpq rs")


def vault_payload():
    sheets = golden("sheets")
    for i, sheet in enumerate(sheets["sheets"]):
        rows = [r for r in sheet["rows"] if "decoy" not in r] + [r for r in sheet["rows"] if "decoy" in r][:1]
        seed("vault_payload", f"sheet_{i}_{sheet['type']}", compact({"rows": rows}))
    for record in golden("records")["records"]:
        if "payload_beside" in record:
            seed("vault_payload", "credential_" + record["type"], compact(record["payload_beside"]))
    person = sheets["persons"][0]["disclosure"]
    seed("vault_payload", "binding", compact({"disclosure": person}))
    seed("vault_payload", "result_alone", compact({"rows": [{"result": person}]}))
    seed("vault_payload", "not_rows", compact({"rows": [{"result": person, "detail": person}]}))
    seed("vault_payload", "row_and_decoy", compact({"rows": [{"result": person, "detail": person, "decoy": ["A" * 43] * 2}]}))
    seed("vault_payload", "empty_object", "{}")


def vault_messages():
    sheets = golden("sheets")
    sheet = sheets["sheets"][0]
    id43, book = "A" * 43, {"student": "2500000001", "key": "B" * 42 + "A"}
    rows = [{k: r[k] for k in ("result", "detail")} for r in sheet["rows"] if "decoy" not in r][:2] + [{"digests": [id43, id43]}]
    seed("vault_messages", "copy_of_sheet", compact({"rows": rows, "books": [book]}))
    person = sheets["persons"][0]["disclosure"]
    seed("vault_messages", "copy_of_credential", compact({"disclosures": [person], "student": "2500000001", "book": id43, "pickup": id43}))
    seed("vault_messages", "copy_without_book", compact({"disclosures": [person], "student": "2500000001"}))
    seed("vault_messages", "question", compact({"height": 7, "records": [{"jws": "a.b.c", "payload": {"rows": rows}, "books": [book]}, {"jws": "d.e.f", "books": []}]}))
    seed("vault_messages", "question_payload_is_text", compact({"height": 7, "records": [{"jws": "a", "payload": "x", "books": []}]}))
    seed("vault_messages", "answer_acks", compact({"results": [{"acks": [{"vault": 1, "signature": "A" * 86}]}, {"error": {"code": "payload_tag", "vi": "a", "en": "b", "where": {"field": "stele.tag"}}}]}))
    seed("vault_messages", "answer_one", compact({"results": [{"acks": []}]}))
    seed("vault_messages", "ids", compact({"ids": [id43]}))
    seed("vault_messages", "lines", compact({"records": ["a.b.c", "d"]}))
    seed("vault_messages", "copies", compact({"copies": [None, {"disclosure": person}]}))


def sealed_object():
    seed("sealed_object", "version_2", b"\x02\x00\x072026-05" + bytes(12))
    seed("sealed_object", "unknown_key", b"\x01\x00\x072026-04" + bytes(12) + b"\x00\x30" + bytes(48 + 12 + 20))
    seed("sealed_object", "not_sealed", b"\x01\x00\x072026-05" + bytes(12) + b"\x00\x30" + bytes(48 + 12 + 20))
    seed("sealed_object", "no_object", b"\x01\x00\x072026-05" + bytes(12) + b"\x00\x30" + bytes(48))


def config():
    keys = '[keys]\norderer = "o.key"\nvalidator = "v.key"\nvault = "k.key"\nvote_file = "votes"\nwrapping = "/w"\n'
    start = 'genesis = "genesis.json"\ndata = "/var/lib/stele"\n'
    full = start + keys + (
        '[http]\naddress = "127.0.0.1"\nport = 7480\nthreads = 2\ntls_certificate = "c.pem"\ntls_key = "k.pem"\n'
        '[limits]\nrequests_per_second = 500.5\nrequests_burst = 1e3\nconnections = 1024\nfree_space_floor_mb = 1\n'
        '[test]\nclock_file = "clock"\n[log]\nlevel = "warn"\njson = true\n')
    seed("config", "least", start + keys)
    seed("config", "full", full)
    peers = '[[peers]]\nurl = "http://a:1"\nvalidator = "validator-1"\norderer = 1\nvault = "0"\n'
    several = (peers * 2 + '[etcd]\nmembers = ["http://127.0.0.1:2379"]\n[committee]\nleft_out_s = 5\ncomplain_s = 9\n'
               'slots_kept = 0\nlight = true\nevidence = "e"\n')
    seed("config", "several", start + 'roles = ["validator", "orderer"]\n' + keys + several)
    seed("config", "follower", start + "roles = []\n" + peers)
    authorities = '[committee]\ntls_ca = "nodes.pem"\n'
    tls = (peers.replace("http:", "https:") + 'vault_url = "https://a:2"\n' + authorities +
           '[vaults]\naddress = "::"\nport = 7481\ntls_certificate = "c.pem"\ntls_key = "k.pem"\ntls_ca = "vaults.pem"\n')
    seed("config", "tls", start + keys + tls)
    seed("config", "authorities_of_nobody", start + keys + peers + authorities)
    seed("config", "vaults_in_the_open", start + keys + '[vaults]\naddress = "::"\n')
    seed("config", "bad_role", start + 'roles = ["valdator"]\n' + keys)
    seed("config", "peer_misspelt", start + keys + peers + 'valdator = "x"\n')
    seed("config", "peers_are_a_value", start + keys + "peers = [1]\n")
    seed("config", "missing_key", 'genesis = "g"\n')
    seed("config", "bad_port", start + keys + "[http]\nport = 65536\n")
    seed("config", "misspelt", start + keys + "[http]\nadress = 1\n")
    seed("config", "one_tls_file", start + keys + '[http]\ntls_key = "k"\n')
    seed("config", "not_a_number", start + keys + "[limits]\nrequests_burst = nan\n")
    seed("config", "section_is_a_value", start + keys + "http = 1\n")
    seed("config", "syntax", "genesis = \n")
    seed("config", "dotted_and_inline", 'http.port = 0\nkeys = {orderer = "a", other = [1, {b = 2}]}\n')
    seed("config", "strings_and_dates", 'a = """x\\u00e1"""\nb = \'\'\'y\'\'\'\nc = 2026-05-31T08:00:00+07:00\nd = 0x1F\n')


def requests():
    signed = golden("secrets")["requests"]
    for name in ("request", "session", "request_in_session"):
        seed("requests", name, signed[name])
    for name in ("request", "session"):
        seed("requests", name + "_payload", unb64(signed[name].split(".")[1]))
    records = golden("records")["records"]
    jws = min((r["jws"] for r in records), key=len)
    seed("requests", "records", compact({"records": [{"jws": jws}, {"jws": "a", "payload": {"rows": []}}]}))
    seed("requests", "payload_is_text", compact({"records": [{"jws": jws, "payload": "{}"}]}))
    seed("requests", "unknown_member", compact({"records": [{"jws": jws, "more": 1}]}))
    seed("requests", "no_records", compact({"records": []}))
    seed("requests", "lines", jws + "\n" + jws + "\n")
    seed("requests", "too_many_lines", "\n" * 1001)


def cli():
    records = golden("records")["records"]
    jws = min((r["jws"] for r in records), key=len)
    seed("cli", "two", compact({"jws": jws}) + "\n" + compact({"jws": jws, "payload": {"rows": [1, "á"]}}) + "\n")
    seed("cli", "empty_line", "\n" + compact({"jws": jws}))
    seed("cli", "not_signed", compact({"jws": "a.b.c"}) + "\n")
    seed("cli", "not_an_object", "[]\n")
    seed("cli", "id", b64(bytes(range(32))))
    seed("cli", "id_with_prefix", "id:-" + "A" * 42)
    final = {"id": "A" * 43, "status": "final", "index": 7, "height": 3}
    refused = {"id": "A" * 43, "status": "refused", "error": {"code": "bad", "vi": "a", "en": "b", "where": {"field": "c"}}}
    seed("cli", "answers", compact({"results": [final, refused]}))
    seed("cli", "answers_jws", compact({"results": [dict(final, jws=jws), {"id": "A" * 43, "status": "pending"}]}))
    seed("cli", "answers_too_few", compact({"results": [final]}))
    seed("cli", "answers_no_objects", compact({"results": [1, []]}))
    seed("cli", "answers_error_is_text", compact({"results": [{"error": "x"}, {"error": {"where": 1}}]}))
    key = b64(bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
    recovery = {"stele": "recovery", "v": 1, "net": "x", "base": {"epoch": 2, "height": 7, "hash": b64(bytes(range(32)))}, "epoch": 3,
                "reason": "quorum-lost", "time": "2026-03-01T00:00:00Z", "set": [{"id": "validator-0", "key": key}], "signatures": []}
    seed("cli", "recovery", compact(recovery) + "\n")
    seed("cli", "recovery_signed", compact({**recovery, "signatures": [{"root": "root", "signature": b64(bytes(64))}]}) + "\n")
    seed("cli", "recovery_low_epoch", compact({**recovery, "epoch": 2}) + "\n")


def ceremony():
    files = golden("ceremony")
    for name, held in zip(("real", "rehearsal"), files["held"]):
        seed("ceremony", f"plan_{name}", held["plan"])
        for i in (0, 3, len(held["halves"]) - 1):
            seed("ceremony", f"half_{name}_{i}", held["halves"][i]["file"])
        seed("ceremony", f"minutes_{name}", held["minutes"][0]["file"])
    for kind in ("plans", "halves", "minutes"):
        for case in files[f"refused_{kind}"][::5]:
            seed("ceremony", f"refused_{kind}_{case['name']}", case["file"])
    for kind in ("halves", "minutes"):
        for case in files[f"false_{kind}"]:
            seed("ceremony", f"false_{kind}_{case['name']}", case["file"])


def orderers():
    """Other records' seeds in that folder were put there by hand."""
    of_type = [r for r in golden("records")["records"] if r["type"] == "orderers"]
    for n, r in enumerate(of_type, 1):
        payload = unb64(r["jws"].split(".")[1]).decode()
        seed("decode_record", f"payload_orderers_{n}", f"stele-orderers+jwt\n{payload}")
    for block in golden("orderers")["blocks"]:
        seed("chain", f"orderers_block_{block['height']}", bytes.fromhex(block["bytes"]))


if __name__ == "__main__":
    for write in (chain, changing_chain, block_stream, messages, relay, vote_and_head_files, key_file, vault_payload, vault_messages, sealed_object, config, requests,
                  cli, ceremony, orderers):
        write()
