"""Network namespaces on one bridge, one for each process, and the faults of their links. Needs root.

Names are of this run only, and whatever was made is taken away again by `close`, whatever happened in between.
"""
import contextlib
import ipaddress
import json
import os
import random
import shutil
import subprocess

NOBODY = "02:00:00:00:de:ad"  # a hardware address that no link has: what goes there is lost without a word


def ip(*words, check=True):
    done = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True, timeout=30, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def enter(name):
    """Not `ip netns exec`, nor `ip -n`: these mount /sys anew, which a chroot does not let them."""
    return ["nsenter", f"--net=/run/netns/{name}"]


def inside(name, *words, check=True):
    """`ip` in that namespace."""
    done = subprocess.run(enter(name) + ["ip", *map(str, words)], capture_output=True, text=True, timeout=30, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{name}: ip {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def why_not():
    """Why namespaces can't be made here; None: they can."""
    if shutil.which("ip") is None:
        return "there is no program `ip` (package iproute2)"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    name = f"stele-{os.urandom(4).hex()}"
    try:
        ip("netns", "add", name)
        try:
            inside(name, "link", "set", "lo", "up")
        finally:
            ip("netns", "del", name)
    except (RuntimeError, OSError, subprocess.SubprocessError) as e:
        return f"network namespaces can't be made here: {e}"
    return None


def unused_net():
    """Sixteen bits are ours below 10.: a net that no link of this machine has."""
    taken = [ipaddress.ip_network(f"{a['local']}/{a['prefixlen']}", strict=False)
             for link in json.loads(ip("-json", "-4", "addr")) for a in link["addr_info"]]
    while True:
        net = ipaddress.ip_network(f"10.{random.randrange(64, 255)}.{random.randrange(256)}.0/24")
        if not any(net.overlaps(t) for t in taken):
            return net


class Field:
    """`places`: names, one namespace for each. The bridge's own address is the driver's."""

    def __init__(self, places):
        self.run = os.urandom(3).hex()
        self.bridge = f"st{self.run}"
        self.net = unused_net()
        self.places = list(places)
        self.made = []
        self.cuts = set()  # (from, to)
        self.down = set()
        self.driver = str(self.net[254])

    def open(self):
        ip("link", "add", self.bridge, "type", "bridge")
        self.made.append(("link", "del", self.bridge))
        ip("addr", "add", f"{self.driver}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        for i, place in enumerate(self.places):
            ns, link = self.ns(place), self.link(place)
            ip("netns", "add", ns)
            self.made.append(("netns", "del", ns))
            ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", ns)
            ip("link", "set", link, "master", self.bridge, "up")
            inside(ns, "addr", "add", f"{self.net[i + 1]}/24", "dev", "eth0")
            inside(ns, "link", "set", "lo", "up")
            inside(ns, "link", "set", "eth0", "up")

    def close(self):
        for words in reversed(self.made):
            with contextlib.suppress(Exception):
                ip(*words, check=False)
        self.made = []

    def ns(self, place):
        return f"stele-{self.run}-{place}"

    def link(self, place):
        return f"v{self.run}{self.places.index(place)}"

    def address(self, place):
        return str(self.net[self.places.index(place) + 1])

    def through(self, place):
        return enter(self.ns(place))

    # ---- faults

    def cut(self, sender, receiver):
        """What one sends the other is lost; not what comes back."""
        inside(self.ns(sender), "neigh", "replace", self.address(receiver), "lladdr", NOBODY, "dev", "eth0", "nud",
           "permanent")
        self.cuts.add((sender, receiver))

    def part(self, some, others, both_ways=True):
        for a in some:
            for b in others:
                self.cut(a, b)
                if both_ways:
                    self.cut(b, a)

    def unplug(self, place):
        ip("link", "set", self.link(place), "down")
        self.down.add(place)

    def heal(self):
        for sender, receiver in list(self.cuts):
            inside(self.ns(sender), "neigh", "del", self.address(receiver), "dev", "eth0", check=False)
        self.cuts.clear()
        for place in list(self.down):
            ip("link", "set", self.link(place), "up")
        self.down.clear()
