#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the vectors that scapy makes: `generate.py DIRECTORY`. Each one names its expression."""

import os
import sys

import scapy
from scapy.all import ARP, GRE, ICMP, IP, TCP, UDP, Dot1Q, Ether, IPv6, Raw, VXLAN  # noqa: F401
from scapy.all import ICMPv6EchoRequest, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment  # noqa: F401
from scapy.all import HBHOptUnknown, IPOption_NOP, IPv6ExtHdrRouting, Padding, PadN  # noqa: F401

PING4 = "IP(src='10.0.0.1', dst='10.0.0.2', tos=0x28, ttl=63)/ICMP(id=7, seq=1)/(b'adit' * 8)"
PING6 = ("IPv6(src='2001:db8::1', dst='2001:db8::2', tc=0xb8, hlim=62)"
         "/ICMPv6EchoRequest(id=7, seq=1, data=b'adit' * 8)")
ETHER = "Ether(src='02:00:00:00:00:01', dst='02:00:00:00:00:02')"
FRAME4 = ETHER + "/" + PING4
FRAME6 = ETHER + "/" + PING6
ARPREQ = ("Ether(src='02:00:00:00:00:01', dst='ff:ff:ff:ff:ff:ff')"
          "/ARP(psrc='10.0.0.1', pdst='10.0.0.2', hwsrc='02:00:00:00:00:01')")
V4 = "far=198.51.100.2 near=198.51.100.1"
V6 = "far=2001:db8:f::2 near=2001:db8:f::1"


def build(expr):
    return bytes(eval(expr))


def wrap(data):
    text = data.hex()
    return "\n".join("  " + text[i:i + 64] for i in range(0, len(text), 64))


class File:
    def __init__(self, directory, name, layer):
        self.path = os.path.join(directory, layer, name)
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        self.out = ["# SPDX-License-Identifier: Apache-2.0"]

    def vector(self, name, lower, upper=None, **keys):
        """lower and upper are expressions; `cut` takes the tail of lower as upper instead."""
        self.out += ["", "vector: " + name, "source: scapy %s: %s" % (scapy.VERSION, lower)]
        patch = keys.pop("patch", None)
        cut = keys.pop("cut", 0)
        for key, value in keys.items():
            self.out.append("%s: %s" % (key.replace("_", "-"), value))
        data = bytearray(build(lower))
        for at, value in (patch or {}).items():
            data[at] = value
        if patch:
            self.out.append("# changed by hand: " + ", ".join(
                "byte %d to 0x%02x" % x for x in patch.items()))
        if upper:
            self.out += ["upper:", wrap(build(upper))]
        elif "drop" not in keys:
            self.out += ["upper:", wrap(bytes(data)[cut:])]
        self.out += ["lower:", wrap(bytes(data))]

    def write(self):
        with open(self.path, "w") as f:
            f.write("\n".join(self.out) + "\n")


def vxlan(d):
    f = File(d, "scapy.txt", "vxlan")
    far = "far=192.0.2.2:4789 near=:60928 code=udp:4789"
    low = dict(conf="vni=42 remotes=192.0.2.2:4789", min=22)
    f.vector("IPv4 in a frame", "VXLAN(flags=8, vni=42)/" + FRAME4, FRAME4, dir="both",
             upper_meta="hash=0xb8000000", lower_meta=far + " tos=0x28 ttl=63", **low)
    f.vector("IPv6 in a frame", "VXLAN(flags=8, vni=42)/" + FRAME6, FRAME6, dir="both",
             upper_meta="hash=0xb8000000", lower_meta=far + " tos=0xb8 ttl=62", **low)
    f.vector("broadcast", "VXLAN(flags=8, vni=42)/" + ARPREQ, ARPREQ, dir="both",
             upper_meta="hash=0xb8000000", lower_meta=far + " tos=0 ttl=0", **low)
    f.vector("the largest VNI, delivery with a remote of its own",
             "VXLAN(flags=8, vni=0xffffff)/" + ARPREQ, ARPREQ, dir="both",
             conf="vni=16777215", min=22, lower_meta="code=udp:4789")
    f.vector("a VLAN tag stays", "VXLAN(flags=8, vni=42)/" + ETHER + "/Dot1Q(vlan=7)/" + PING4,
             ETHER + "/Dot1Q(vlan=7)/" + PING4, dir="both", lower_meta=far + " tos=0x28 ttl=63",
             upper_meta="hash=0xb8000000", **low)
    f.vector("reserved bits are ignored (RFC 7348 5)", "VXLAN(flags=8, vni=42)/" + FRAME4, FRAME4,
             dir="up", patch={0: 0xff, 1: 0xff, 2: 0xff, 3: 0xff, 7: 0xff}, lower_meta=far, **low)
    bad = dict(dir="up", conf="vni=42 remotes=192.0.2.2:4789")
    f.vector("no I flag", "VXLAN(flags=8, vni=42)/" + FRAME4, patch={0: 0xf7}, drop="FLAGS",
             lower_meta=far, **bad)
    f.vector("another VNI", "VXLAN(flags=8, vni=43)/" + FRAME4, drop="KEY", lower_meta=far, **bad)
    f.vector("a stranger", "VXLAN(flags=8, vni=42)/" + FRAME4, drop="PEER",
             lower_meta="far=192.0.2.3:4789", **bad)
    f.vector("a group's address as source",
             "VXLAN(flags=8, vni=42)/Ether(src='03:00:00:00:00:01', dst='02:00:00:00:00:02')",
             drop="MAC", lower_meta=far, **bad)
    f.vector("CE outside, not ECN-capable inside (RFC 6040 4.2)",
             "VXLAN(flags=8, vni=42)/" + FRAME4, drop="ECN", lower_meta=far + " tos=3", **bad)
    f.write()


