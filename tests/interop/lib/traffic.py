# SPDX-License-Identifier: Apache-2.0
"""Pings and hashed transfers between any two hosts, namespaces or guest."""
import json
import pathlib
import re
import time

XFER = str(pathlib.Path(__file__).with_name("xfer.py"))
PYTHON = "/usr/bin/python3"


def wait_for(what, condition, seconds=10, pause=0.05):
    """Poll until condition() holds, and return what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"after {seconds} s: {what}"
        time.sleep(pause)


def ping(host, address, count=3, size=56, df=True, wait=2, options=()):
    """Send pings and return how many were answered."""
    argv = ["ping", "-n", "-q", "-i", "0.05", "-c", count, "-W", wait, "-s", size,
            "-M", "do" if df else "dont", *options, address]
    done = host.run([str(word) for word in argv], timeout=count + wait + 15, check=False)
    found = re.search(r"(\d+) received", done.out)
    assert found, f"ping {address}: {done.out}{done.err}"
    return int(found[1])


def assert_ping(host, address, count=3, **options):
    """All but the first may not be lost: the first may go to neighbour discovery."""
    got = ping(host, address, count, **options)
    assert got >= count - 1, f"{got} of {count} pings to {address} answered ({options})"


def reported_mtu(host, address, size):
    """What the last ICMP error, or the kernel after it, says that fits on the way to `address`."""
    done = host.run(["ping", "-n", "-c", "4", "-i", "0.2", "-W", "1", "-M", "do",
                     "-s", str(size), address], check=False)
    found = re.findall(r"mtu[ =:]+(\d+)", done.out + done.err)
    assert found, f"no path MTU reported: {done.out}{done.err}"
    return int(found[-1])


def largest_ping(address, mtu):
    """The ping size whose packet fills `mtu`."""
    return mtu - (48 if ":" in address else 28)


def device_mtu(host, dev):
    return json.loads(host.run(["ip", "-j", "link", "show", dev]).out)[0]["mtu"]


def transfer(client, server, address, size=4_000_000, port=5001):
    """TCP from client to server and back; both hashes must agree.  Returns Mbit/s."""
    job = server.start_job([PYTHON, "-I", XFER, "serve", address, str(port), str(size), "server"])
    try:
        wait_for("the server listens", lambda: "READY" in job.poll().out, 20)
        done = client.run([PYTHON, "-I", XFER, "connect", address, str(port), str(size), "client"],
                          timeout=120)
        near = json.loads(done.out)
        wait_for("the server reports", lambda: job.poll().rc is not None, 10)
        served = job.poll()
        assert served.rc == 0, served.err
        far = json.loads(served.out.split("READY")[1])
    finally:
        job.stop(timeout=2)
    assert near["bytes"] == far["bytes"] == size
    assert near["sent"] == far["received"], "what the client sent did not arrive"
    assert far["sent"] == near["received"], "what the server sent did not arrive"
    return 16 * size / near["seconds"] / 1e6
