# SPDX-License-Identifier: Apache-2.0
"""IP in IP in its four combinations with a stock Debian kernel (ipip, sit, ip6tnl).

    a: t1 10.9.0.1 ==(ipip)== k1 10.9.0.2 :guest         underlay as lib/lab.py draws it
"""
import pytest

from lib import kernel, stacks
from lib.ends import DEV, FAR4, FAR6, NEAR4, NEAR6
from lib.scenarios import exchange, move, restart, squeeze
from lib.traffic import assert_ping

KINDS = pytest.mark.parametrize("kind", ["4in4", "6in4", "4in6", "6in6"])
INNER = {"4": (NEAR4, FAR4), "6": (NEAR6, FAR6)}
LENGTH = {"4": "24", "6": "64"}


def tunnel_mtu(path, kind):
    return path - (20 if kind.endswith("4") else 40)


def build(up, near, far, kind):
    """Returns the inner addresses, the peer and adit's tunnel."""
    inner, family = kind[0], int(kind[3])
    near_address, far_address = INNER[inner]
    peer = kernel.tunnel(far, near, kind, family, (f"{far_address}/{LENGTH[inner]}",))
    tunnel = up(near.host, stacks.ipip(near, far, family, (f"{near_address}/{LENGTH[inner]}",)))
    return INNER[inner], peer, tunnel


def from_near(near, kind):
    """IP in IP itself: the host's own ICMP errors quote what came before adit was up."""
    number = 4 if kind[0] == "4" else 41
    ip, proto = ("ip", "proto") if kind[3] == "4" else ("ipv6", "nxt")
    return f"{ip}.{proto}#1 == {number} and {ip}.src#1 == {near.address(int(kind[3]))}"


@KINDS
def test_ping(lab, station, up, capture, kind):
    near, far = lab.beside_guest(station)
    taken = capture(near.host)
    inner, _, _ = build(up, near, far, kind)
    exchange(near, far, [inner], DEV, tunnel_mtu(1500, kind))
    taken.assert_clean(from_near(near, kind))


@KINDS
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "offloads"])
def test_tcp(lab, station, up, capture, kind, plain):
    near, far = lab.beside_guest(station, plain)
    inner, _, _ = build(up, near, far, kind)
    taken = capture(near.host) if plain else None
    move(near, far, inner)
    if plain:
        taken.assert_clean(from_near(near, kind))


@KINDS
def test_path_mtu_too_small(lab, station, up, kind):
    near, far = lab.routed_to_guest(station, 1400)
    inner, _, _ = build(up, near, far, kind)
    squeeze(near, far, inner, tunnel_mtu(1500, kind), tunnel_mtu(1400, kind))


@KINDS
def test_peer_restarts(lab, station, up, kind):
    near, far = lab.beside_guest(station)
    inner, peer, _ = build(up, near, far, kind)
    restart(near, inner[1], peer)


@KINDS
def test_adit_restarts(lab, station, up, kind):
    near, far = lab.beside_guest(station)
    inner, _, tunnel = build(up, near, far, kind)
    assert_ping(near.host, inner[1])
    tunnel.close()
    family = int(kind[3])
    tunnel = up(near.host, stacks.ipip(near, far, family, (f"{inner[0]}/{LENGTH[kind[0]]}",)))
    assert_ping(near.host, inner[1])
    tunnel.close("SIGTERM")


@pytest.mark.parametrize("outer", [4, 6])
def test_both_inner_versions_at_once(lab, station, up, outer):
    """One tunnel carries IPv4 and IPv6, as `mode any` of the kernel does."""
    near, far = lab.beside_guest(station)
    words = "sit mode any" if outer == 4 else "ip6tnl mode any encaplimit none"
    kernel.Device(far, "k1", f"type {words} local {far.address(outer)} "
                  f"remote {near.address(outer)}", ("10.9.0.2/24", "fd09::2/64"))
    up(near.host, stacks.ipip(near, far, outer, ("10.9.0.1/24", "fd09::1/64")))
    for address in (FAR4, FAR6):
        assert_ping(near.host, address)


def test_encapsulation_limit_is_understood(lab, station, up):
    """The kernel's ip6tnl sends RFC 2473's destination option by default."""
    near, far = lab.beside_guest(station)
    kernel.tunnel(far, near, "6in6 with encapsulation limit", 6, (f"{FAR6}/64",))
    up(near.host, stacks.ipip(near, far, 6, (f"{NEAR6}/64",)))
    assert_ping(far.host, NEAR6)
    move(near, far, (NEAR6, FAR6), size=500_000)
