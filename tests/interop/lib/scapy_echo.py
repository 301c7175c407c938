# SPDX-License-Identifier: Apache-2.0
"""Ask the guest's tunnel device for an echo by a packet that scapy made.  Runs as a program.

    scapy_echo.py DEV MAC NEAR FAR OPTIONS INNER-FAR
OPTIONS are those of a GRE device ("key 7 seq csum"), or "none" for IP in IP.  It succeeds,
and prints the layers, when the echo reply comes back in the same encapsulation.
"""
import sys
import threading
import time

from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import GRE, Ether
from scapy.packet import Raw
from scapy.sendrecv import AsyncSniffer, sendp

NEAR4, NEAR6 = "10.9.0.1", "fd09::1"
PAYLOAD = Raw(b"adit" * 8)


def outer(near, far):
    return IPv6(src=near, dst=far) if ":" in near else IP(src=near, dst=far)


def echo(inner_far):
    if ":" in inner_far:
        return IPv6(src=NEAR6, dst=inner_far) / ICMPv6EchoRequest(id=7, seq=1) / PAYLOAD
    return IP(src=NEAR4, dst=inner_far) / ICMP(id=7, seq=1) / PAYLOAD


def gre(options):
    words = options.split()
    flags = {}
    if "key" in words:
        flags.update(key_present=1, key=int(words[words.index("key") + 1]))
    if "seq" in words:
        # A receiver takes no number twice, so a later run begins above an earlier one.
        flags.update(seqnum_present=1, sequence_number=int(time.time() * 8) & 0x3FFFFFFF)
    if "csum" in words:
        flags.update(chksum_present=1)
    return GRE(**flags)


def is_reply(packet, far, header):
    """An echo reply inside what `far` sent, behind a GRE header with the same flags."""
    ip = packet.payload
    if getattr(ip, "src", None) != far:
        return False
    if header is not None:
        got = packet.getlayer(GRE)
        if got is None or (got.key, got.chksum_present, got.seqnum_present) != (
                header.key, header.chksum_present, header.seqnum_present):
            return False
    icmp = packet.getlayer(ICMP)
    return ICMPv6EchoReply in packet or (icmp is not None and icmp.type == 0)


def main(dev, mac, near, far, options, inner_far):
    header = None if options == "none" else gre(options)
    inner = echo(inner_far)
    packet = Ether(dst=mac) / outer(near, far) / (inner if header is None else header / inner)
    listening = threading.Event()
    sniffer = AsyncSniffer(iface=dev, count=1, timeout=10, started_callback=listening.set,
                           lfilter=lambda p: is_reply(p, far, header))
    sniffer.start()
    listening.wait(5)
    for _ in range(5):
        sendp(packet, iface=dev, verbose=False)
        sniffer.thread.join(1.5)
        if not sniffer.thread.is_alive():
            break
        if header is not None and header.seqnum_present:
            packet[GRE].sequence_number += 1  # a number is taken once
    sniffer.thread.join()
    for reply in sniffer.results:
        print(" / ".join(layer.__name__ for layer in reply.layers()))
    return 0 if sniffer.results else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
