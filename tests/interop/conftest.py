# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the interoperability tests."""
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent),
                str(pathlib.Path(__file__).resolve().parents[1])]

import pytest  # noqa: E402

from guest.guest import Guest  # noqa: E402
from lib.adit import Tunnel  # noqa: E402
from lib.capture import Capture  # noqa: E402
from lib.lab import Lab, Station  # noqa: E402
from limit import (pytest_runtest_call, pytest_runtest_setup,  # noqa: E402, F401
                   pytest_runtest_teardown)


@pytest.fixture
def lab():
    """Namespaces, wires and routers of one test."""
    it = Lab()
    try:
        yield it
    finally:
        it.close()


@pytest.fixture(scope="session")
def one_guest():
    station = Station(Guest)
    try:
        yield station
    finally:
        station.close()


@pytest.fixture
def station(one_guest):
    """The run's one guest, clean."""
    return one_guest.ready()


@pytest.fixture
def capture():
    """capture(host, dev) starts one; each is gone after the test."""
    running = []

    def start(host, dev="eth0", expression=""):
        running.append(Capture(host, dev, expression))
        return running[-1]

    yield start
    for it in running:
        it.remove()


@pytest.fixture
def up():
    """up(host, stack, name) starts adit; what still runs after the test is ended."""
    tunnels = []

    def start(host, stack, name="t1"):
        tunnels.append(Tunnel(host, stack, name))
        return tunnels[-1]

    yield start
    for tunnel in tunnels:
        tunnel.kill()
