# SPDX-License-Identifier: Apache-2.0
"""VXLAN with this machine's own kernel.

    a: t1 10.9.0.1 ==(vxlan 42)== k1 10.9.0.2 :b        underlay as lib/lab.py draws it

Each test runs twice: adit at the near end, and the kernel there as the control.
"""
import pytest

from lib import kernel, stacks
from lib.adit import adit
from lib.ends import DEV, FAR, FAR4, FAR6, NEAR, NEAR4, NEAR6, vxlan, vxlan_multipoint
from lib.traffic import (assert_ping, device_mtu, largest_ping, ping,
                         reported_mtu, transfer, wait_for)

pytestmark = pytest.mark.parametrize("end", ["kernel", "adit"])
FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["over4", "over6"])
WIRES = pytest.mark.parametrize("plain", [True, False], ids=["plain", "offloads"])
OVERHEAD = {4: 50, 6: 70}


def from_near(near, family):
    field = "ip.src" if family == 4 else "ipv6.src"
    return f"udp.port == 4789 and {field} == {near.address(family)}"


@FAMILIES
def test_ping_and_wire_format(lab, up, capture, end, family):
    near, far = lab.direct()
    taken = capture(far.host)
    vxlan(end, up, near, far, family)
    kernel.vxlan(far, near, family, FAR)
    mtu = 1500 - OVERHEAD[family]
    assert device_mtu(near.host, DEV) == mtu
    for address in (FAR4, FAR6):
        assert_ping(near.host, address)
        assert_ping(near.host, address, size=largest_ping(address, mtu))
    for address in (NEAR4, NEAR6):
        assert_ping(far.host, address, size=largest_ping(address, mtu))
    taken.assert_clean(from_near(near, family))
    headers = taken.fields(from_near(near, family), "vxlan.flags", "vxlan.vni", "vxlan.reserved8",
                           "udp.dstport")
    assert {tuple(row) for row in headers} == {("0x0800", "42", "0", "4789")}


@FAMILIES
@WIRES
def test_tcp_both_ways(lab, up, capture, end, family, plain):
    near, far = lab.direct(plain=plain)
    vxlan(end, up, near, far, family)
    kernel.vxlan(far, near, family, FAR)
    assert_ping(near.host, FAR4)
    taken = capture(far.host) if plain else None
    transfer(near.host, far.host, FAR4)
    transfer(far.host, near.host, NEAR6)
    if plain:
        taken.assert_clean(from_near(near, family))


@FAMILIES
def test_source_port_differs_by_flow(lab, up, capture, end, family):
    near, far = lab.direct()
    vxlan(end, up, near, far, family)
    kernel.vxlan(far, near, family, FAR)
    taken = capture(far.host)
    for port in range(6001, 6005):
        transfer(near.host, far.host, FAR4, size=2000, port=port)
    flows = {}
    for outer, inner in taken.fields(f"{from_near(near, family)} and tcp", "udp.srcport",
                                     "tcp.stream"):
        flows.setdefault(inner, set()).add(outer)
    assert all(len(ports) == 1 for ports in flows.values()), flows
    assert len(set.union(*flows.values())) >= 2, flows


def inner_addresses(end):
    """The kernel forgets what it learns of a narrow path for its own IPv6 over IPv6."""
    return (FAR4,) if end == "kernel" else (FAR4, FAR6)


@FAMILIES
def test_path_mtu_too_small(lab, up, end, family):
    near, far = lab.routed(narrow=1400)
    vxlan(end, up, near, far, family)
    kernel.vxlan(far, near, family, FAR)
    if family == 6:
        kernel.tell_path_mtu(far, "k1", True, 1330, 1370)
    for address in inner_addresses(end):
        assert_ping(near.host, address)
        transfer(near.host, far.host, address)


@FAMILIES
def test_path_mtu_is_reported(lab, up, end, family):
    """A packet too big for the path comes back as an ICMP error that names what fits."""
    near, far = lab.routed(narrow=1400)
    if end == "kernel" and family == 4:  # without `df set` it lets the path fragment
        kernel.vxlan(near, far, 4, NEAR, name=DEV, options="dstport 4789 df set")
    else:
        vxlan(end, up, near, far, family)
    kernel.vxlan(far, near, family, FAR)
    fits = 1400 - OVERHEAD[family]
    for address in inner_addresses(end):
        too_big = largest_ping(address, 1500 - OVERHEAD[family])
        assert reported_mtu(near.host, address, too_big) == fits
        assert_ping(near.host, address, size=largest_ping(address, fits))


@FAMILIES
def test_peer_restarts(lab, up, end, family):
    near, far = lab.direct()
    vxlan(end, up, near, far, family)
    peer = kernel.vxlan(far, near, family, FAR)
    assert_ping(near.host, FAR4)
    peer.delete()
    assert ping(near.host, FAR4, count=2, wait=1) == 0
    peer.create()
    wait_for("the tunnel works again", lambda: ping(near.host, FAR4, count=1, wait=1), 15)
    assert_ping(near.host, FAR6)
    transfer(near.host, far.host, FAR4, size=500_000)


