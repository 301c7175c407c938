# SPDX-License-Identifier: Apache-2.0
"""VXLAN with a stock Debian kernel.

    a: t1 10.9.0.1 ==(vxlan 42)== k1 10.9.0.2 :guest     underlay as lib/lab.py draws it
"""
import pytest

from lib import kernel, stacks
from lib.ends import DEV, FAR, FAR4, FAR6, NEAR, NEAR4, NEAR6
from lib.scenarios import exchange, move, restart, squeeze

FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["over4", "over6"])
BOTH = ((NEAR4, FAR4), (NEAR6, FAR6))
OVERHEAD = {4: 50, 6: 70}


def build(up, near, far, family):
    peer = kernel.vxlan(far, near, family, FAR)
    up(near.host, stacks.vxlan(near, far, family, NEAR))
    return peer


def from_near(near, family):
    return f"vxlan and {'ip' if family == 4 else 'ipv6'}.src#1 == {near.address(family)}"


@FAMILIES
def test_ping(lab, station, up, capture, family):
    near, far = lab.beside_guest(station)
    taken = capture(near.host)
    build(up, near, far, family)
    exchange(near, far, BOTH, DEV, 1500 - OVERHEAD[family])
    taken.assert_clean(from_near(near, family))


@FAMILIES
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "offloads"])
def test_tcp(lab, station, up, capture, family, plain):
    near, far = lab.beside_guest(station, plain)
    build(up, near, far, family)
    taken = capture(near.host) if plain else None
    move(near, far, (NEAR4, FAR4))
    move(near, far, (NEAR6, FAR6), size=500_000)
    if plain:
        taken.assert_clean(from_near(near, family))


@FAMILIES
@pytest.mark.parametrize("inner", BOTH, ids=["inner4", "inner6"])
def test_path_mtu_too_small(lab, station, up, family, inner):
    near, far = lab.routed_to_guest(station, 1400)
    build(up, near, far, family)
    squeeze(near, far, inner, 1500 - OVERHEAD[family], 1400 - OVERHEAD[family])


@FAMILIES
def test_peer_restarts(lab, station, up, family):
    near, far = lab.beside_guest(station)
    restart(near, FAR4, build(up, near, far, family))


def test_lossy_wire(lab, station, up):
    """TCP gets through a wire that loses, delays and reorders."""
    near, far = lab.beside_guest(station)
    build(up, near, far, 4)
    far.host.run("tc qdisc add dev eth0 root netem delay 5ms 2ms loss 1% reorder 5%")
    move(near, far, (NEAR4, FAR4), size=500_000)
