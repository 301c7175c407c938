# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces joined by one veth pair, and the processes that run in them."""

import os
import re
import signal
import subprocess
import tempfile
import time

# left's and right's address outside of the tunnel
OUTER = ("198.51.100.1", "198.51.100.2")
# what the plain wire goes without, so that every packet crosses alone, as on a plain network card
PLAIN_OFF = ("tx-udp-segmentation", "tso", "gso")
WIRES = ("gso", "plain")


class BenchError(Exception):
    """A contender or a tool did not do its part; the text says what a person can do about it."""


def run(*argv, check=True, timeout=30):
    """Run a command to its end and return its standard output."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        raise BenchError(f"{argv[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise BenchError(f"no answer in {timeout} s: {' '.join(argv)}") from None
    if check and done.returncode:
        raise BenchError(f"{' '.join(argv)}: {last_line(done.stderr) or last_line(done.stdout)}")
    return done.stdout


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


class Process:
    """A process in the background whose output is kept for the error message."""

    def __init__(self, name, argv, env=None):
        self.name = name
        self.log = tempfile.TemporaryFile(mode="w+")
        try:
            self.child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
                env=env, start_new_session=True)
        except FileNotFoundError:
            raise BenchError(f"{name} is not installed") from None

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def why_ended(self):
        """None while it runs."""
        if self.child.poll() is None:
            return None
        output = self.output()
        own = [line for line in output.splitlines() if line.startswith(self.name + ":")]
        return (f"{self.name} ended with status {self.child.returncode}: "
                f"{own[0] if own else last_line(output)}")

    def stop(self):
        """Ask, wait, and only then insist."""
        for sig, wait in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            if self.child.poll() is not None:
                break
            self.child.send_signal(sig)
            try:
                self.child.wait(wait)
            except subprocess.TimeoutExpired:
                continue
        self.log.close()


def stat_fields(pid):
    """The fields of /proc/PID/stat after the command's name, or None when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def tree_pids(root):
    """A process and all that descend from it: a contender's daemon and what it started."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        fields = stat_fields(name)
        if fields and fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


class Side:
    """One of the two hosts."""

    def __init__(self, name, index):
        self.ns = name
        self.index = index
        self.veth = f"v{index}"
        self.outer = OUTER[index]
        self.far = OUTER[1 - index]
        self.processes = []

    def run(self, *argv, check=True, timeout=30):
        return run("ip", "netns", "exec", self.ns, *argv, check=check, timeout=timeout)

    def ip(self, *argv):
        return run("ip", "-n", self.ns, *argv)

    def start(self, *argv, env=None):
        p = Process(os.path.basename(argv[0]), ["ip", "netns", "exec", self.ns, *argv], env)
        self.processes.append(p)
        return p

    def has_device(self, device):
        return bool(run("ip", "-n", self.ns, "-o", "link", "show", "dev", device, check=False))

    def tunnel_pids(self):
        return [pid for p in self.processes for pid in tree_pids(p.child.pid)]


class Wire:
    """A fresh pair of hosts, removed with all that runs in it at the end of the `with` block."""

    serial = 0

    def __init__(self, kind):
        Wire.serial += 1
        prefix = f"adit-bench-{os.getpid()}-{Wire.serial}"
        self.kind = kind
        self.sides = (Side(prefix + "-l", 0), Side(prefix + "-r", 1))

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def build(self):
        left, right = self.sides
        for side in self.sides:
            run("ip", "netns", "add", side.ns)
        run("ip", "link", "add", left.veth, "netns", left.ns, "type", "veth",
            "peer", "name", right.veth, "netns", right.ns)
        for side in self.sides:
            side.ip("addr", "add", f"{side.outer}/24", "dev", side.veth)
            side.ip("link", "set", "lo", "up")
            side.ip("link", "set", side.veth, "up")
            if self.kind == "plain":
                off = [word for feature in PLAIN_OFF for word in (feature, "off")]
                side.run("ethtool", "-K", side.veth, *off)
        self.check_offloads()

    def check_offloads(self):
        """A wire that is not what its name says would make every figure on it a lie."""
        for side in self.sides:
            text = side.run("ethtool", "-k", side.veth)
            for feature in ("tcp-segmentation-offload", "generic-segmentation-offload",
                            "tx-udp-segmentation"):
                found = re.search(rf"^\s*{feature}: (\w+)", text, re.M)
                want = "off" if self.kind == "plain" else "on"
                if not found or found.group(1) != want:
                    raise BenchError(f"{side.veth}: {feature} is not {want} on the {self.kind} "
                                     "wire")

    def remove(self):
        for side in self.sides:
            for p in reversed(side.processes):
                p.stop()
            side.processes.clear()
            self.end_leftovers(side)
            run("ip", "netns", "del", side.ns, check=False)

    @staticmethod
    def end_leftovers(side):
        """A daemon's children may outlive it; whatever runs in our namespace is ours to end."""
        for attempt in range(40):
            pids = run("ip", "netns", "pids", side.ns, check=False).split()
            if not pids:
                return
            if attempt >= 20:
                for pid in pids:
                    try:
                        os.kill(int(pid), signal.SIGKILL)
                    except ProcessLookupError:
                        pass
            time.sleep(0.05)
