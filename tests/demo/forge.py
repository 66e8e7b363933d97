#!/usr/bin/python3
"""What a forger would do to a document file, with nothing of ours: Python, its cryptography package and the wire format.

    forge.py mark  IN OUT                      another mark in a transcript, file written neatly again
    forge.py sign  IN OUT KEY PASSPHRASE-FILE  the same transcript for somebody else, signed by one who has no right to
"""
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def neat(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def better(disclosure):
    """The disclosure of mathematics with its first mark raised; None if it is another one."""
    salt, name, value = json.loads(unb64(disclosure))
    if name != "subject.toan":
        return None
    value["terms"][0]["mark"] = "10.0" if value["terms"][0]["mark"] != "10.0" else "9.9"
    return b64(neat([salt, name, value]).encode())


def digest(disclosure):
    return b64(hashlib.sha256(disclosure.encode()).digest())


def other_name(disclosure):
    salt, name, _ = json.loads(unb64(disclosure))
    return b64(neat([salt, name, "Phạm Ngọc Thí Dụ"]).encode()) if name == "name" else None


def change(document, how):
    """Changes one disclosure of the subject; gives its old and new digests."""
    for entry in document["disclosures"]:
        new = how(entry["disclosure"]) if entry["record"] == document["subject"] else None
        if new:
            old = entry["disclosure"]
            entry["disclosure"] = new
            document["disclosures"].sort(key=lambda e: (e["record"], digest(e["disclosure"])))
            return digest(old), digest(new)
    sys.exit("nothing to change")


def open_key(path, passphrase_path):
    file = json.load(open(path))
    header = json.loads(unb64(file["header"]))
    kdf = header["kdf"]
    passphrase = open(passphrase_path, "rb").readline().rstrip(b"\n")
    key = Scrypt(unb64(kdf["salt"]), 32, 1 << kdf["log2n"], kdf["r"], kdf["p"]).derive(passphrase)
    secret = AESGCM(key).decrypt(unb64(file["nonce"]), unb64(file["sealed"]), file["header"].encode())
    jwk = header["jwk"]
    kid = hashlib.sha256(neat({"crv": jwk["crv"], "kty": jwk["kty"], "x": jwk["x"], "y": jwk["y"]}).encode()).digest()
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256K1()), b64(kid)


def sign(private, kid, payload):
    header = {"alg": "ES256K", "kid": kid, "typ": "dc+sd-jwt"}
    signing_input = b64(neat(header).encode()) + "." + b64(neat(payload).encode())
    r, s = utils.decode_dss_signature(private.sign(signing_input.encode(), ec.ECDSA(SHA256())))
    s = min(s, ORDER - s)
    return signing_input + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def forge_signature(document, key, passphrase):
    private, kid = open_key(key, passphrase)
    evidence = document["evidence"]
    subject = document["subject"]
    old, new = change(document, other_name)
    payload = json.loads(unb64(evidence["records"][subject]["jws"].split(".")[1]))
    payload["_sd"] = sorted(new if d == old else d for d in payload["_sd"])
    evidence["records"][subject]["jws"] = sign(private, kid, payload)
    # Its own proofs would give it away; a forger leaves them out and hopes that nobody asks.
    evidence["inclusions"] = [i for i in evidence["inclusions"] if i["record"] != subject]
    evidence["statuses"] = [s for s in evidence["statuses"] if s["record"] != subject]


def main():
    how, source, target = sys.argv[1:4]
    document = json.load(open(source, encoding="utf-8"))
    if how == "mark":
        change(document, better)
    else:
        forge_signature(document, *sys.argv[4:6])
    with open(target, "w", encoding="utf-8") as out:
        out.write(neat(document) + "\n")


main()
