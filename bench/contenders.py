# SPDX-License-Identifier: Apache-2.0
"""Who takes part: each contender makes a way from 10.9.0.1 to 10.9.0.2 between the two hosts."""

import os
import shlex
import shutil
import tempfile
import time

from wire import BenchError

INNER = ("10.9.0.1", "10.9.0.2")
START_SECONDS = 8


class Contender:
    """`up` builds one host's part; `address` is what the traffic goes to."""

    tools = ()

    def __init__(self, key, title):
        self.key = key
        self.title = title

    def missing(self):
        """What must be installed or built first, or None."""
        for tool in self.tools:
            if not shutil.which(tool):
                return f"{tool} is not installed"
        return None

    def address(self, side):
        return INNER[side.index]

    def device(self, side):
        return "t0"

    def up(self, side):
        raise NotImplementedError

    def down(self, side):
        """Removing the namespace is enough unless a contender keeps something outside of it."""

    def wait_ready(self, side):
        """Wait for the device, and notice a daemon that ended instead of making one."""
        end = time.monotonic() + START_SECONDS
        while not side.has_device(self.device(side)):
            for p in side.processes:
                why = p.why_ended()
                if why:
                    raise BenchError(why)
            if time.monotonic() > end:
                raise BenchError(f"no device {self.device(side)} after {START_SECONDS} s")
            time.sleep(0.05)


class Bare(Contender):
    def address(self, side):
        return side.outer

    def device(self, side):
        return side.veth

    def up(self, side):
        pass


class KernelVxlan(Contender):
    def up(self, side):
        side.ip("link", "add", "t0", "type", "vxlan", "id", "42", "local", side.outer,
                "remote", side.far, "dev", side.veth, "dstport", "4789")
        side.ip("addr", "add", f"{INNER[side.index]}/24", "dev", "t0")
        side.ip("link", "set", "t0", "up")


class Probe(Contender):
    """The ceiling: a device, a UDP socket and nothing between them."""

    MTU = 1400

    def __init__(self, key, title, binary, mode, *options):
        super().__init__(key, title)
        self.binary = binary
        self.argv = (mode, *options)

    def up(self, side):
        mode, *options = self.argv
        side.start(self.binary, *options, mode, "t0", side.outer, side.far, "5555")
        self.wait_ready(side)
        side.ip("addr", "add", f"{INNER[side.index]}/30", "dev", "t0")
        side.ip("link", "set", "t0", "mtu", str(self.MTU), "up")


class OpenVswitch(Contender):
    """Open vSwitch's user-space datapath. The wire joins a bridge of its own, on which the switch
    does the routing of the tunnel's outer packets; each host has its own database and daemon."""

    tools = ("ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl")
    SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"

    def __init__(self, key, title):
        super().__init__(key, title)
        self.dirs = {}

    def up(self, side):
        d = tempfile.mkdtemp(prefix="adit-bench-ovs-")
        self.dirs[side.ns] = d
        env = dict(os.environ, OVS_RUNDIR=d, OVS_LOGDIR=d, OVS_DBDIR=d, OVS_SYSCONFDIR=d)
        db = f"unix:{d}/db.sock"
        side.run("ovsdb-tool", "create", f"{d}/conf.db", self.SCHEMA)
        side.start("ovsdb-server", f"{d}/conf.db", f"--remote=p{db}",
                   f"--unixctl={d}/ovsdb.ctl", env=env)
        self.wait_file(f"{d}/db.sock")
        side.run("ovs-vsctl", f"--db={db}", "--no-wait", "init")
        side.start("ovs-vswitchd", db, f"--unixctl={d}/vswitchd.ctl", env=env)
        self.configure(side, ["ovs-vsctl", f"--db={db}", "--timeout=8"])

    def configure(self, side, vsctl):
        side.ip("addr", "flush", "dev", side.veth)
        for bridge, *ports in (
                ("phy0", side.veth),
                ("t0", "vx0", "--", "set", "interface", "vx0", "type=vxlan", "options:key=42",
                 f"options:remote_ip={side.far}", f"options:local_ip={side.outer}")):
            side.run(*vsctl, "add-br", bridge, "--", "set", "bridge", bridge,
                     "datapath_type=netdev", "--", "add-port", bridge, *ports)
        side.ip("addr", "add", f"{side.outer}/24", "dev", "phy0")
        side.ip("link", "set", "phy0", "up")
        side.ip("addr", "add", f"{INNER[side.index]}/24", "dev", "t0")
        side.ip("link", "set", "t0", "mtu", "1450", "up")

    @staticmethod
    def wait_file(path):
        end = time.monotonic() + START_SECONDS
        while not os.path.exists(path):
            if time.monotonic() > end:
                raise BenchError(f"no {path} after {START_SECONDS} s")
            time.sleep(0.05)

    def down(self, side):
        d = self.dirs.pop(side.ns, None)
        if d:
            shutil.rmtree(d, ignore_errors=True)


class Adit(Contender):
    """A stack with {address}, {local}, {remote} and {device} filled in for each host. The devices'
    names differ because a stack is named by its device, and /run/adit is one for the machine."""

    def __init__(self, key, title, binary, stack, workers=None):
        super().__init__(key, title)
        self.binary = binary
        self.stack = stack
        self.workers = workers

    def missing(self):
        if self.binary and os.access(self.binary, os.X_OK):
            return None
        return f"no adit at {self.binary}: build it, or name it with --adit"

    def device(self, side):
        return f"bench{os.getpid() % 100000}{'lr'[side.index]}"

    def up(self, side):
        words = self.stack.format(address=INNER[side.index], local=side.outer, remote=side.far,
                                  device=self.device(side))
        options = ["--workers", str(self.workers)] if self.workers else []
        side.start(self.binary, "up", *options, *shlex.split(words))
        self.wait_ready(side)


VXLAN = "tap {device} {address}/24 / vxlan vni=42 / udp {remote} local={local}"
GRE = "tun {device} {address}/30 / gre / ip {remote} local={local}"
IPIP = "tun {device} {address}/30 / ipip / ip {remote} local={local}"


def everyone(probe, adit, extra):
    """All contenders in the order of the table; `extra` is a list of (key, stack)."""
    return [
        Bare("bare", "bare veth"),
        KernelVxlan("kernel-vxlan", "kernel VXLAN"),
        Probe("probe", "probe, gso", probe, "gso"),
        Probe("probe-chacha", "probe, gso, ChaCha20-Poly1305", probe, "gso", "-e",
              "chacha20-poly1305"),
        Probe("probe-mmsg", "probe, 64 packets a call", probe, "mmsg"),
        Probe("probe-plain", "probe, one packet a call", probe, "plain"),
        OpenVswitch("ovs-vxlan", "Open vSwitch user space, VXLAN"),
        Adit("adit-vxlan", "adit VXLAN", adit, VXLAN),
        Adit("adit-vxlan-w1", "adit VXLAN, 1 worker", adit, VXLAN, 1),
        Adit("adit-vxlan-w4", "adit VXLAN, 4 workers", adit, VXLAN, 4),
        Adit("adit-gre", "adit GRE over IP", adit, GRE),
        Adit("adit-ipip", "adit IP in IP", adit, IPIP),
    ] + [Adit(key, f"{key}, 1 worker", adit, stack) for key, stack in extra]


# the slow reference rows that say little new are run only when asked for
DEFAULT_SKIPS = ("probe-mmsg", "probe-plain")
