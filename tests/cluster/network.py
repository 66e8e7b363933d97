"""Real processes of one network on loopback: members of etcd and nodes. For the process test and for `./stele cluster`.

Whatever is started leaves a pid file that says what it is; only a process that still is that is ever ended.
"""
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

START_PATIENCE_S = 60
STOP_PATIENCE_S = 30


# ---------------------------------------------------------------------------------------------------------------------
# Processes


def born(pid):
    """When it was started, in the kernel's ticks: a pid alone may be another process by now. None: it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def command(pid):
    try:
        return [word.decode(errors="replace") for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:
        return []


class Process:
    """A program that runs beside us, and after us if nobody stops it."""

    def __init__(self, pid_file, through=()):
        """`through`: words before its own, of a program that becomes it (`nsenter`)."""
        self.pid_file = Path(pid_file)
        self.through = list(through)
        self.child = None

    def start(self, words, log, passphrase=None):
        """`passphrase` goes over a descriptor, whose number stands behind `--passphrase-fd`."""
        assert not self.running(), f"{self.pid_file} runs already"
        words, kept = [str(word) for word in words], ()
        if passphrase is not None:
            reading, writing = os.pipe()
            os.write(writing, passphrase.encode() + b"\n")
            os.close(writing)
            words, kept = words + ["--passphrase-fd", str(reading)], (reading,)
        with open(log, "ab") as out:
            self.child = subprocess.Popen(self.through + words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, pass_fds=kept,
                                          start_new_session=True)
        for fd in kept:
            os.close(fd)
        # Its command line shows only a moment after it has become the program; until then it would not pass for itself.
        end = time.monotonic() + 5
        while command(self.child.pid) != words and self.child.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        told = {"pid": self.child.pid, "born": born(self.child.pid), "command": words}
        self.pid_file.write_text(json.dumps(told), encoding="utf-8")

    def pid(self):
        """Of the very process that the file tells of; None: it is gone."""
        try:
            told = json.loads(self.pid_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if self.child is not None:
            self.child.poll()  # a child that has ended is not there any more
        same = born(told["pid"]) == told["born"] and command(told["pid"]) == told["command"]
        return told["pid"] if same else None

    def running(self):
        return self.pid() is not None

    def signal(self, number):
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def gone(self, patience_s):
        end = time.monotonic() + patience_s
        while self.running():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def ask_to_end(self):
        """Once: a second SIGTERM ends a node at once."""
        self.signal(signal.SIGTERM)

    def end(self, patience_s=STOP_PATIENCE_S):
        """After it was asked: waits, and kills who does not go. Its exit status, if it was a child of ours."""
        if not self.gone(patience_s):
            self.kill()
        with contextlib.suppress(FileNotFoundError):
            self.pid_file.unlink()
        return self.child.wait() if self.child is not None else None

    def kill(self):
        self.signal(signal.SIGKILL)
        self.gone(STOP_PATIENCE_S)
        if self.child is not None:
            self.child.wait()


def end_all(processes):
    """All at once, each in good order. Their exit statuses."""
    for p in processes:
        p.ask_to_end()
    return [p.end() for p in processes]


def free_range(count):
    """The first of so many free ports in a row, below those that the system gives out by itself."""
    for _ in range(200):
        first = random.randrange(12_000, 32_000 - count)
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
        return first
    raise RuntimeError("no free ports")


# ---------------------------------------------------------------------------------------------------------------------
# etcd


def etcd_is_there():
    return shutil.which("etcd") is not None


class Etcd:
    """Members on loopback, each in a folder of its own below `folder`."""

    def __init__(self, folder, members=3, ports=None):
        self.folder = Path(folder)
        self.members = members
        self.state, self.token = "new", "stele"
        saved = self.folder / "ports.json"
        if saved.exists():
            ports = json.loads(saved.read_text(encoding="utf-8"))
        self.ports = ports or list(range(first := free_range(2 * members), first + 2 * members))
        self.folder.mkdir(parents=True, exist_ok=True)
        saved.write_text(json.dumps(self.ports), encoding="utf-8")
        self.processes = [Process(self.folder / f"m{i}.pid") for i in range(members)]

    def url(self, i):
        return f"http://127.0.0.1:{self.ports[2 * i]}"

    def urls(self):
        return [self.url(i) for i in range(self.members)]

    def peer_url(self, i):
        return f"http://127.0.0.1:{self.ports[2 * i + 1]}"

    def start(self, i):
        data = self.folder / f"m{i}"
        data.mkdir(mode=0o700, exist_ok=True)
        everybody = ",".join(f"m{n}={self.peer_url(n)}" for n in range(self.members))
        self.processes[i].start(
            ["etcd", "--name", f"m{i}", "--data-dir", data, "--listen-client-urls", self.url(i),
             "--advertise-client-urls", self.url(i), "--listen-peer-urls", self.peer_url(i),
             "--initial-advertise-peer-urls", self.peer_url(i), "--initial-cluster", everybody,
             "--initial-cluster-token", self.token, "--initial-cluster-state", self.state, "--max-request-bytes", "16777216", "--logger", "zap",
             "--log-level", "error"], self.folder / f"m{i}.log")

    def start_all(self):
        for i in range(self.members):
            if not self.processes[i].running():
                self.start(i)

    def has_leader(self, i):
        try:
            request = urllib.request.Request(self.url(i) + "/v3/maintenance/status", data=b"{}")
            with urllib.request.urlopen(request, timeout=2) as answer:
                return json.load(answer).get("leader", "0") != "0"
        except (OSError, ValueError):
            return False

    def wait(self):
        end = time.monotonic() + START_PATIENCE_S
        while not all(self.has_leader(i) for i in range(self.members)):
            if time.monotonic() > end:
                raise RuntimeError(f"etcd has no leader; see {self.folder}/*.log")
            time.sleep(0.1)

    def stop(self):
        end_all(self.processes)


# ---------------------------------------------------------------------------------------------------------------------
# Nodes


class Node:
    """One stele-node in its folder, as `stele init-network` made it."""

    def __init__(self, program, folder, passphrase=None, through=()):
        self.program = program
        self.folder = Path(folder)
        self.passphrase = passphrase
        self.process = Process(self.folder / "pid", through)
        self.ready_file = self.folder / "url"
        self.log = self.folder / "log"

    @property
    def name(self):
        return self.folder.name

    def start(self):
        with contextlib.suppress(FileNotFoundError):
            self.ready_file.unlink()
        self.process.start([self.program, "--lang", "en", "run", "--config", self.folder / "node.toml", "--ready-file",
                            self.ready_file], self.log, self.passphrase)

    def wait(self, patience_s=START_PATIENCE_S):
        end = time.monotonic() + patience_s
        while not self.ready_file.exists():
            if not self.process.running():
                raise RuntimeError(f"{self.name} does not start; the end of {self.log}:\n" + self.log_end())
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} is not ready after {patience_s} s; see {self.log}")
            time.sleep(0.05)

    def log_end(self, lines=15):
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    @property
    def url(self):
        return self.ready_file.read_text(encoding="ascii").strip()

    def get(self, target, timeout=10):
        with urllib.request.urlopen(self.url + target, timeout=timeout) as answer:
            return json.load(answer)

    def get_any(self, target, timeout=5):
        """As get, also of a refusal; None: no answer."""
        try:
            return self.get(target, timeout)
        except urllib.error.HTTPError as e:
            with contextlib.suppress(ValueError):
                return json.load(e)
        except (OSError, ValueError):
            pass
        return None

    def network(self):
        return self.get("/v1/network")

    def submit(self, records, wait="final", timeout=60):
        """`records`: JWS texts. The node's results, one for each."""
        body = json.dumps({"records": [{"jws": jws} for jws in records]}).encode()
        request = urllib.request.Request(f"{self.url}/v1/records?wait={wait}", data=body,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)["results"]


def until(holds, within_s, what):
    """Waits; says what was waited for if it does not come."""
    end = time.monotonic() + within_s
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {within_s} s: {what() if callable(what) else what}")
        time.sleep(0.05)


def processor_ms(processes):
    ticks = 0
    for p in processes:
        fields = Path(f"/proc/{p.pid()}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def head_of(node):
    return node.network()["final"]
