# SPDX-License-Identifier: Apache-2.0
"""The fixtures themselves: what the other tests lean on holds without adit."""
import pathlib

import pytest

from guest.guest import GuestError
from lib import kernel
from lib.ends import FAR, FAR4, FAR6, NEAR
from lib.traffic import assert_ping, transfer

ECHO = str(pathlib.Path(__file__).parent / "lib" / "scapy_echo.py")
MAC = "52:54:00:ad:17:01"
GRE = ["", "key 7", "seq", "csum", "key 7 seq csum"]


def scapy_echo(near, far, family, options, inner_far):
    argv = ["/usr/bin/python3", ECHO, "eth0", MAC, near.address(family), far.address(family),
            options, inner_far]
    return near.host.run(argv, timeout=20).out


def test_a_malformed_packet_is_noticed(lab, capture):
    near, far = lab.direct()
    taken = capture(far.host)
    near.host.run(["/usr/bin/python3", "-c", """
from scapy.all import *
sendp(Ether(dst="ff:ff:ff:ff:ff:ff") / IP(src="198.51.100.1", dst="198.51.100.2") /
      UDP(dport=4789, sport=5) / Raw(b"\\x08\\0\\0\\0\\0\\0\\x2a\\0" + b"\\0" * 9),
      iface="eth0", verbose=False)"""])
    assert_ping(near.host, far.v4)
    with pytest.raises(AssertionError, match="tshark objects"):
        taken.assert_clean("udp")


def test_a_wrong_checksum_is_noticed(lab, capture):
    near, far = lab.direct()
    taken = capture(far.host)
    near.host.run(["/usr/bin/python3", "-c", """
from scapy.all import *
sendp(Ether(dst="ff:ff:ff:ff:ff:ff") / IP(src="198.51.100.1", dst="198.51.100.2") /
      UDP(dport=9, sport=5, chksum=1) / Raw(b"x"), iface="eth0", verbose=False)"""])
    assert_ping(near.host, far.v4)
    with pytest.raises(AssertionError, match="tshark objects"):
        taken.assert_clean("udp")


def test_guest_is_a_stock_kernel(station):
    assert station.guest.kernel.startswith("6.1.0-")


def test_guest_command_that_hangs_is_ended(station):
    with pytest.raises(GuestError, match="still running after 1 s"):
        station.guest.run("sleep 60", timeout=1)
    assert station.guest.run("echo alive").out == "alive\n"


def test_guest_reaches_nothing_but_its_wire(station):
    assert not station.guest.run("ping -c 1 -W 1 192.0.2.99", check=False)
    assert station.guest.run("ip route show default").out == ""


def test_tcp_with_the_guest(lab, station):
    near, far = lab.beside_guest(station)
    transfer(near.host, far.host, far.v4)
    transfer(far.host, near.host, near.v6)


def test_narrow_path_to_the_guest(lab, station):
    near, far = lab.routed_to_guest(station)
    transfer(near.host, far.host, far.v4)
    transfer(far.host, near.host, near.v6)


@pytest.mark.parametrize("family", [4, 6])
def test_guest_vxlan_and_this_kernel(lab, station, family):
    near, far = lab.beside_guest(station)
    kernel.vxlan(near, far, family, NEAR)
    kernel.vxlan(far, near, family, FAR)
    assert_ping(near.host, FAR4)
    transfer(near.host, far.host, FAR6)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("options", GRE)
def test_guest_gre_answers_scapy(lab, station, family, options):
    near, far = lab.beside_guest(station)
    kernel.tunnel(far, near, "gre", family, FAR, options)
    for inner_far in (FAR4, FAR6):
        assert "GRE" in scapy_echo(near, far, family, options, inner_far)


@pytest.mark.parametrize("kind,inner_far", [("4in4", FAR4), ("6in4", FAR6),
                                            ("4in6", FAR4), ("6in6", FAR6)])
def test_guest_ipip_answers_scapy(lab, station, kind, inner_far):
    near, far = lab.beside_guest(station)
    kernel.tunnel(far, near, kind, int(kind[-1]), FAR)
    scapy_echo(near, far, int(kind[-1]), "none", inner_far)
