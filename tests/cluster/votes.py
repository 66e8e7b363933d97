"""Votes as nodes hand them on, watched from outside while a story runs: no key may ever vote for two headers in one place.

One thread for each node reads its feed all the while (docs/wire-format.md section 7.3). Signatures are not looked at: a node
hands on nothing that it did not check.
"""
import base64
import hashlib
import http.client
import re
import threading

import model

VOTE = 1  # kind of message
NUMBER_MAX = 2**53 - 1
WAIT_MS = 5_000
GATHER_MS = 50  # votes leave a node's feed when the block above theirs is final: some tenths of a second later
ANSWER_S = WAIT_MS / 1000 + 5
PAUSE_S = 0.2  # after a page without messages, or none: a node that stops answers at once
VOTES_MAX = 500_000  # 70,000 heights of seven validators
SHOWN_MAX = 10

B64 = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="  # 32 bytes; unused bits are zero
NUMBER = rb"(0|[1-9][0-9]{0,15})"
HEADER = re.compile(
    rb"stele/[a-z0-9][a-z0-9.-]{0,15}/[0-9a-f]{32}\n" + NUMBER + rb"\n" + B64 + rb"\nheight " + NUMBER + rb"\nepoch " +
    NUMBER + rb"\nrules " + NUMBER + rb"\nparent " + B64 + rb"\nbody " + B64 + rb"\nstatus " + B64 + rb"\nvalidators " + B64 +
    rb"\ntime [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\n")


def page_of(data):
    """Of a feed page: the log's id, the number to ask after next, (kind, body) of each message."""
    r = model.Reader(data)
    if r.take(5) != b"STLF\x01":
        raise ValueError("no feed page")
    log, after, messages = r.take(16), r.number(">Q"), []
    while r.at < len(data):
        messages.append((r.number(">B"), r.sized()))
    return log, after, messages


def vote_of(message):
    """Of a vote message: key, epoch, height, header hash."""
    r = model.Reader(message)
    if r.take(5) != b"STLT\x01":
        raise ValueError("no vote message")
    text = r.sized(">H")
    header = HEADER.fullmatch(text)
    if not header:
        raise ValueError(f"no header: {text!r}")
    size, height, epoch, _ = (int(n) for n in header.groups())
    if max(size, height, epoch) > NUMBER_MAX:
        raise ValueError(f"a number is too large: {text!r}")
    key = r.take(33)
    r.take(8 + 64)
    if r.at != len(message):
        raise ValueError("bytes after the vote")
    return key, epoch, height, hashlib.sha256(text).digest()


class Seen:
    """What was voted for, by place. Any thread may use it."""

    def __init__(self, votes_max=VOTES_MAX):
        self.votes_max = votes_max
        self.mutex = threading.Lock()
        self.hashes = {}  # (key, epoch, height): hash of the first header
        self.twice = {}  # of those with another one: all hashes
        self.malformed = []
        self.left_out = 0

    def read(self, data):
        """A feed page: the log's id, the number to ask after next, and how many messages there were."""
        log, after, messages = page_of(data)
        for kind, body in messages:
            if kind == VOTE:
                self.add(*vote_of(body))
        return log, after, len(messages)

    def add(self, key, epoch, height, digest):
        place = key, epoch, height
        with self.mutex:
            if place not in self.hashes and len(self.hashes) >= self.votes_max:
                self.left_out += 1
                return
            first = self.hashes.setdefault(place, digest)
            if first != digest and (place in self.twice or len(self.twice) < SHOWN_MAX):
                self.twice.setdefault(place, {first}).add(digest)

    def not_read(self, where, why):
        with self.mutex:
            if len(self.malformed) < SHOWN_MAX:
                self.malformed.append(f"{where} gave what is no feed page: {why}")

    def faults(self):
        """In words; nothing is wrong: []."""
        with self.mutex:
            out = [f"key {key.hex()} voted for {len(found)} headers in epoch {epoch}, height {height}: " +
                   ", ".join(sorted(h.hex() for h in found)) for (key, epoch, height), found in self.twice.items()]
            out += self.malformed
            if self.left_out:
                out.append(f"more than {self.votes_max} votes: {self.left_out} were not remembered")
            if not self.hashes:
                out.append("not one vote was seen")
            return out

    def extent(self):
        """Of how many keys, and in how many places."""
        with self.mutex:
            return len({place[0] for place in self.hashes}), len({place[1:] for place in self.hashes})

    def told(self):
        keys, places = self.extent()
        return f"{len(self.hashes)} votes of {keys} keys seen, in {places} places: none voted twice in one place"


class Watcher:
    """`nodes`: each has a name and a url, which may be of no use for a while."""

    def __init__(self, nodes):
        self.seen = Seen()
        self.ending = threading.Event()
        self.pages = {n.name: 0 for n in nodes}
        self.threads = [threading.Thread(target=self.watch, args=(n,), name=n.name, daemon=True) for n in nodes]
        for t in self.threads:
            t.start()

    def watch(self, node):
        link, log, after = None, b"", 0
        while not self.ending.is_set():
            try:
                link = link or self.connect(node)
                page = self.page(link, log, after)
            except (OSError, ValueError, http.client.HTTPException):  # it is down, starts, is cut off or stopped
                if link:
                    link.close()
                link, page = None, None
            news = 0
            if page is not None:
                try:
                    log, after, news = self.seen.read(page)
                    self.pages[node.name] += 1
                except ValueError as why:
                    self.seen.not_read(node.name, why)
            if not news:
                self.ending.wait(PAUSE_S)
        if link:
            link.close()

    @staticmethod
    def connect(node):
        address, _, port = node.url.removeprefix("http://").rpartition(":")
        return http.client.HTTPConnection(address, int(port), timeout=ANSWER_S)

    @staticmethod
    def page(link, log, after):
        """None: it has none for us now. `light`: without blocks that others have handed on; votes are all there."""
        name = base64.urlsafe_b64encode(log).decode().rstrip("=")
        link.request("GET", f"/v1/feed?id={name}&after={after}&wait_ms={WAIT_MS}&gather_ms={GATHER_MS}&light=1")
        answer = link.getresponse()
        text = answer.read()
        return text if answer.status == 200 else None

    def end(self):
        """What is wrong, in words; nothing: []. Before the nodes are stopped."""
        died = [f"the watch of {t.name} ended too early" for t in self.threads if not t.is_alive()]
        self.stop()
        unread = [f"nothing was read from {name}" for name, pages in self.pages.items() if pages == 0]
        return self.seen.faults() + died + unread

    def stop(self):
        self.ending.set()
        for t in self.threads:
            t.join(ANSWER_S)
