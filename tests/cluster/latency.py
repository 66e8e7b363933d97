"""One record at a time on an idle network: how long from handing in to final, and what it costs."""
import os
import re
import shutil
import signal
import statistics
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import load
import network
from processes_test import check, tell

MEDIAN_MS_MAX = 50  # of any place; reached: the story fails

ROUTE = re.compile(r'^stele_http_requests_total\{route="([^"]+)"[^}]*\} ([0-9.e+]+)$', re.M)
SYNCS = re.compile(r"^\s*[0-9.]+\s+[0-9.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(?:fsync|fdatasync|sync_file_range)$", re.M)


def requests_by_route(nodes):
    """That were answered, by all of them together."""
    out = {}
    for n in nodes:
        text = urllib.request.urlopen(n.url + "/metrics", timeout=10).read().decode()
        for route, count in ROUTE.findall(text):
            if "/metrics" not in route:
                out[route] = out.get(route, 0) + int(float(count))
    return out


def measure(t, target, count):
    _, address, port = target
    times = []
    for jws in [t.signer.next() for _ in range(count)]:
        begun = time.monotonic()
        results = load.post(address, port, [jws], 35)
        times.append((time.monotonic() - begun) * 1000)
        check(results and results[0]["status"] == "final", f"{target}: {results}")
    return times


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def count_syncs(t, target, count):
    """Of each node while so many records become final, by strace; None: there is no strace."""
    if shutil.which("strace") is None:
        return None
    logs = [t.folder / f"strace-{n.name}" for n in t.nodes]
    tracers = [subprocess.Popen(["strace", "-f", "-c", "-e", "trace=fsync,fdatasync,sync_file_range", "-o", str(log), "-p",
                                 str(n.process.pid())], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for n, log in zip(t.nodes, logs)]
    time.sleep(2)
    measure(t, target, count)
    for p in tracers:
        p.send_signal(signal.SIGINT)
        p.wait(30)
    return [sum(int(calls) for calls in SYNCS.findall(log.read_text(encoding="utf-8"))) for log in logs]


def refusals(t):
    """How long until each node refuses what breaks a rule of the ledger: an organisation whose id is taken."""
    def of(target):
        name, address, port = target
        begun = time.monotonic()
        results = load.post(address, port, [t.signer.org(load.FIRST, title=f"Ten thu {name}")], 40)
        return f"{name} {results[0]['status'] if results else 'no answer'} {time.monotonic() - begun:.1f} s"
    with ThreadPoolExecutor(len(t.nodes)) as pool:
        tell("a record that the ledger's rules refuse, handed in at each node: " + ", ".join(pool.map(of, t.targets())))


def measured(t, what, node, count):
    """One line of figures, and one of what it cost. The median."""
    target = t.targets([node])[0]
    measure(t, target, 5)
    members = t.etcd.processes
    nodes = [n.process for n in t.nodes]
    height, before, begun = node.network()["height"], requests_by_route(t.nodes), time.monotonic()
    cpu = network.processor_ms(nodes), network.processor_ms(members)
    times = measure(t, target, count)
    spent = time.monotonic() - begun
    cpu = (network.processor_ms(nodes) - cpu[0]) / count, (network.processor_ms(members) - cpu[1]) / count
    blocks, after = node.network()["height"] - height, requests_by_route(t.nodes)
    routes = {r: (after[r] - before.get(r, 0)) / count for r in after if after[r] != before.get(r, 0)}
    shown = ", ".join(f"{r} {n:.1f}" for r, n in sorted(routes.items(), key=lambda x: -x[1])[:4])
    tell(f"{what}: {count} records, one at a time: median {statistics.median(times):.1f} ms, p99 "
         f"{percentile(times, 0.99):.1f} ms, least {min(times):.1f} ms; load of the machine {os.getloadavg()[0]:.1f}")
    tell(f"  a record: {blocks / count:.2f} blocks; {cpu[0]:.1f} ms of processor in all nodes and {cpu[1]:.1f} ms in etcd "
         f"(of {spent * 1000 / count * os.cpu_count():.0f} ms on {os.cpu_count()} cores); "
         f"{sum(routes.values()):.1f} HTTP requests between and to the nodes ({shown})")
    return statistics.median(times)


def check_medians(medians):
    """`medians`: in milliseconds, by place."""
    slow = [f"{what}: {ms:.1f} ms" for what, ms in medians.items() if ms >= MEDIAN_MS_MAX]
    check(not slow, f"the median must be below {MEDIAN_MS_MAX} ms; {'; '.join(slow)}")


def story(t, count):
    t.begin()
    leader = t.leader()
    time.sleep(3)
    places = {"at the orderer that leads": leader,
              "at an orderer that does not lead": next(n for n in t.nodes[:t.ORDERERS] if n is not leader),
              "at a validator that orders nothing": t.nodes[t.ORDERERS]}
    medians = {what: measured(t, what, node, count) for what, node in places.items()}
    syncs = count_syncs(t, t.targets([leader])[0], 20)
    if syncs is None:
        tell("NO STRACE HERE: syncs are not counted")
    else:
        tell(f"syncs a record: {[c / 20 for c in syncs]} by node, {sum(syncs) / 20:.1f} in all")
    refusals(t)
    t.judge([])
    check_medians(medians)
