# SPDX-License-Identifier: Apache-2.0
"""GRE packets with every pair of outer and inner ECN.  Runs as a program.

    scapy_ecn.py DEV MAC NEAR FAR          packets from FAR to NEAR, over IPv4 or IPv6
The inner packets are UDP to port 7000 + 4 * outer + inner.
"""
import sys

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import GRE, Ether
from scapy.sendrecv import sendp


def packet(mac, near, far, outer_ecn, inner_ecn):
    outer = (IPv6(src=far, dst=near, tc=outer_ecn) if ":" in near
             else IP(src=far, dst=near, tos=outer_ecn))
    inner = IP(src="10.9.0.2", dst="10.9.0.1", tos=inner_ecn, ttl=17)
    port = 7000 + 4 * outer_ecn + inner_ecn
    return Ether(dst=mac) / outer / GRE() / inner / UDP(sport=9, dport=port) / b"ecn"


def main(dev, mac, near, far):
    for outer_ecn in range(4):
        for inner_ecn in range(4):
            sendp(packet(mac, near, far, outer_ecn, inner_ecn), iface=dev, verbose=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