def gre(d):
    f = File(d, "scapy.txt", "gre")
    code = "code=ip:47"
    p4, p6 = dict(above="packet", dir="both"), dict(above="packet", dir="both")
    meta4, meta6 = code + " tos=0x28 ttl=63", code + " tos=0xb8 ttl=62"
    f.vector("IPv4", "GRE(proto=0x0800)/" + PING4, PING4, lower_meta=meta4, **p4)
    f.vector("IPv6", "GRE(proto=0x86dd)/" + PING6, PING6, lower_meta=meta6, **p6)
    f.vector("key", "GRE(proto=0x0800, key_present=1, key=42)/" + PING4, PING4, conf="key=42",
             lower_meta=meta4, **p4)
    f.vector("key zero is a key", "GRE(proto=0x0800, key_present=1, key=0)/" + PING4, PING4,
             conf="ikey=0 okey=0", lower_meta=meta4, **p4)
    f.vector("checksum", "GRE(proto=0x0800, chksum_present=1)/" + PING4, PING4, conf="csum",
             lower_meta=meta4, **p4)
    f.vector("sequence number", "GRE(proto=0x0800, seqnum_present=1, seqence_number=0)/" + PING4,
             PING4, conf="seq", lower_meta=meta4, once="yes", **p4)
    f.vector("key, checksum and sequence number",
             "GRE(proto=0x86dd, chksum_present=1, key_present=1, seqnum_present=1,"
             " key=0xdeadbeef, seqence_number=0)/" + PING6,
             PING6, conf="key=0xdeadbeef csum seq", lower_meta=meta6, once="yes", **p6)
    f.vector("a frame", "GRE(proto=0x6558, key_present=1, key=7)/" + FRAME4, FRAME4, above="frame",
             dir="both", conf="key=7", lower_meta=meta4, min=8 + 14)
    f.vector("any EtherType", "GRE(proto=0x8847)/Raw(b'MPLS, say')", "Raw(b'MPLS, say')",
             above="payload", dir="both", upper_meta="code=ether:0x8847", lower_meta=code, min=4)
    f.vector("an unasked checksum is verified", "GRE(proto=0x0800, chksum_present=1)/" + PING4,
             PING4, above="packet", dir="up", lower_meta=meta4)
    f.vector("an unasked sequence number is skipped",
             "GRE(proto=0x0800, seqnum_present=1, seqence_number=9)/" + PING4, PING4,
             above="packet", dir="up", lower_meta=meta4)
    f.vector("ignored reserved bits (RFC 2784 2.2)", "GRE(proto=0x0800)/" + PING4, PING4,
             above="packet", dir="up", patch={0: 0x03, 1: 0xf8}, lower_meta=meta4)
    f.vector("bytes behind the inner packet",
             "GRE(proto=0x0800)/" + PING4 + "/Padding(b'....')", PING4,
             above="packet", dir="up", lower_meta=meta4, min=64)
    bad = dict(above="packet", dir="up")
    for name, drop, expr, extra in (
            ("no key though one is wanted", "KEY", "GRE(proto=0x0800)/", dict(conf="key=42")),
            ("another key", "KEY", "GRE(proto=0x0800, key_present=1, key=43)/",
             dict(conf="key=42")),
            ("a key though none is wanted", "KEY", "GRE(proto=0x0800, key_present=1, key=42)/", {}),
            ("no checksum though one is wanted", "CHECKSUM", "GRE(proto=0x0800)/",
             dict(conf="icsum")),
            ("no sequence number though one is wanted", "SEQ", "GRE(proto=0x0800)/",
             dict(conf="iseq")),
            ("a broken checksum", "CHECKSUM", "GRE(proto=0x0800, chksum_present=1)/",
             dict(patch={40: 0x55})),
            ("version 1", "VERSION", "GRE(proto=0x0800, version=1)/", {}),
            ("routing present (RFC 1701)", "FLAGS", "GRE(proto=0x0800)/", dict(patch={0: 0x40})),
            ("strict source route (RFC 1701)", "FLAGS", "GRE(proto=0x0800)/",
             dict(patch={0: 0x08})),
            ("bit 5", "FLAGS", "GRE(proto=0x0800)/", dict(patch={0: 0x04})),
            ("another EtherType", "PROTO", "GRE(proto=0x8847)/", {}),
            ("IPv4 said to be IPv6", "VERSION", "GRE(proto=0x86dd)/", {}),
            ("a source outside of allowed=", "MARTIAN", "GRE(proto=0x0800)/",
             dict(conf="allowed=192.0.2.0/24,10.0.1.0/24")),
            ("CE outside, not ECN-capable inside", "ECN", "GRE(proto=0x0800)/",
             dict(lower_meta=code + " tos=3"))):
        f.vector(name, expr + PING4, drop=drop, **{"lower_meta": code, **bad, **extra})
    f.vector("not GRE", "GRE(proto=0x0800)/" + PING4, drop="PROTO", lower_meta="code=ip:4", **bad)
    f.vector("a packet where frames are wanted", "GRE(proto=0x0800)/" + PING4, above="frame",
             dir="up", drop="PROTO", lower_meta=code)
    f.write()


