# SPDX-License-Identifier: Apache-2.0
"""Streams on real sockets, on one host.

    client -- listen / tcp ------------------------------------- server
    client -- listen / mux / tcp === tcp / mux / connect ------- server
"""
import hashlib
import os
import random
import socket
import struct
import threading
import time

import pytest

from lib.traffic import wait_for

SIZE = 10_000_000
SHAPES = pytest.mark.parametrize("shape", ["plain", "mux"])


class Path:
    """A host with adit between port 9001 and a server of the test at port 8000."""

    def __init__(self, lab, up, shape):
        self.host = lab.host("s")
        self.listener = self.inside(lambda: socket.create_server(("127.0.0.1", 8000), backlog=64))
        self.tunnels = []
        if shape == "mux":
            self.tunnels.append(up(self.host, "connect 127.0.0.1:8000 name=aiss / mux / "
                                   "tcp listen=127.0.0.1:7001", "aiss"))
            self.tunnels.append(up(self.host, "listen 127.0.0.1:9001 name=aisc / mux / "
                                   "tcp 127.0.0.1:7001", "aisc"))
        else:
            self.tunnels.append(up(self.host, "listen 127.0.0.1:9001 name=aisc "
                                   "to=127.0.0.1:8000 / tcp", "aisc"))

    def inside(self, call):
        """A call on this host's network: only the calling thread of setns moves."""
        result = []

        def enter():
            with open(f"/run/netns/{self.host.name}", "rb") as space:
                setns(space.fileno())
            result.append(call())

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        return result[0]

    def pair(self):
        """Both ends of a new connection through the tunnel."""
        near = self.inside(lambda: socket.create_connection(("127.0.0.1", 9001), timeout=20))
        self.listener.settimeout(10)
        far, _ = self.listener.accept()
        far.settimeout(20)
        return near, far


def setns(fd):
    import ctypes
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")


def read_all(sock):
    digest = hashlib.sha256()
    while data := sock.recv(1 << 17):
        digest.update(data)
    return digest.hexdigest()


def send_all(sock, data):
    def run():
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture(params=["plain", "mux"])
def path(request, lab, up):
    it = Path(lab, up, request.param)
    yield it
    it.listener.close()


def test_half_close_both_ways(path):
    for first, second in ((0, 1), (1, 0)):
        ends = path.pair()
        there, back = random.Random(1).randbytes(SIZE), random.Random(2).randbytes(SIZE)
        sending = send_all(ends[first], there)
        assert read_all(ends[second]) == hashlib.sha256(there).hexdigest()
        sending.join()
        sending = send_all(ends[second], back)
        assert read_all(ends[first]) == hashlib.sha256(back).hexdigest()
        sending.join()


def test_reset(path):
    for side in (0, 1):
        ends = path.pair()
        ends[0].sendall(b"x")
        assert ends[1].recv(1) == b"x"
        ends[side].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ends[side].close()
        with pytest.raises(ConnectionResetError):
            ends[1 - side].recv(1)


def test_idle_flow_lives_on(path):
    """The engine's own timers go off meanwhile."""
    near, far = path.pair()
    time.sleep(11)
    near.sendall(b"x")
    assert far.recv(1) == b"x"
    assert all(tunnel.job.poll().rc is None for tunnel in path.tunnels)


def test_server_gone(path):
    path.listener.close()

    def attempt():
        try:
            with socket.create_connection(("127.0.0.1", 9001), timeout=10) as near:
                return near.recv(1)
        except ConnectionResetError:
            return "reset"

    assert path.inside(attempt) == "reset"


def test_slow_reader_costs_bounded_memory_and_nobody_else(path):
    near, _far = path.pair()
    near.setblocking(False)
    sent, quiet = 0, time.monotonic()
    while time.monotonic() - quiet < 1:
        try:
            sent += near.send(bytes(1 << 16))
            quiet = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
        assert sent < 200_000_000
    resident = [int(line.split()[1]) for pid in pids(path.host)
                for line in open(f"/proc/{pid}/status", encoding="ascii") if "VmRSS" in line]
    assert resident and max(resident) < 40_000, resident
    body = random.Random(3).randbytes(SIZE)
    other = path.pair()
    began = time.monotonic()
    sending = send_all(other[0], body)
    assert read_all(other[1]) == hashlib.sha256(body).hexdigest()
    sending.join()
    assert time.monotonic() - began < 5


def pids(host):
    """The processes of adit here; the command that lists them is gone by now."""
    found = host.run(["ip", "netns", "pids", host.name]).out.split()
    return [pid for pid in found if os.path.exists(f"/proc/{pid}/comm") and
            open(f"/proc/{pid}/comm", encoding="ascii").read().strip() == "adit"]


def test_many_flows(path):
    pairs = [path.pair() for _ in range(40)]
    body = random.Random(4).randbytes(200_000)
    sending = [send_all(near, body) for near, _ in pairs]
    for _, far in pairs:
        assert read_all(far) == hashlib.sha256(body).hexdigest()
        far.close()
    for thread in sending:
        thread.join()


def test_packets_over_tcp(lab, up):
    near, far = lab.direct()
    up(far.host, f"tun t2 10.9.0.2/30 name=aist2 / len16 / tcp {near.v4}:7000", "aist2")
    server = "tun t1 10.9.0.1/30 name=aist1 / len16 / tcp listen=:7000"
    up(near.host, server, "aist1")

    def reached():
        return near.host.run(["ping", "-c1", "-W1", "10.9.0.2"], check=False).rc == 0

    wait_for("the client has dialled again", reached, 10)
    near.host.run("ping -c 20 -i 0.01 -s 1472 -M do 10.9.0.2")
    far.host.run(f"ss -K dst {near.v4} dport = 7000", check=False)
    wait_for("the tunnel is back", reached, 10)
