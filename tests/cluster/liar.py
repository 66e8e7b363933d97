"""Proxies before the orderers' ports, of which one lies to all others: it plays an orderer that does not keep the rules.

Each node has ports of its own for each orderer, so that the liar can tell them different things. It holds the orderer's
key, so that its second blocks are signed as well as the first ones.
"""
import base64
import http.client
import http.server
import json
import random
import struct
import sys
import threading
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vectors"))
import reference  # noqa: E402
from model import Reader  # noqa: E402

SLOT = 4  # kind of the message that carries what the ordering service has in a slot
EQUIVOCATES_EVERY = 7  # heights: between two, the others can agree again
FORWARD_S = 60


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_of(path, passphrase):
    """Of a key file, opened as wire-format.md section 10 says."""
    file = json.loads(Path(path).read_text(encoding="utf-8"))
    kdf = json.loads(unb64(file["header"]))["kdf"]
    sealing = Scrypt(unb64(kdf["salt"]), 32, 1 << kdf["log2n"], kdf["r"], kdf["p"]).derive(passphrase.encode())
    secret = AESGCM(sealing).decrypt(unb64(file["nonce"]), unb64(file["sealed"]), file["header"].encode())
    return reference.PrivateKey(secret=secret)


def holds(key, digest, signature):
    """Is it a signature of this key, by the library and not by our own arithmetic?"""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    public = ec.derive_private_key(key.secret, key.curve).public_key()
    try:
        public.verify(utils.encode_dss_signature(r, s), digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return False
    return s <= key.n // 2


def parts_of_block(block):
    """What stands before the acks, and the orderer's number with how many records there are."""
    r = Reader(block)
    r.take(5)
    r.sized(">H")
    r.take(4 + 8 + 8 + 4 + 32)
    r.sized()
    r.sized()
    head = block[:r.at]
    r.take(r.number(">I") * (32 + 2 + 64))
    orderer, records = r.number(">H"), r.number(">I")
    return head, orderer, records


def another_block(block, key):
    """For the same slot, without the records, signed as well."""
    head, orderer, _ = parts_of_block(block)
    body = head + struct.pack(">IHI", 0, orderer, 0)
    return body + key.sign(reference.block_digest(reference.sha(body)))


def messages_of(page):
    """A feed page's head, and its messages: [kind, body]."""
    r = Reader(page)
    head, out = r.take(5 + 16 + 8), []
    while r.at < len(page):
        out.append([r.number(">B"), r.sized()])
    return head, out


def page_of(head, messages):
    return head + b"".join(struct.pack(">BI", kind, len(body)) + body for kind, body in messages)


class Liar:
    """What one orderer's answers become, for each viewer."""

    def __init__(self, number, key, seed):
        self.number, self.key, self.chance = number, key, random.Random(f"{seed}-liar")
        self.mutex = threading.Lock()
        self.slots = {}  # slot: the second block for it
        self.told = {"dropped": 0, "repeated": 0, "in another order": 0, "forged": 0, "two blocks for one slot": 0,
                     "requests lost": 0, "blocks forged": 0}

    def loses(self):
        with self.mutex:
            lost = self.chance.random() < 0.05
            self.told["requests lost"] += lost
            return lost

    def forged(self, body):
        at = self.chance.randrange(len(body))
        return body[:at] + bytes([body[at] ^ (1 << self.chance.randrange(8))]) + body[at + 1:]

    def second_block(self, body):
        """The slot's message with the second block, for every so many heights that this orderer filled with records."""
        slot, block = body[:20], body[20:]
        _, height, _ = struct.unpack(">QQI", slot)
        if slot in self.slots:
            return slot + self.slots[slot]
        last = max((struct.unpack(">QQI", s)[1] for s in self.slots), default=0)
        _, orderer, records = parts_of_block(block)
        if orderer != self.number or records == 0 or height < last + EQUIVOCATES_EVERY:
            return None
        self.slots[slot] = another_block(block, self.key)
        return slot + self.slots[slot]

    def feed(self, page, viewer):
        """`viewer`: the number of the node that asks. Every second one is told the other story."""
        head, messages = messages_of(page)
        with self.mutex:
            out = []
            for kind, body in messages:
                if kind == SLOT and viewer % 2 == 1:
                    other = self.second_block(body)
                    if other:
                        self.told["two blocks for one slot"] += 1
                        body = other
                lot = self.chance.random()
                if lot < 0.12:
                    self.told["dropped"] += 1
                    continue
                if lot < 0.14:
                    self.told["forged"] += 1
                    body = self.forged(body)
                out += [[kind, body]] * (2 if 0.14 <= lot < 0.3 else 1)
                self.told["repeated"] += 0.14 <= lot < 0.3
            if len(out) > 1 and self.chance.random() < 0.4:
                self.told["in another order"] += 1
                self.chance.shuffle(out)
            return page_of(head, out)

    def blocks(self, stream):
        with self.mutex:
            if len(stream) > 200 and self.chance.random() < 0.3:
                self.told["blocks forged"] += 1
                return self.forged(stream)
            return stream


class Proxy:
    """Between `viewer` and one orderer's true port; honest until it is given a liar, or a censor (left_out.py)."""

    def __init__(self, port, target, viewer):
        self.liar, self.censor, self.url = None, None, f"http://127.0.0.1:{port}"
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def forward(self, body):
                """Status, headers and body of the true orderer's answer; None: there is none."""
                link = http.client.HTTPConnection("127.0.0.1", target, timeout=FORWARD_S)
                try:
                    kept = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "content-length")}
                    link.request(self.command, self.path, body or None, kept)
                    answer = link.getresponse()
                    return answer.status, answer.getheaders(), answer.read()
                except (OSError, http.client.HTTPException):
                    return None
                finally:
                    link.close()

            def pass_on(self):
                liar, censor = outer.liar, outer.censor
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = None
                if not (liar and liar.loses()):
                    hides = censor and self.path.startswith("/v1/relay")
                    answer = censor.relay(body, self.forward) if hides else self.forward(body)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, text = answer
                if liar and status == 200 and self.path.startswith("/v1/feed"):
                    text = liar.feed(text, viewer)
                elif liar and status == 200 and self.path.startswith("/v1/blocks"):
                    text = liar.blocks(text)
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                try:
                    self.wfile.write(text)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = pass_on

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
