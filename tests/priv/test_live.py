# SPDX-License-Identifier: Apache-2.0
"""What others do to a tunnel that is up: it ends with a line, or goes on; it never spins."""
import os
import pathlib
import time

import pytest
from conftest import alive, wait_for

STACKS = {
    "udp": ("tap", "lv0", "/", "vxlan", "vni=1", "/", "udp", "127.0.0.1"),
    "ip": ("tun", "lv0", "/", "gre", "/", "ip", "127.0.0.1"),
    "tcp": ("tun", "lv0", "/", "len16", "/", "tcp", "127.0.0.1:1"),
    "listen": ("listen", "127.0.0.1:8088", "name=ls", "to=127.0.0.1:1", "/", "tcp"),
}
REFRESH = 11  # seconds; adit looks anew at its paths every ten


def ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def assert_idle(pid):
    before = ticks(pid)
    time.sleep(0.5)
    assert ticks(pid) - before < 0.2 * os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("stack", ("udp", "ip", "tcp"))
def test_device_removed(box, stack):
    before = box.state()
    box.up(*STACKS[stack])
    job = box.jobs[-1]
    box.sh("ip link del lv0")
    assert job.wait(timeout=REFRESH + 5) == 1
    assert job.stderr.read().endswith("adit: lv0: somebody removed the device lv0\n")
    box.assert_clean(before)


def test_lives_on(box):
    """Past the refresh of paths, whatever is below."""
    pids = [box.up(*words)[1] for words in (STACKS["udp"], STACKS["listen"],
            ("tun", "lv1", *STACKS["tcp"][2:]), ("tun", "lv2", *STACKS["ip"][2:]))]
    end = time.monotonic() + REFRESH
    wait_for("time passes", lambda: time.monotonic() > end, REFRESH + 1)
    for pid in pids:
        assert alive(pid)
        assert_idle(pid)


def test_device_set_down(box):
    _, packets = box.up(*STACKS["ip"])
    box.sh("ip link set lv0 down")
    assert_idle(packets)
    box.sh("ip link set lv0 up")
    assert_idle(packets)
    assert box.adit("down", "lv0").returncode == 0


@pytest.mark.parametrize("stack", ("udp", "ip"))
def test_underlay_comes_and_goes(box, stack):
    """Its link, then its address; and nobody at the far side, who answers with ICMP errors."""
    box.sh("ip link add u0 type veth peer name u1; ip link set u1 up; ip addr add 192.0.2.1/24 dev u0; ip link set u0 up")
    _, packets = box.up(*STACKS[stack][:-1], "192.0.2.2")
    box.sh("ip addr add 10.7.0.1/24 dev lv0")
    for change in ("ip link set u0 down", "ip link set u0 up", "ip addr del 192.0.2.1/24 dev u0",
                   "ip addr add 192.0.2.1/24 dev u0", "ip addr add 192.0.2.2/32 dev lo"):
        box.sh(change + "; ping -c 2 -i 0.1 -W 0.1 10.7.0.2 || :")
        assert_idle(packets)
    assert box.adit("down", "lv0").returncode == 0