def ipip(d):
    f = File(d, "scapy.txt", "ipip")
    f.vector("IPv4", PING4, PING4, dir="both", lower_meta="code=ip:4 tos=0x28 ttl=63")
    f.vector("IPv6", PING6, PING6, dir="both", lower_meta="code=ip:41 tos=0xb8 ttl=62")
    f.vector("an allowed source", PING4, PING4, dir="both", conf="allowed=10.0.0.0/24",
             lower_meta="code=ip:4")
    f.vector("duplicate address detection (RFC 4213 3.6)",
             "IPv6(src='::', dst='ff02::1:ff00:1')/ICMPv6EchoRequest()",
             "IPv6(src='::', dst='ff02::1:ff00:1')/ICMPv6EchoRequest()", dir="both",
             lower_meta="code=ip:41")
    for name, src in (("multicast", "ff02::1"), ("loopback", "::1"),
                      ("v4-mapped", "::ffff:10.0.0.1"), ("v4-compatible", "::10.0.0.1")):
        f.vector("source %s (RFC 4213 3.6)" % name,
                 "IPv6(src='%s', dst='2001:db8::2')/ICMPv6EchoRequest()" % src, dir="up",
                 drop="MARTIAN", lower_meta="code=ip:41")
    for name, src in (("multicast", "224.0.0.1"), ("loopback", "127.0.0.1"),
                      ("broadcast", "255.255.255.255")):
        f.vector("source " + name, "IP(src='%s', dst='10.0.0.2')/ICMP()" % src, dir="up",
                 drop="MARTIAN", lower_meta="code=ip:4")
    f.vector("a source outside of allowed=", PING4, dir="up", drop="MARTIAN",
             conf="allowed=10.0.1.0/24,2001:db8::/32", lower_meta="code=ip:4")
    f.vector("IPv4 under the number of IPv6", PING4, dir="up", drop="VERSION",
             lower_meta="code=ip:41")
    f.vector("IPv6 under the number of IPv4", PING6, dir="up", drop="VERSION",
             lower_meta="code=ip:4")
    f.vector("neither number", PING6, dir="up", drop="PROTO", lower_meta="code=ip:47")
    f.vector("header length below five words (CVE-2013-4348)", PING4, dir="up", drop="LENGTH",
             patch={0: 0x44}, lower_meta="code=ip:4")
    f.vector("total length beyond the packet", PING4, dir="up", drop="LENGTH", patch={2: 0x01},
             lower_meta="code=ip:4")
    f.vector("CE outside, not ECN-capable inside", PING4, dir="up", drop="ECN",
             lower_meta="code=ip:4 tos=3")
    f.write()


