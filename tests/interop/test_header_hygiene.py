# SPDX-License-Identifier: Apache-2.0
"""What a tunnel does to the headers around and inside it: ECN, DSCP, TTL; and what junk does to it.

    a: t1 10.9.0.1 ==(gre)== b, which is scapy or the kernel's VXLAN
"""
import pytest

from lib import kernel, stacks
from lib.ends import DEV, FAR, FAR4, FAR6, NEAR
from lib.traffic import assert_ping, ping, wait_for

FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["over4", "over6"])
NOT_ECT, ECT1, ECT0, CE = range(4)
# RFC 6040 figure 4: what leaves the tunnel, by arriving outer (row) and inner; None is dropped.
DECAPSULATED = {
    NOT_ECT: {NOT_ECT: NOT_ECT, ECT0: ECT0, ECT1: ECT1, CE: CE},
    ECT0: {NOT_ECT: NOT_ECT, ECT0: ECT0, ECT1: ECT1, CE: CE},
    ECT1: {NOT_ECT: NOT_ECT, ECT0: ECT1, ECT1: ECT1, CE: CE},
    CE: {NOT_ECT: None, ECT0: CE, ECT1: CE, CE: CE},
}


def script(name):
    return __file__.replace("test_header_hygiene.py", f"lib/{name}.py")


def mac_of(host, dev="eth0"):
    return host.run(["cat", f"/sys/class/net/{dev}/address"]).out.strip()


@FAMILIES
def test_ecn_out_of_the_tunnel(lab, up, capture, family):
    near, far = lab.direct()
    tunnel = up(near.host, stacks.gre(near, far, family, NEAR))
    taken = capture(near.host, DEV, "udp")
    far.host.run(["/usr/bin/python3", script("scapy_ecn"), "eth0", mac_of(near.host),
                  near.address(family), far.address(family)], timeout=60)
    wait_for("all have arrived", lambda: tunnel.status()["layers"][-1]["up_units"] >= 16)
    seen = {int(port): (int(ecn), int(ttl)) for port, ecn, ttl in
            taken.fields("udp.port == 9", "udp.dstport", "ip.dsfield.ecn", "ip.ttl")}
    for outer, row in DECAPSULATED.items():
        for inner, wanted in row.items():
            got = seen.get(7000 + 4 * outer + inner)
            assert got == (None if wanted is None else (wanted, 17)), (outer, inner, got)


@FAMILIES
@pytest.mark.parametrize("word,tos", [
    ("", NOT_ECT), ("", ECT0), ("", ECT1), ("", CE), ("", 0xB8 | ECT0),
    ("tos=inherit", 0xB8), ("tos=inherit", 0xB8 | ECT0), ("tos=0x28", 0xB8 | ECT1)])
def test_tos_into_the_tunnel(lab, up, capture, family, word, tos):
    """ECN is copied out (RFC 6040 normal mode); DSCP is 0 unless `tos=` says otherwise (RFC 2983)."""
    near, far = lab.direct()
    taken = capture(far.host)
    up(near.host, f"{stacks.gre(near, far, family, NEAR)} {word}")
    ping(near.host, FAR4, count=1, wait=1, options=("-Q", str(tos)))
    ping(near.host, FAR6, count=1, wait=1, options=("-Q", str(tos)))
    outer = "ip" if family == 4 else "ipv6"
    fields = ["ip.dsfield.ecn", "ip.dsfield.dscp", "ipv6.tclass.ecn", "ipv6.tclass.dscp"]
    if family == 6:  # the outer header's first
        fields = fields[2:] + fields[:2]
    rows = taken.fields(f"gre and {outer}.src == {near.address(family)} and "
                        "(icmp.type == 8 or icmpv6.type == 128) and "
                        "not icmp.type == 3 and not icmpv6.type == 1 and not icmpv6.type == 4",
                        *fields)
    assert len(rows) == 2
    for row in rows:
        values = [[int(value, 0) for value in cell.split(",")] if cell else [] for cell in row]
        ecn, dscp = values[0] + values[2], values[1] + values[3]
        assert ecn == [tos & 3] * 2
        assert dscp == [{"": 0, "tos=inherit": tos >> 2, "tos=0x28": 0x28 >> 2}[word], tos >> 2]


def test_outer_ttl_is_its_own(lab, up, capture):
    near, far = lab.direct()
    taken = capture(far.host)
    up(near.host, stacks.gre(near, far, 4, NEAR) + " ttl=33")
    ping(near.host, FAR4, count=1, wait=1, options=("-t", "5"))
    rows = taken.fields("gre and icmp.type == 8 and not icmp.type == 3", "ip.ttl")
    assert rows == [["33,5"]]


@pytest.mark.parametrize("kind", ["gre", "vxlan"])
def test_junk_from_the_remote(lab, up, kind):
    """Broken packets are counted and dropped, and the tunnel goes on."""
    near, far = lab.direct()
    if kind == "gre":
        tunnel = up(near.host, stacks.gre(near, far, 4, NEAR))
    else:
        kernel.vxlan(far, near, 4, FAR)
        tunnel = up(near.host, stacks.vxlan(near, far, 4, NEAR))
    for seed in range(3):
        far.host.run(["/usr/bin/python3", script("scapy_junk"), "eth0", mac_of(near.host),
                      near.v4, far.v4, str(seed), "400"], timeout=60)
    drops = [sum(layer.get("drops", {}).values()) for layer in tunnel.status()["layers"]]
    assert sum(drops) > 0
    if kind == "vxlan":
        assert_ping(near.host, FAR4)
    tunnel.close()