@FAMILIES
def test_near_end_restarts(lab, up, end, family):
    near, far = lab.direct()
    kernel.vxlan(far, near, family, FAR)
    for _ in range(2):
        tunnel = vxlan(end, up, near, far, family)
        wait_for("the tunnel works", lambda: ping(near.host, FAR4, count=1, wait=1), 15)
        tunnel.close()


def sites_of(lab, count):
    near, *others = lab.direct(count=count)
    peers = [kernel.vxlan(site, near, 4, (f"10.9.0.{index}/24", f"fd09::{index}/64"))
             for index, site in enumerate(others, 2)]
    return near, others, peers


def test_head_end_replication(lab, up, capture, end):
    """One broadcast goes once to each remote, and each answer is learnt."""
    near, others, _ = sites_of(lab, 4)
    vxlan_multipoint(end, up, near, others, 4)
    taken = capture(near.host)
    for index in (2, 3, 4):
        assert_ping(near.host, f"10.9.0.{index}")
        assert_ping(near.host, f"fd09::{index}")
    request = "arp.opcode == 1 and arp.dst.proto_ipv4 == 10.9.0.2 and ip.src == 198.51.100.1"
    flooded = [row[0].split(",")[0] for row in taken.fields(request, "ip.dst")]
    assert {flooded.count(site.v4) for site in others} == {flooded.count(others[0].v4)}
    assert flooded, "no ARP request was flooded"
    learnt = "icmp.type == 8 and ip.src == 198.51.100.1 and ip.dst == 10.9.0.3"
    assert {row[0].split(",")[0] for row in taken.fields(learnt, "ip.dst")} == {others[1].v4}
    taken.assert_clean("udp.port == 4789 and ip.src == 198.51.100.1")


def test_station_moves(lab, up, end):
    """A MAC address seen behind another remote is followed there."""
    near, others, peers = sites_of(lab, 3)
    vxlan_multipoint(end, up, near, others, 4)
    mac = "02:00:00:00:00:77"
    others[0].host.run(f"ip link set k1 down; ip link set k1 address {mac} up")
    assert_ping(near.host, "10.9.0.2")
    peers[0].delete()
    others[1].host.run(f"ip link set k1 down; ip link set k1 address {mac} up\n"
                       "ip addr flush dev k1; ip addr add 10.9.0.2/24 dev k1")
    assert ping(others[1].host, NEAR4, count=2) >= 1
    assert_ping(near.host, "10.9.0.2")


def test_unknown_source_is_refused(lab, up, capture, end):
    """What a host that is no configured remote sends does not reach the tunnel's user."""
    near, far, stranger = lab.direct(count=3)
    vxlan(end, up, near, far, 4)
    kernel.vxlan(far, near, 4, FAR)
    kernel.vxlan(stranger, near, 4, ("10.9.0.66/24",))
    assert_ping(near.host, FAR4)
    if end == "kernel":
        return  # the kernel takes what any host sends: that is its way, and no control for this
    near.host.run("ip neigh flush dev t1")
    taken = capture(near.host, DEV)
    assert ping(stranger.host, NEAR4, count=3, df=False, wait=1) == 0
    assert taken.count("arp.src.proto_ipv4 == 10.9.0.66") == 0


def test_two_vnis_on_one_port(lab, up, end):
    """Two networks over one UDP port stay apart."""
    near, far = lab.direct()
    for vni, net in ((42, 9), (43, 8)):
        kernel.vxlan(far, near, 4, (f"10.{net}.0.2/24",), vni=vni, name=f"k{net}")
    if end == "kernel":
        for vni, net in ((42, 9), (43, 8)):
            kernel.vxlan(near, far, 4, (f"10.{net}.0.1/24",), vni=vni, name=f"t{net}")
    else:
        blocks = [f"tunnel {name} {{ "
                  f"{stacks.vxlan(near, far, 4, (f'10.{net}.0.1/24',), name, vni)} }}"
                  .replace(" / ", "\n")
                  for name, vni, net in (("t9", 42, 9), ("t8", 43, 8))]
        near.host.run(["tee", "/tmp/two-vnis.adit"], stdin="\n".join(blocks) + "\n")
        up(near.host, "/tmp/two-vnis.adit", "t9")
    for net in (9, 8):
        assert_ping(near.host, f"10.{net}.0.2")
    transfer(near.host, far.host, "10.8.0.2", size=500_000)


def test_end_by_signal_leaves_nothing(lab, up, end):
    near, far = lab.direct()
    tunnel = vxlan(end, up, near, far, 4)
    kernel.vxlan(far, near, 4, FAR)
    assert_ping(near.host, FAR4)
    if end == "adit":
        tunnel.close("SIGTERM")
        vxlan(end, up, near, far, 4).close("SIGINT")


def test_background(lab, end):
    """`up -b` comes back when the tunnel works, and `down` when it is gone."""
    near, far = lab.direct()
    kernel.vxlan(far, near, 4, FAR)
    stack = stacks.vxlan(near, far, 4, ("10.9.0.1/24",))
    if end == "kernel":
        kernel.vxlan(near, far, 4, ("10.9.0.1/24",), name=DEV)
        assert_ping(near.host, FAR4)
        return
    adit(near.host, "up", "-b", *stack.split())
    try:
        assert_ping(near.host, FAR4)
    finally:
        adit(near.host, "down", DEV)
    assert not near.host.run(["ip", "link", "show", DEV], check=False)
