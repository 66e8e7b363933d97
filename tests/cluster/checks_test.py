#!/usr/bin/env python3
"""What the stories of faults check besides histories: each check is seen to fail."""
import base64
import hashlib
import http.server
import json
import struct
import sys
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import latency  # noqa: E402
import rounds  # noqa: E402
import votes  # noqa: E402

GOLDEN = json.loads((Path(__file__).resolve().parents[1] / "vectors/golden/log.json").read_text(encoding="utf-8"))["epochs"]


def golden_votes():
    """Two vote messages of one key for one place."""
    data = bytes.fromhex(GOLDEN["double_vote"]["bytes"])[5:]
    length = len(data) // 2  # both headers are of one length
    return [b"STLT\x01" + data[:length], b"STLT\x01" + data[length:]]


def with_text(message, old, new):
    """A vote message whose checkpoint text is changed."""
    length, = struct.unpack_from(">H", message, 5)
    text = message[7:7 + length].replace(old, new)
    assert text != message[7:7 + length], old
    return message[:5] + struct.pack(">H", len(text)) + text + message[7 + length:]


def with_key(message, key):
    return message[:-105] + key + message[-72:]


def page(log, after, *messages):
    return b"STLF\x01" + log + struct.pack(">Q", after) + b"".join(struct.pack(">BI", k, len(b)) + b for k, b in messages)


class Votes(unittest.TestCase):
    def setUp(self):
        self.first, self.second = golden_votes()
        self.seen = votes.Seen()

    def add(self, *messages):
        return self.seen.read(page(bytes(16), 1, *[(votes.VOTE, m) for m in messages]))

    def test_a_vote_is_read_as_the_format_says(self):
        vote = GOLDEN["vote"]
        key, epoch, height, digest = votes.vote_of(bytes.fromhex(vote["bytes"]))
        self.assertEqual((key.hex(), epoch, height), (vote["validator"], 0, 5))
        self.assertEqual(digest, hashlib.sha256(vote["header"].encode()).digest())
        headers = [hashlib.sha256(h.encode()).digest() for h in GOLDEN["double_vote"]["headers"]]
        self.assertEqual(sorted(votes.vote_of(v)[3] for v in golden_votes()), sorted(headers))

    def test_what_is_no_vote_is_not_read(self):
        v = self.first
        for bad in (v[:-1], v + b"\0", b"STLU" + v[4:], b"STLT\x02" + v[5:], with_text(v, b"height 5", b"height 05"),
                    with_text(v, b"epoch 0", b"epoch 9007199254740992"), with_text(v, b"\nepoch", b"\r\nepoch"),
                    with_text(v, b"rules 1\n", b""), with_text(v, b"Z\n", b"Z"), with_text(v, b"Z\n", b"Z\n\n")):
            with self.assertRaises(ValueError):
                votes.vote_of(bad)

    def test_a_page_is_read_to_its_end(self):
        log = bytes(range(16))
        whole = page(log, 7, (votes.VOTE, self.first), (2, b"a statement"), (99, b""))
        self.assertEqual(self.seen.read(whole), (log, 7, 3))
        for bad in (whole[:-1], whole + b"\1", b"STLX" + whole[4:]):
            with self.assertRaises(ValueError):
                self.seen.read(bad)

    def test_one_vote_that_many_hand_on_is_one_vote(self):
        self.add(self.first, self.first)
        self.add(self.first)
        self.assertEqual(self.seen.faults(), [])
        self.assertIn("1 votes of 1 keys seen, in 1 places", self.seen.told())

    def test_votes_of_other_places_and_keys(self):
        self.add(self.first, with_text(self.second, b"height 5", b"height 6"), with_text(self.second, b"epoch 0", b"epoch 1"),
                 with_key(self.second, b"\2" + bytes(32)))
        self.assertEqual(self.seen.faults(), [])
        self.assertIn("4 votes of 2 keys seen, in 3 places", self.seen.told())

    def test_a_second_vote_in_one_place(self):
        self.add(self.first)
        self.add(with_text(self.first, b"height 5", b"height 6"), self.second)
        found = self.seen.faults()
        self.assertEqual(len(found), 1)
        self.assertIn(f"key {GOLDEN['vote']['validator']} voted for 2 headers in epoch 0, height 5", found[0])

    def test_no_vote_at_all(self):
        self.assertEqual(self.seen.faults(), ["not one vote was seen"])

    def test_more_votes_than_are_remembered(self):
        self.seen = votes.Seen(votes_max=1)
        self.add(self.first, with_text(self.first, b"height 5", b"height 6"))
        self.assertEqual(self.seen.faults(), ["more than 1 votes: 1 were not remembered"])


class Feed:
    """A node that gives these pages, one after the other, then refuses; `asked` keeps what it was asked for."""

    def __init__(self, *pages, port=0):
        self.name, self.pages, self.asked = "n0", list(pages), []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                outer.asked.append((query.get("id", [""])[0], int(query["after"][0])))
                body = outer.pages.pop(0) if outer.pages else None
                self.send_response(503 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")
                if not outer.pages:
                    self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Watch(unittest.TestCase):
    def setUp(self):
        self.first, self.second = golden_votes()

    def until(self, holds):
        end = time.monotonic() + 20
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_a_second_vote_after_a_restart(self):
        one, other = b"1" * 16, b"2" * 16
        node = Feed(page(one, 40, (votes.VOTE, self.first)))
        watcher = votes.Watcher([node])
        try:
            self.until(lambda: len(node.asked) >= 2)
            node.close()
            time.sleep(0.5)  # it is away for a while
            again = Feed(page(other, 3, (votes.VOTE, self.second)), port=node.port)
            self.until(lambda: len(again.asked) >= 2)
            again.close()
        finally:
            found = watcher.end()
        named = base64.urlsafe_b64encode(one).decode().rstrip("=")
        self.assertEqual(node.asked[:2], [("", 0), (named, 40)])
        self.assertEqual(again.asked[0], (named, 40))
        self.assertEqual(again.asked[1][1], 3)
        self.assertEqual(len(found), 1)
        self.assertIn("voted for 2 headers", found[0])

    def test_a_page_that_is_none(self):
        node = Feed(page(bytes(16), 1, (votes.VOTE, self.first)), page(bytes(16), 2, (votes.VOTE, self.second[:-1])))
        watcher = votes.Watcher([node])
        self.until(lambda: len(node.asked) >= 3)
        found = watcher.end()
        node.close()
        self.assertEqual(found, ["n0 gave what is no feed page: cut off"])

    def test_a_node_that_is_never_heard(self):
        node = Feed()
        node.close()
        self.assertEqual(votes.Watcher([node]).end(), ["not one vote was seen", "nothing was read from n0"])


class Stories(unittest.TestCase):
    def test_rounds_of_two_leaders_that_never_had_two(self):
        r = rounds.Rounds(None, 1)
        r.tally = {"two_leaders": 2, "leader_without_etcd": 1, "two led at once": 0}
        with self.assertRaisesRegex(AssertionError, "3 rounds were to have two leaders"):
            r.check_leaders()
        r.tally["two led at once"] = 1
        r.check_leaders()
        r.tally = {"two_leaders": 1, "leader_without_etcd": 1, "kills": 9}
        r.check_leaders()

    def test_a_median_that_is_too_long(self):
        latency.check_medians({"here": 49.9, "there": 20})
        with self.assertRaisesRegex(AssertionError, "there: 50.0 ms"):
            latency.check_medians({"here": 49.9, "there": 50})


if __name__ == "__main__":
    unittest.main()
