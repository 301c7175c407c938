# SPDX-License-Identifier: Apache-2.0
"""Broken tunnel packets from a configured remote.  Runs as a program.

    scapy_junk.py DEV MAC NEAR FAR SEED COUNT
Good GRE and VXLAN packets cut short anywhere, with flipped bits or with random bodies.
"""
import random
import sys

from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import GRE, Ether
from scapy.layers.vxlan import VXLAN
from scapy.sendrecv import sendp


def models():
    inner = IP(src="10.9.0.2", dst="10.9.0.1") / ICMP() / (b"x" * 40)
    frame = Ether(dst="ff:ff:ff:ff:ff:ff", src="02:00:00:00:00:09") / inner
    return [(47, bytes(GRE() / inner)),
            (47, bytes(GRE(key_present=1, key=7, seqnum_present=1, chksum_present=1) / inner)),
            (47, bytes(GRE(proto=0x6558) / frame)),
            (17, bytes(UDP(sport=4789, dport=4789, chksum=0) / VXLAN(vni=42, flags=8) / frame))]


def break_it(rng, data):
    data = bytearray(data)
    how = rng.randrange(3)
    if how == 0:
        return bytes(data[:rng.randrange(1, len(data))])
    if how == 1:
        for _ in range(rng.randrange(1, 9)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        return bytes(data)
    head = rng.randrange(min(len(data), 16))
    return bytes(data[:head]) + rng.randbytes(rng.randrange(1, 1400))


def main(dev, mac, near, far, seed, count):
    rng = random.Random(int(seed))
    packets = []
    for _ in range(int(count)):
        proto, body = rng.choice(models())
        packets.append(Ether(dst=mac) / IP(src=far, dst=near, proto=proto) / break_it(rng, body))
    sendp(packets, iface=dev, verbose=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
