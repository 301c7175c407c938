# SPDX-License-Identifier: Apache-2.0
"""`explain --json` says which bytes a stack puts where; tshark, reading a packet, must say the same.

For each header that explain prints: the same protocols in the same order, each at the
offset and of the length that was promised, and every field with a name of Wireshark's
at its offset, of its length, with its value where explain knows one.
"""
import pytest

from lib import stacks
from lib.adit import explain
from lib.ends import FAR4, FAR6, NEAR
from lib.traffic import largest_ping, ping

LINK = 14  # Ethernet's own header on the wire, below what adit writes

STACKS = {
    "vxlan over4": lambda a, b: stacks.vxlan(a, b, 4, NEAR),
    "vxlan over6": lambda a, b: stacks.vxlan(a, b, 6, NEAR),
    "gre bare": lambda a, b: stacks.gre(a, b, 4, NEAR),
    "gre key over6": lambda a, b: stacks.gre(a, b, 6, NEAR, options="key=7"),
    "gre key seq csum": lambda a, b: stacks.gre(a, b, 4, NEAR, options="key=7 seq csum"),
    "gre tap": lambda a, b: stacks.gre(a, b, 4, NEAR, shape="tap"),
    "4in4": lambda a, b: stacks.ipip(a, b, 4, ("10.9.0.1/24",)),
    "6in4": lambda a, b: stacks.ipip(a, b, 4, ("fd09::1/64",)),
    "4in6": lambda a, b: stacks.ipip(a, b, 6, ("10.9.0.1/24",)),
    "6in6": lambda a, b: stacks.ipip(a, b, 6, ("fd09::1/64",)),
    "vxlan in gre": lambda a, b: stacks.vxlan_in_gre(a, b, 4, NEAR, ("10.8.0.1", "10.8.0.2")),
    "vxlan over6 in gre": lambda a, b: stacks.vxlan_in_gre(a, b, 4, NEAR, ("fd08::1", "fd08::2")),
}


def first_packet(near, taken, stack_name):
    """A packet of the tunnel: an unanswered ping's first, whichever it is (ARP, ND or the echo)."""
    for address in (FAR4, FAR6):  # the tunnels of one inner family have no route to the other
        near.host.run(["ping", "-c", "2", "-i", "0.2", "-W", "1", address], check=False)
    over = "ipv6" if "over6" in stack_name and "in gre" not in stack_name else None
    if stack_name in ("4in6", "6in6"):
        over = "ipv6"
    source = f"ipv6.src == {near.v6}" if over else f"ip.src == {near.v4}"
    number = "ipv6.nxt" if over else "ip.proto"
    carrier = "udp.dstport == 4789 or gre or " + f"{number} == 4 or {number} == 41"
    packets = taken.pdml(f"{source} and ({carrier})")
    assert packets, "no packet of the tunnel was sent"
    return packets[0]


def layers_of(packet):
    """tshark's protocols from the outer IP header on."""
    protos = [proto for proto in packet.findall("proto")
              if proto.get("name") not in ("geninfo", "frame", "fake-field-wrapper")]
    return protos[1:]


def field_of(proto, name):
    for field in proto.iter("field"):
        if field.get("name") == name:
            return field
    return None


def check_field(proto, base, field):
    found = field_of(proto, field["filter"])
    assert found is not None, f"tshark shows no {field['filter']}"
    where = (int(found.get("pos")), int(found.get("size")))
    assert where == (base + field["offset"], field["bytes"]), field
    if field.get("value"):
        assert found.get("show") == field["value"], field


@pytest.mark.parametrize("name", STACKS)
def test_what_explain_says_is_on_the_wire(lab, up, capture, name):
    near, far = lab.direct()
    stack = STACKS[name](near, far)
    said = explain(near.host, stack)
    headers = said["headers"]
    taken = capture(far.host)
    up(near.host, stack)
    seen = layers_of(first_packet(near, taken, name))
    names = [header["dissector"] for header in headers]
    assert [proto.get("name") for proto in seen[:len(names)]] == names
    offset = LINK
    for header, proto in zip(headers, seen):
        assert header["offset"] == offset - LINK
        assert int(proto.get("pos")) == offset
        assert int(proto.get("size")) == header["bytes"], header["name"]
        for field in header["fields"]:
            if field.get("filter"):
                check_field(proto, offset, field)
        offset += header["bytes"]
    assert offset - LINK == said["overhead"]


@pytest.mark.parametrize("name", STACKS)
def test_what_fits_fits_and_one_more_does_not(lab, up, capture, name):
    """The payload MTU that explain promises is what the wire carries, to the byte."""
    near, far = lab.direct()
    stack = STACKS[name](near, far)
    said = explain(near.host, stack)
    taken = capture(far.host)
    up(near.host, stack)
    address = FAR6 if name.startswith("6in") else FAR4
    near.host.run(f"ip neigh replace {address} lladdr 02:00:00:00:00:99 dev t1", check=False)
    mtu = said["mtu"]
    ping(near.host, address, count=1, size=largest_ping(address, mtu), wait=1)
    longest = max(int(row[0]) for row in taken.fields(
        f"ip.src == {near.v4} or ipv6.src == {near.v6}", "frame.len"))
    assert longest == LINK + 1500
    done = near.host.run(["ping", "-c", "1", "-W", "1", "-M", "do", "-s",
                          str(largest_ping(address, mtu + 1)), address], check=False)
    assert f"mtu={mtu}" in done.out + done.err or f"mtu: {mtu}" in done.out + done.err
