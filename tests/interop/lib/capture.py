# SPDX-License-Identifier: Apache-2.0
"""Packets as they cross a wire, taken by tcpdump and read by tshark."""
import os
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree

from .traffic import wait_for

# Errors in tshark's sense: malformed packets, wrong checksums, wrong lengths.
ERROR = "_ws.malformed or _ws.expert.severity == \"Error\""
CHECKSUMS = [word for proto in ("ip", "tcp", "udp") for word in
             ("-o", f"{proto}.check_checksum:TRUE")]
# The random bytes of transfers are no protocol, whatever they look like to its guesses.
TRANSFERS = ["-d", "tcp.port==5001-6010,data"]


class Capture:
    """A running capture of one device; read it after stop()."""

    def __init__(self, host, dev, expression=""):
        handle, self.path = tempfile.mkstemp(prefix="adit-capture-", suffix=".pcap")
        os.close(handle)
        self.job = host.start_job(["tcpdump", "-i", dev, "-n", "-s", "0", "-B", "65536", "-U",
                                   "--immediate-mode", "-w", self.path, "-Z", "root",
                                   *expression.split()])
        wait_for("tcpdump listens", lambda: "listening on" in self.job.poll().err)

    def _settle(self):
        """What tcpdump has not read when it is told to end is lost: wait until no more comes."""
        size, until = -1, time.monotonic() + 5
        while size != os.path.getsize(self.path) and time.monotonic() < until:
            size = os.path.getsize(self.path)
            time.sleep(0.3)

    def stop(self):
        if self.job:
            self._settle()
            done = self.job.stop(signal.SIGINT)
            self.job = None
            assert "\n0 packets dropped by kernel" in done.err, done.err
        return self

    def tshark(self, *args):
        done = subprocess.run(["tshark", "-n", "-r", self.path, *CHECKSUMS, *TRANSFERS, *args],
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def count(self, display_filter):
        self.stop()
        return len(self.tshark("-Y", display_filter, "-T", "fields",
                               "-e", "frame.number").splitlines())

    def fields(self, display_filter, *names):
        """The values of `names` in each packet that fits."""
        self.stop()
        args = [word for name in names for word in ("-e", name)]
        text = self.tshark("-Y", display_filter, "-T", "fields", "-E", "occurrence=a", *args)
        return [line.split("\t") for line in text.splitlines()]

    def pdml(self, display_filter):
        """tshark's dissection of each packet that fits, as XML elements."""
        self.stop()
        root = ElementTree.fromstring(self.tshark("-Y", display_filter, "-T", "pdml"))
        return root.findall("packet")

    def assert_clean(self, display_filter="frame"):
        """Packets were taken, and tshark finds an error in none."""
        assert self.count(display_filter) > 0, f"no packet of {display_filter}"
        bad = self.tshark("-Y", f"({display_filter}) and ({ERROR})", "-T", "fields",
                          "-e", "frame.number", "-e", "frame.protocols", "-e", "_ws.expert.message")
        assert not bad, f"tshark objects in {self.path}:\n" + "\n".join(bad.splitlines()[:10])

    def remove(self):
        """Packets that were lost matter to who reads them only."""
        if self.job:
            self.job.stop(signal.SIGKILL)
            self.job = None
        os.unlink(self.path)