def udp(d):
    f = File(d, "scapy.txt", "udp")
    data = "/Raw(b'adit' * 5)"
    for name, ip, meta, local in (
            ("IPv4", "IP(src='198.51.100.1', dst='198.51.100.2')", V4, "198.51.100.1"),
            ("IPv6", "IPv6(src='2001:db8:f::1', dst='2001:db8:f::2')", V6, "[2001:db8:f::1]")):
        far, near = [x.split("=")[1] for x in meta.split()]
        down = "(%s/UDP(sport=4789, dport=4790)%s)[UDP]" % (ip, data)
        # what comes up was sent from the far side
        back = "(%s/UDP(sport=4790, dport=4789)%s)[UDP]" % (
            ip.replace("::1", "X").replace("::2", "::1").replace("X", "::2") if "v6" in ip
            else ip.replace(".1'", "X").replace(".2'", ".1'").replace("X", ".2'"), data)
        conf = "remote=%s local=%s:4789 port=4790" % (far, local)
        f.vector(name + ", down", down, "Raw(b'adit' * 5)", dir="down", conf=conf.replace(
            " port=4790", "").replace(far, ("[%s]:4790" if ":" in far else "%s:4790") % far),
            lower_meta=meta + " code=ip:17")
        f.vector(name + ", up", back, "Raw(b'adit' * 5)", dir="up", conf=conf,
                 lower_meta=meta + " code=ip:17")
        bad = dict(dir="up", conf=conf)
        low = meta + " code=ip:17"
        f.vector(name + ", broken checksum", back, drop="CHECKSUM", patch={9: 0x55},
                 lower_meta=low, **bad)
        f.vector(name + ", another port", back.replace("4789", "4788"), drop="PORT",
                 lower_meta=low, **bad)
        f.vector(name + ", length below its header", back, drop="LENGTH", patch={4: 0, 5: 7},
                 lower_meta=low, **bad)
        f.vector(name + ", length beyond the packet", back, drop="LENGTH", patch={5: 29},
                 lower_meta=low, **bad)
        f.vector(name + ", not UDP", back, drop="PROTO", lower_meta=meta + " code=ip:6", **bad)
        f.vector(name + ", no checksum", back.replace("UDP(", "UDP(chksum=0, "),
                 **(dict(cut=8, dir="up", conf=conf, lower_meta=low) if name == "IPv4" else
                    dict(drop="CHECKSUM", lower_meta=low, **bad)))
    f.vector("IPv6, no checksum where it was asked for (RFC 6935)",
             "(IPv6(src='2001:db8:f::1', dst='2001:db8:f::2')"
             "/UDP(sport=4789, dport=4790, chksum=0)/Raw(b'adit'))[UDP]",
             "Raw(b'adit')", dir="down", conf="remote=[2001:db8:f::2]:4790 "
             "local=[2001:db8:f::1]:4789 csum=off", lower_meta=V6 + " code=ip:17")
    f.vector("a stranger", "UDP(sport=1, dport=4789, chksum=0)/Raw(b'adit')", dir="up",
             drop="PEER", conf="remote=198.51.100.2 local=198.51.100.1:4789",
             lower_meta="far=198.51.100.3 near=198.51.100.1 code=ip:17")
    f.write()


