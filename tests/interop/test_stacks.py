# SPDX-License-Identifier: Apache-2.0
"""Deliveries in the middle of a stack: what the guest builds of two devices, adit says in one line.

    a: t1 10.9.0.1 ==( vxlan 42 / udp / ip 10.8.0.1-2 / gre key 7 / ip )== k1 over kg :guest
"""
import pytest

from lib import kernel, stacks
from lib.ends import DEV, FAR, FAR4, FAR6, NEAR, NEAR4, NEAR6
from lib.scenarios import exchange, move
from lib.traffic import assert_ping, device_mtu, largest_ping, ping, reported_mtu, wait_for

MIDDLE = {4: ("10.8.0.1", "10.8.0.2"), 6: ("fd08::1", "fd08::2")}
LENGTH = {4: 24, 6: 64}
IP = {4: 20, 6: 40}


def guest_gre(far, near, outer, middle):
    """The lower of the guest's two devices."""
    words = (f"type {kernel.KINDS['gre', outer]} local {far.address(outer)} "
             f"remote {near.address(outer)} key 7")
    return kernel.Device(far, "kg", words, (f"{MIDDLE[middle][1]}/{LENGTH[middle]}",))


def guest_vxlan_in_gre(far, near, outer, middle):
    guest_gre(far, near, outer, middle)
    inner_near, inner_far = MIDDLE[middle]
    words = (f"type vxlan id 42 remote {inner_near} local {inner_far} dev kg dstport 4789")
    return kernel.Device(far, "k1", words, FAR)


@pytest.mark.parametrize("outer", [4, 6], ids=["over4", "over6"])
@pytest.mark.parametrize("middle", [4, 6], ids=["middle4", "middle6"])
@pytest.mark.parametrize("write_ip", [True, False], ids=["written", "completed"])
def test_vxlan_in_udp_in_ip_in_gre(lab, station, up, capture, outer, middle, write_ip):
    near, far = lab.beside_guest(station)
    guest_vxlan_in_gre(far, near, outer, middle)
    taken = capture(near.host)
    up(near.host, stacks.vxlan_in_gre(near, far, outer, NEAR, MIDDLE[middle], DEV, write_ip))
    mtu = 1500 - IP[outer] - 8 - IP[middle] - 8 - 8 - 14
    exchange(near, far, ((NEAR4, FAR4), (NEAR6, FAR6)), DEV, mtu)
    move(near, far, (NEAR4, FAR4), size=500_000)
    # GRE itself: the host's own ICMP errors quote what came before adit was up.
    field = "ip.proto" if outer == 4 else "ipv6.nxt"
    mine = f"{field}#1 == 47 and {field.split('.')[0]}.src#1 == {near.address(outer)}"
    taken.assert_clean(mine)
    wire = {"4": "ip", "6": "ipv6"}
    wanted = f"eth:ethertype:{wire[str(outer)]}:gre:{wire[str(middle)]}:udp:vxlan:eth:ethertype:"
    protocols = {row[0] for row in taken.fields(mine, "frame.protocols")}
    assert protocols and all(names.startswith(wanted) for names in protocols), protocols


@pytest.mark.parametrize("kind,inner", [("ipip", (NEAR4, FAR4)), ("sit", (NEAR6, FAR6))])
def test_ipip_in_gre(lab, station, up, capture, kind, inner):
    near, far = lab.beside_guest(station)
    guest_gre(far, near, 4, 4)
    prefix = 64 if ":" in inner[0] else 24
    kernel.Device(far, "k1", f"type {kind} local 10.8.0.2 remote 10.8.0.1 dev kg",
                  (f"{inner[1]}/{prefix}",))
    taken = capture(near.host)
    up(near.host, stacks.ipip_in_gre(near, far, 4, (f"{inner[0]}/{prefix}",), MIDDLE[4]))
    exchange(near, far, (inner,), DEV, 1500 - 20 - 8 - 20)
    move(near, far, inner, size=500_000)
    taken.assert_clean("gre and ip.src == 10.77.0.1")


def test_gre_between_two_adits(lab, up):
    near, far = lab.direct()
    up(near.host, stacks.gre(near, far, 4, NEAR, name="t1", options="key=7"), "t1")
    up(far.host, stacks.gre(far, near, 4, FAR, name="t2", options="key=7"), "t2")
    for address in (FAR4, FAR6):
        assert_ping(near.host, address)
    move(near, far, (NEAR4, FAR4))


@pytest.mark.parametrize("stack", [stacks.gre, stacks.vxlan], ids=["gre", "vxlan"])
def test_path_that_leaves_less_than_ipv6_needs(lab, up, capture, stack):
    """The path carries 1280: IPv6 of that size goes in fragments, larger is refused."""
    near, far = lab.routed(1280)
    up(near.host, stack(near, far, 6, NEAR, name="t1"), "t1")
    up(far.host, stack(far, near, 6, FAR, name="t2"), "t2")
    for host, dev, address in ((near.host, "t1", FAR6), (far.host, "t2", NEAR6)):
        ping(host, address, count=2, size=largest_ping(address, 1400), wait=1)
        wait_for("the path is known", lambda: device_mtu(host, dev) == 1280)
    taken = capture(far.host)
    for host, address in ((near.host, FAR6), (far.host, NEAR6)):
        assert ping(host, address, count=20, size=largest_ping(address, 1280),
                    options=("-i", "0.01")) == 20
        assert reported_mtu(host, address, largest_ping(address, 1281)) == 1280
    assert taken.count("ipv6.fraghdr.offset == 0") >= 40
    left = 1280 - (44 if stack is stacks.gre else 70)
    assert reported_mtu(near.host, FAR4, largest_ping(FAR4, 1280)) == left
    move(near, far, (NEAR4, FAR4), size=500_000)
    move(near, far, (NEAR6, FAR6), size=500_000)
    taken.assert_clean()
