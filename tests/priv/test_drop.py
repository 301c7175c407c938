# SPDX-License-Identifier: Apache-2.0
"""The process that parses packets has no capability, and cannot get one."""
import pathlib
import subprocess

import pytest
from conftest import HELPERS, wait_for

TAP = ("tap", "pt0", "/", "vxlan", "vni=1", "/", "udp", "127.0.0.1")
ATTEMPTS = {"tun", "port80", "raw", "packet", "mtu", "setuid", "setgid", "unshare", "signal",
            "shadow", "rundir"}


def proc_status(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def attempts(box, how):
    out = subprocess.run(box.argv([HELPERS / "priv_drop", how]), capture_output=True, text=True,
                         timeout=20, check=True).stdout
    return dict(line.split() for line in out.splitlines())


def test_attempts_can_succeed(box):
    got = attempts(box, "keep")
    assert set(got) == ATTEMPTS
    assert set(got.values()) == {"done"}, got


def test_every_attempt_fails_after_the_drop(box):
    got = attempts(box, "drop")
    assert set(got) == ATTEMPTS
    assert set(got.values()) <= {"EPERM", "EACCES"}, got


def test_packet_process(box):
    parent, child = box.up(*TAP)
    status = proc_status(child)
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0, kind
    assert status["NoNewPrivs"] == "1"
    assert "0" not in status["Uid"].split() + status["Gid"].split()
    assert status["Groups"].strip() == ""
    tasks = list(pathlib.Path(f"/proc/{child}/task").iterdir())
    for task in tasks:
        text = (task / "status").read_text()
        assert "CapPrm:\t0000000000000000" in text and "CapEff:\t0000000000000000" in text


def test_parent_keeps_what_undoing_takes(box):
    parent, _ = box.up(*TAP)
    admin, killing = 1 << 12, 1 << 5
    assert wait_for("it gives up the rest",
                    lambda: int(proc_status(parent)["CapEff"], 16) == admin | killing)
    assert int(proc_status(parent)["CapBnd"], 16) & ~(admin | killing) == 0


def test_packet_process_holds_no_door_of_the_parent(box):
    """Neither the journal nor a netlink socket nor a signal descriptor came along."""
    parent, child = box.up(*TAP)
    targets = [str(fd.readlink()) for fd in pathlib.Path(f"/proc/{child}/fd").iterdir()]
    assert not [t for t in targets if "journal" in t or "signalfd" in t], targets
    inodes = {t[8:-1] for t in targets if t.startswith("socket:[")}
    netlink = pathlib.Path(f"/proc/{child}/net/netlink").read_text().splitlines()[1:]
    assert not [line for line in netlink if line.split()[-1] in inodes]


def test_inherited_descriptors_are_closed(box):
    with open("/etc/hostname", encoding="utf-8") as secret:
        job = subprocess.Popen(box.argv([box.adit_path, "up", "-v", *TAP]), env=box.env,
                               stderr=subprocess.PIPE, text=True, pass_fds=[secret.fileno()])
        box.jobs.append(job)
        assert " is up" in job.stderr.readline()
        for pid in (job.pid, *map(int, pathlib.Path(
                f"/proc/{job.pid}/task/{job.pid}/children").read_text().split())):
            held = [str(fd.readlink()) for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
            assert "/etc/hostname" not in held


@pytest.mark.parametrize("seed", range(1, 6))
def test_request_channel(box, seed):
    """Random requests of a compromised packet process change nothing but its own device."""
    box.sh("ip tuntap add dev str0 mode tap; ip addr add 192.0.2.1/24 dev str0; ip link set str0 up")
    before = box.state()
    job = subprocess.Popen(box.argv([HELPERS / "priv_channel", seed, 20000, "str0"]),
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    mine = job.stdout.readline().strip()
    assert mine.startswith("mine")
    during = [line for line in box.state().splitlines() if mine not in line]
    assert box.devices()[mine]["mtu"] == 1234
    job.communicate("\n", timeout=20)
    assert job.returncode == 0
    assert [line for line in before.splitlines() if mine not in line] == during
    wait_for("the device goes", lambda: mine not in box.devices())
    assert box.state() == before