def ip(d):
    f = File(d, "scapy.txt", "ip")
    conf4 = "remote=198.51.100.2 local=198.51.100.1"
    conf6 = "remote=2001:db8:f::2 local=2001:db8:f::1"
    out4, in4 = "IP(src='198.51.100.1', dst='198.51.100.2'", "IP(src='198.51.100.2', dst='198.51.100.1'"
    out6, in6 = ("IPv6(src='2001:db8:f::1', dst='2001:db8:f::2'",
                 "IPv6(src='2001:db8:f::2', dst='2001:db8:f::1'")
    data = "/Raw(b'adit' * 5)"
    up = "Raw(b'adit' * 5)"
    f.vector("IPv4, down", out4 + ", id=0, flags='DF', ttl=64, proto=47)" + data, up, dir="down",
             conf=conf4, upper_meta="code=ip:47", lower_meta="code=ether:0x0800")
    f.vector("IPv4, down, DF off, TTL and TOS inherited, ECN",
             out4 + ", id=0, ttl=63, tos=0x2a, proto=4)" + data, up, dir="down",
             conf=conf4 + " ttl=inherit tos=inherit df=off", upper_meta="code=ip:4 tos=0x2a ttl=63",
             lower_meta="code=ether:0x0800")
    f.vector("IPv4, down, own TOS, ECN of the inner packet",
             out4 + ", id=0, flags='DF', ttl=9, tos=0xb9, proto=4)" + data, up, dir="down",
             conf=conf4 + " ttl=9 tos=0xb8", upper_meta="code=ip:4 tos=0x29 ttl=63",
             lower_meta="code=ether:0x0800")
    f.vector("IPv6, down", out6 + ", nh=47, hlim=64, tc=1, fl=0x45678)" + data, up, dir="down",
             conf=conf6, upper_meta="code=ip:47 tos=0x29 hash=0x12345678",
             lower_meta="code=ether:0x86dd")
    f.vector("IPv4, up", in4 + ", ttl=7, tos=0x2b, proto=47)" + data, up, dir="up", conf=conf4,
             upper_meta=V4 + " code=ip:47 tos=0x2b ttl=7")
    f.vector("IPv4, up, with options", in4 + ", proto=47, options=[IPOption_NOP()]*4)" + data, up,
             dir="up", conf=conf4, upper_meta=V4 + " code=ip:47")
    f.vector("IPv6, up", in6 + ", nh=47, hlim=7, tc=0x2b)" + data, up, dir="up", conf=conf6,
             upper_meta=V6 + " code=ip:47 tos=0x2b ttl=7")
    f.vector("IPv6, up, tunnel encapsulation limit (RFC 2473 4.1.1)",
             in6 + ")/IPv6ExtHdrDestOpt(nh=41, options=[HBHOptUnknown(otype=4, optdata=b'\\x04'),"
             " PadN(optdata=b'')])" + data, up, dir="up", conf=conf6,
             upper_meta=V6 + " code=ip:41")
    f.vector("IPv4, up, any sender", "IP(src='203.0.113.1', dst='198.51.100.1', proto=47)" + data,
             up, dir="up", conf=conf4 + " from=any",
             upper_meta="far=203.0.113.1 near=198.51.100.1 code=ip:47")
    for name, drop, expr, extra in (
            ("IPv4, a stranger", "PEER", "IP(src='203.0.113.1', dst='198.51.100.1', proto=47)", {}),
            ("IPv4, to another host", "PEER", "IP(src='198.51.100.2', dst='198.51.100.3', proto=47)",
             {}),
            ("IPv4, own address as source", "SELF",
             "IP(src='198.51.100.1', dst='198.51.100.1', proto=47)", {}),
            ("IPv4, broken checksum", "CHECKSUM", in4 + ", proto=47)", dict(patch={8: 0x55})),
            ("IPv4, first fragment", "FRAGMENT", in4 + ", proto=47, flags='MF')", {}),
            ("IPv4, later fragment", "FRAGMENT", in4 + ", proto=47, frag=1)", {}),
            ("IPv4, header length below five words", "LENGTH", in4 + ", proto=47)",
             dict(patch={0: 0x44})),
            ("IPv4, total length below the header", "LENGTH", in4 + ", proto=47, len=19)", {}),
            ("IPv4, total length beyond the packet", "LENGTH", in4 + ", proto=47, len=41)", {}),
            ("version 5", "VERSION", in4 + ", proto=47)", dict(patch={0: 0x55})),
            ("IPv6, a stranger", "PEER", "IPv6(src='2001:db8:f::3', dst='2001:db8:f::1', nh=47)",
             dict(conf=conf6)),
            ("IPv6, payload length beyond the packet", "LENGTH", in6 + ", nh=47, plen=21)",
             dict(conf=conf6)),
            ("IPv6, fragment", "FRAGMENT", in6 + ")/IPv6ExtHdrFragment(nh=47, m=1)",
             dict(conf=conf6)),
            ("IPv6, still under way (routing header)", "PEER",
             in6 + ")/IPv6ExtHdrRouting(nh=47, segleft=1, addresses=['2001:db8::9'])",
             dict(conf=conf6))):
        f.vector(name, expr + data, drop=drop, dir="up", **{"conf": conf4, **extra})
    f.write()


if __name__ == "__main__":
    for make in (vxlan, gre, ipip, udp, ip):
        make(sys.argv[1])
