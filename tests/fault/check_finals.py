#!/usr/bin/python3
"""Every record that a client was told is final stands on the ledger, at the index and height that it was told.

    check_finals.py NODE-URL LOG...
"""
import json
import sys
import urllib.request


def told(paths):
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith('{"results"'):
                    yield from (r for r in json.loads(line)["results"] if r["status"] == "final")


def main():
    url, *logs = sys.argv[1:]
    wrong = count = 0
    for record in told(logs):
        count += 1
        try:
            held = json.load(urllib.request.urlopen(f"{url}/v1/records/{record['id']}", timeout=10))
        except OSError as error:
            held = {"index": str(error)}
        if (held.get("index"), held.get("height")) != (record["index"], record["height"]):
            wrong += 1
            print("told", record, "held", held)
    print(f"{count} records answered final, {wrong} missing or different")
    sys.exit(1 if wrong or not count else 0)


main()
