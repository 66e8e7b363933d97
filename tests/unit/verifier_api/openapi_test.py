#!/usr/bin/env python3
"""openapi.json against the running server: every path, method and answer that it describes is asked for, and what comes
back is held against its schema. Usage: openapi_test.py verifier_fixture SOURCE_FOLDER"""
import csv
import io
import json
import sys
import urllib.error
import urllib.request

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

from fixture import Fixture

# Answers that a healthy server of one school does not give; C++ tests produce them (service_test, shared_test).
ELSEWHERE = {"503", "429"}
# Only in the instant between a block's judging and its storing.
NEVER_STILL = {("GET", "/v1/records/{id}", "409"), ("GET", "/v1/records/{id}/history", "409")}
HANDLE = "AAAAAAAAAAAAAAAAAAAAAA"
BLOB = b"STLS\x01" + bytes(60)


class Checker:
    def __init__(self, url, document):
        self.url, self.document = url, document
        self.resolver = RefResolver.from_schema(document)
        self.faults, self.seen, self.count = [], set(), 0

    def resolved(self, node):
        return self.resolver.resolve(node["$ref"])[1] if "$ref" in node else node

    def ask(self, method, pattern, path, body=None, headers=None, expect=None):
        """One request; its answer must be one that the document describes for this pattern."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers or {})
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as e:
            answer = e
        data, status = answer.read(), str(answer.status)
        self.count += 1
        where = f"{method} {path} -> {status}"
        if expect is not None and status != str(expect):
            self.faults.append(f"{where}: expected {expect}: {data[:200]!r}")
        responses = self.document["paths"][pattern][method.lower()]["responses"]
        if status not in responses:
            self.faults.append(f"{where}: the document does not describe this status")
            return answer, data
        self.seen.add((method, pattern, status))
        described = self.resolved(responses[status]).get("content")
        media = (answer.headers.get("Content-Type") or "").split(";")[0]
        if not described:
            if data:
                self.faults.append(f"{where}: a body that the document does not describe")
            return answer, data
        if media not in described:
            self.faults.append(f"{where}: media type {media!r} is not described")
            return answer, data
        if media == "application/json" or media.endswith("+json"):
            self.check(described[media]["schema"], json.loads(data), where)
        return answer, data

    def check(self, schema, value, where):
        validator = Draft202012Validator(schema, resolver=self.resolver, format_checker=FormatChecker())
        for error in validator.iter_errors(value):
            self.faults.append(f"{where}: at {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")

    def missing(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                for status in operation["responses"]:
                    answer = (method.upper(), path, status)
                    if status not in ELSEWHERE and answer not in self.seen | NEVER_STILL:
                        yield f"{method.upper()} {path}: {status} was never seen"


def ask_ledger(c, ids, text):
    none = "A" * 43
    json_type = {"Content-Type": "application/json"}
    for pattern in ("/v1/records/{id}", "/v1/records/{id}/receipt", "/v1/records/{id}/history"):
        for which in ("transcript", "diploma"):
            c.ask("GET", pattern, pattern.replace("{id}", ids[which]), expect=200)
        c.ask("GET", pattern, pattern.replace("{id}", none), expect=404)
        c.ask("GET", pattern, pattern.replace("{id}", "short"), expect=400)
    c.ask("GET", "/v1/records/{id}/receipt", f"/v1/records/{ids['waiting']}/receipt", expect=409)
    one = [c.ask("GET", "/v1/records/{id}/receipt", f"/v1/records/{ids[which]}/receipt", expect=200)[1] for which in ("diploma", "transcript")]
    _, several = c.ask("GET", "/v1/receipts", f"/v1/receipts?ids={ids['diploma']},{none},{ids['waiting']},{ids['transcript']}", expect=200)
    if several != b"".join(one):
        c.faults.append("GET /v1/receipts: not the receipts, in order")
    for query in ("", "ids=short", "ids=" + ",".join([none] * 65)):
        c.ask("GET", "/v1/receipts", "/v1/receipts?" + query, expect=400)
    for pattern, path, known in (("/v1/keys/{kid}", "/v1/keys/", ids["kid"]), ("/v1/suspensions/{id}", "/v1/suspensions/", ids["suspension"])):
        for which, status in ((known, 200), (none, 404), ("x", 400)):
            c.ask("GET", pattern, path + which, expect=status)
    _, held = c.ask("GET", "/v1/suspensions/{id}", f"/v1/suspensions/{ids['suspension']}?from=0", expect=200)
    if [r["id"] for r in json.loads(held)["records"]] != [ids["suspended"]]:
        c.faults.append(f"GET /v1/suspensions: {held!r}")
    c.ask("GET", "/v1/suspensions/{id}", f"/v1/suspensions/{ids['suspension']}?from=x", expect=400)
    c.ask("GET", "/v1/tags/{tag}", "/v1/tags/" + ids["tag"], expect=200)
    c.ask("GET", "/v1/tags/{tag}", "/v1/tags/" + none, expect=404)
    c.ask("GET", "/v1/tags/{tag}", "/v1/tags/x", expect=400)
    final = ids["final"]
    for height, status in ((1, 200), (final, 200), (final - 1, 200), (0, 404), (final + 1, 409), ("x", 400)):
        c.ask("GET", "/v1/checkpoints/{height}", f"/v1/checkpoints/{height}", expect=status)
    for query, status in (("from=1", 200), (f"from=1&to={final}", 200), ("from=2&to=2", 200), ("from=9999", 204), ("from=0", 400), ("from=3&to=2", 400), ("", 400)):
        c.ask("GET", "/v1/blocks", "/v1/blocks?" + query, expect=status)
    size = json.loads(c.ask("GET", "/v1/checkpoint", "/v1/checkpoint", expect=200)[1])["size"]
    for query, status in ((f"index=0&size={size}", 200), ("index=0&size=99999", 409), (f"index={size}&size={size}", 400)):
        c.ask("GET", "/v1/proofs/inclusion", "/v1/proofs/inclusion?" + query, expect=status)
    for query, status in ((f"from=1&to={size}", 200), ("from=1&to=99999", 409), ("from=2&to=1", 400)):
        c.ask("GET", "/v1/proofs/consistency", "/v1/proofs/consistency?" + query, expect=status)
    for query, status in (("index=0", 200), (f"index=0&height={final}", 200), ("index=99999", 404), ("", 400), ("index=0&height=99999", 409)):
        c.ask("GET", "/v1/status", "/v1/status?" + query, expect=status)
    for pattern in ("/v1/orgs/{org}/jwks", "/.well-known/jwt-vc-issuer/orgs/{org}"):
        c.ask("GET", pattern, pattern.replace("{org}", ids["org"]), expect=200)
        c.ask("GET", pattern, pattern.replace("{org}", "khong-co"), expect=404)
    for path in ("/v1/genesis", "/healthz", "/metrics", "/openapi.json", "/pinned.json"):
        c.ask("GET", path, path, expect=200)

    for body, status in ((text, 200), (b"nonsense", 200), (b'{"documents":[' + text.strip() + b",1,null]}", 200), (b'{"documents":1}', 400),
                         (b'{"documents":[' + b",".join([b"0"] * 1001) + b"]}", 413), (b"[" * (4 * 1024 * 1024 + 1), 400)):
        c.ask("POST", "/v1/verify", "/v1/verify", body, json_type, expect=status)


def ask_more(c, ids, text):
    verdict = {"$ref": "#/components/schemas/Verdict"}
    json_type = {"Content-Type": "application/json"}
    _, same = c.ask("POST", "/v1/verify", "/v1/verify", text, {"Content-Type": "application/octet-stream"}, expect=200)
    _, spelled = c.ask("POST", "/v1/verify", "/v1/verify", text.rstrip(b"\n"), {"Content-Type": "application/octet-stream"}, expect=200)
    if [json.loads(same)["outcome"], json.loads(spelled)["outcome"]] != ["valid", "altered"]:
        c.faults.append("application/octet-stream: the bytes are not judged")
    for query, outcome in (("now=2099-01-01T00:00:00Z", "status_too_old"), ("now=none", "valid"), ("now=2099-01-01T00:00:00Z&status_days=3650", "status_too_old")):
        _, dated = c.ask("POST", "/v1/verify", "/v1/verify?" + query, text, json_type, expect=200)
        if json.loads(dated)["outcome"] != outcome:
            c.faults.append(f"{query}: {json.loads(dated)['outcome']}")
    for query in ("now=yesterday", "status_days=0", "status_days=x"):
        c.ask("POST", "/v1/verify", "/v1/verify?" + query, text, json_type, expect=400)
    _, lines = c.ask("POST", "/v1/verify", "/v1/verify", text + b"rubbish\n", {"Content-Type": "application/x-ndjson"}, expect=200)
    for line in lines.decode().splitlines():
        c.check(verdict, json.loads(line), "a line of verdicts")
    _, table = c.ask("POST", "/v1/verify", "/v1/verify", b"number,birth_date\nB00000001,14/03/2010\nB2,2010-03-14\n", {"Content-Type": "text/csv"}, expect=200)
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    if [r["outcome"] for r in rows] != ["valid", "not_found"]:
        c.faults.append(f"the table says {rows}")
    c.ask("POST", "/v1/verify", "/v1/verify", b"a,b\n1,2\n", {"Content-Type": "text/csv"}, expect=400)

    look_up = lambda body, status: c.ask("POST", "/v1/lookup", "/v1/lookup", body, {"Content-Type": "application/json"}, expect=status)
    look_up(b'{"number":"B00000001","birth_date":"2010-03-14","kind":"thpt"}', 200)
    look_up(b'{"number":"B00000007","birth_date":"2010-03-14"}', 404)
    look_up(b"{}", 400)
    look_up(b" " * 5000, 413)

    octets = {"Content-Type": "application/octet-stream"}
    shared = "/v1/shared/{handle}"
    for handle, body, status in ((HANDLE, BLOB, 201), (HANDLE, BLOB, 200), (HANDLE, BLOB + b"x", 409), ("x", BLOB, 400), (HANDLE, b"no", 400), (HANDLE, BLOB * 5000, 413)):
        c.ask("PUT", shared, "/v1/shared/" + handle, body, octets, expect=status)
    answer, data = c.ask("GET", shared, "/v1/shared/" + HANDLE, expect=200)
    if data != BLOB:
        c.faults.append("other bytes come back from /v1/shared")
    c.ask("GET", shared, "/v1/shared/" + "B" * 21 + "A", expect=404)

    for name in ("", "/blocks", "/validators", "/days", "/offices", "/alarms"):
        c.ask("GET", "/v1/explorer" + name, "/v1/explorer" + name, expect=200)
    for name in ("/blocks", "/days", "/offices"):
        c.ask("GET", "/v1/explorer" + name, f"/v1/explorer{name}?limit=1", expect=200)
        c.ask("GET", "/v1/explorer" + name, f"/v1/explorer{name}?limit=0", expect=400)
    c.ask("GET", "/v1/explorer/offices", "/v1/explorer/offices?year=1900", expect=404)


def ask_caches(c, ids):
    """304 wherever it is described; immutable where an answer can never change; other origins where http-api.md says."""
    final = ids["final"]
    targets = {"/v1/records/{id}": "/v1/records/" + ids["diploma"], "/v1/records/{id}/receipt": f"/v1/records/{ids['diploma']}/receipt",
               "/v1/records/{id}/history": f"/v1/records/{ids['diploma']}/history", "/v1/tags/{tag}": "/v1/tags/" + ids["tag"],
               "/v1/keys/{kid}": "/v1/keys/" + ids["kid"], "/v1/suspensions/{id}": "/v1/suspensions/" + ids["suspension"],
               "/v1/receipts": "/v1/receipts?ids=" + ids["diploma"], "/v1/checkpoints/{height}": "/v1/checkpoints/2", "/v1/blocks": f"/v1/blocks?from=1&to={final}",
               "/v1/proofs/inclusion": "/v1/proofs/inclusion?index=0&size=3", "/v1/proofs/consistency": "/v1/proofs/consistency?from=1&to=3",
               "/v1/status": f"/v1/status?index=0&height={final}", "/v1/orgs/{org}/jwks": f"/v1/orgs/{ids['org']}/jwks",
               "/.well-known/jwt-vc-issuer/orgs/{org}": f"/.well-known/jwt-vc-issuer/orgs/{ids['org']}"}
    never_changes = {"/v1/checkpoints/{height}", "/v1/blocks", "/v1/proofs/inclusion", "/v1/proofs/consistency", "/v1/status", "/v1/genesis"}
    for pattern, methods in c.document["paths"].items():
        if "304" not in methods.get("get", {}).get("responses", {}):
            continue
        target = targets.get(pattern, pattern)
        # The overview tells the time: its clock stands still here.
        first, _ = c.ask("GET", pattern, target, expect=200)
        c.ask("GET", pattern, target, headers={"If-None-Match": first.headers["ETag"]}, expect=304)
        if ("immutable" in first.headers["Cache-Control"]) != (pattern in never_changes):
            c.faults.append(f"{target}: Cache-Control {first.headers['Cache-Control']}")
        if first.headers["Access-Control-Allow-Origin"] != "*" or first.headers["Access-Control-Allow-Credentials"]:
            c.faults.append(f"{target}: pages of other origins may not read it")
    ask = lambda method, path, wanted: urllib.request.urlopen(urllib.request.Request(
        c.url + path, method=method, headers={"Origin": "https://uni.example", "Access-Control-Request-Method": wanted}), timeout=30)
    if ask("OPTIONS", "/v1/verify", "POST").headers["Access-Control-Allow-Origin"] != "*":
        c.faults.append("POST /v1/verify is closed to other origins")
    for path, method in (("/v1/lookup", "POST"), ("/v1/shared/" + HANDLE, "PUT")):
        if ask("OPTIONS", path, method).headers["Access-Control-Allow-Origin"]:
            c.faults.append(f"{method} {path} is open to other origins")


def main():
    with Fixture(sys.argv[1]) as fixture:
        document = json.loads(urllib.request.urlopen(fixture.url + "/openapi.json", timeout=30).read())
        c = Checker(fixture.url, document)
        Draft202012Validator.check_schema(document["components"]["schemas"])
        text = (fixture.folder / "transcript.stele.json").read_bytes()
        ask_ledger(c, fixture.ids, text)
        ask_more(c, fixture.ids, text)
        ask_caches(c, fixture.ids)
        # A schema that lets everything pass would prove nothing.
        probe = Checker(fixture.url, document)
        probe.check({"$ref": "#/components/schemas/Overview"}, {"net": 1}, "probe")
        if not probe.faults:
            c.faults.append("the validator accepts a wrong value")
        faults = c.faults + list(c.missing())
    for fault in faults:
        print(fault)
    print(f"{c.count} requests, {len(c.seen)} described answers seen, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
