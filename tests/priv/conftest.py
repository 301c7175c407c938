# SPDX-License-Identifier: Apache-2.0
"""One network namespace and one run directory a test; what is left in them is looked for."""
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from limit import (pytest_runtest_call, pytest_runtest_setup,  # noqa: E402, F401
                   pytest_runtest_teardown)

BUILD = pathlib.Path(os.environ.get("ADIT") or
                     pathlib.Path(__file__).resolve().parents[2] / "build/src/cmd/adit")
HELPERS = BUILD.parents[2] / "tests/priv"


def wait_for(what, probe, seconds=5.0):
    end = time.monotonic() + seconds
    while True:
        got = probe()
        if got:
            return got
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.005)


def children(pid):
    try:
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Box:
    """A namespace with a run directory, where adit runs as root or as somebody."""

    count = 0

    def __init__(self):
        Box.count += 1
        self.name = f"adp{os.getpid()}-{Box.count}"
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="adp"))
        self.dir.chmod(0o755)
        self.run_dir = self.dir / "run"
        self.adit_path = BUILD
        self.env = dict(os.environ, ADIT_RUN_DIR=str(self.run_dir))
        self.jobs = []
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.sh("ip link set lo up")

    def argv(self, words, user=None):
        drop = []
        if user:
            # As udev leaves it on a real machine: everybody may open it.
            node = self.dir / "tun"
            if not node.exists():
                os.mknod(node, stat.S_IFCHR, os.makedev(10, 200))
                node.chmod(0o666)
            drop = ["unshare", "-m", "sh", "-ec",
                    f'mount --bind {node} /dev/net/tun; exec "$@"', "sh",
                    "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return ["ip", "netns", "exec", self.name, *drop, *map(str, words)]

    def sh(self, script):
        return subprocess.run(self.argv(["sh", "-ec", script]), env=self.env, check=True,
                              capture_output=True, text=True, timeout=30).stdout

    def adit(self, *words, user=None, timeout=20):
        return subprocess.run(self.argv([self.adit_path, *words], user), env=self.env,
                              capture_output=True, text=True, timeout=timeout)

    def start(self, *words, user=None):
        """Begins `adit up` in the foreground."""
        job = subprocess.Popen(self.argv([self.adit_path, "up", *words], user), env=self.env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        self.jobs.append(job)
        return job

    def up(self, *words, user=None):
        """`adit up`, returned from when it is up: (parent, packet process)."""
        job = self.start("-v", *words, user=user)
        said = []
        for line in job.stderr:
            said.append(line)
            if " is up" in line:
                break
        assert said and " is up" in said[-1], said
        return job.pid, children(job.pid)[0]

    def state(self):
        """Everything that a tunnel may change."""
        return self.sh("ip -o link | sed 's/^[0-9]*: //'; ip -o addr show | sort\n"
                       "ip route show table all | sort; ip -6 route show table all | sort\n"
                       "ip rule; ip -6 rule")

    def files(self):
        return sorted(os.listdir(self.run_dir)) if self.run_dir.exists() else []

    def pids(self):
        out = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True)
        return [int(p) for p in out.stdout.split() if alive(p)]

    def devices(self):
        return {d["ifname"]: d for d in json.loads(self.sh("ip -j link"))}

    def assert_clean(self, before):
        """Nothing is left but what was there."""
        wait_for("the processes end", lambda: not self.pids())
        assert self.state() == before
        assert self.files() == []

    def close(self):
        for job in self.jobs:
            for pid in [*children(job.pid), job.pid]:
                kill(pid)
            job.wait()
            job.stderr.close()
        for pid in self.pids():
            kill(pid)
        subprocess.run(["ip", "netns", "del", self.name], check=True)
        shutil.rmtree(self.dir)


@pytest.fixture
def box():
    it = Box()
    try:
        yield it
    finally:
        it.close()


@pytest.fixture(scope="session", autouse=True)
def root():
    assert os.geteuid() == 0, "these tests make namespaces and kill processes: run them as root"
