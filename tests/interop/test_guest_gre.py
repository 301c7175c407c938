# SPDX-License-Identifier: Apache-2.0
"""GRE with a stock Debian kernel.

    a: t1 10.9.0.1 ==(gre)== k1 10.9.0.2 :guest          underlay as lib/lab.py draws it
"""
import pytest

from lib import kernel, stacks
from lib.ends import DEV, FAR, FAR4, FAR6, NEAR, NEAR4, NEAR6
from lib.scenarios import exchange, move, restart, squeeze
from lib.traffic import assert_ping

FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["over4", "over6"])
SHAPES = pytest.mark.parametrize("shape", ["tun", "tap"])
# The kernel's words, adit's words, bytes that they add, what tshark shows of a packet.
OPTIONS = [("", "", 0), ("key 7", "key=7", 4), ("seq", "seq", 4), ("csum", "csum", 4),
           ("key 7 seq csum", "key=7 seq csum", 12)]
BOTH = ((NEAR4, FAR4), (NEAR6, FAR6))
KIND = {"tun": "gre", "tap": "gretap"}


def tunnel_mtu(path, family, shape, extra=0):
    return path - (20 if family == 4 else 40) - 4 - extra - (14 if shape == "tap" else 0)


def build(up, near, far, family, shape, kernel_words="", words=""):
    peer = kernel.tunnel(far, near, KIND[shape], family, FAR, kernel_words)
    tunnel = up(near.host, stacks.gre(near, far, family, NEAR, shape, DEV, words))
    return peer, tunnel


def from_near(near, family):
    """GRE itself: the host's own ICMP errors quote what came before adit was up."""
    ip, proto = ("ip", "proto") if family == 4 else ("ipv6", "nxt")
    return f"{ip}.{proto}#1 == 47 and {ip}.src#1 == {near.address(family)}"


@FAMILIES
@SHAPES
@pytest.mark.parametrize("kernel_words,words,extra", OPTIONS, ids=[o[1] or "bare" for o in OPTIONS])
def test_ping(lab, station, up, capture, family, shape, kernel_words, words, extra):
    near, far = lab.beside_guest(station)
    taken = capture(near.host)
    build(up, near, far, family, shape, kernel_words, words)
    exchange(near, far, BOTH, DEV, tunnel_mtu(1500, family, shape, extra))
    taken.assert_clean(from_near(near, family))
    rows = taken.fields(from_near(near, family), "gre.key", "gre.sequence_number",
                        "gre.checksum.status")
    keys, numbers, sums = zip(*rows)
    assert set(keys) == {"0x00000007" if "key" in words else ""}
    assert set(sums) == {"1" if "csum" in words else ""}
    if "seq" in words:
        assert [int(number) for number in numbers] == list(range(len(numbers)))
    else:
        assert set(numbers) == {""}


@FAMILIES
@SHAPES
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "offloads"])
def test_tcp(lab, station, up, capture, family, shape, plain):
    near, far = lab.beside_guest(station, plain)
    build(up, near, far, family, shape)
    taken = capture(near.host) if plain else None
    move(near, far, (NEAR4, FAR4))
    move(near, far, (NEAR6, FAR6), size=500_000)
    if plain:
        taken.assert_clean(from_near(near, family))


@FAMILIES
@SHAPES
@pytest.mark.parametrize("inner", BOTH, ids=["inner4", "inner6"])
def test_path_mtu_too_small(lab, station, up, family, shape, inner):
    near, far = lab.routed_to_guest(station, 1400)
    build(up, near, far, family, shape)
    squeeze(near, far, inner, tunnel_mtu(1500, family, shape), tunnel_mtu(1400, family, shape))


@FAMILIES
@SHAPES
def test_peer_restarts(lab, station, up, family, shape):
    near, far = lab.beside_guest(station)
    peer, _ = build(up, near, far, family, shape, "key 7", "key=7")
    restart(near, FAR4, peer)


@FAMILIES
def test_adit_restarts(lab, station, up, family):
    near, far = lab.beside_guest(station)
    _, tunnel = build(up, near, far, family, "tun")
    assert_ping(near.host, FAR4)
    tunnel.close()
    tunnel = up(near.host, stacks.gre(near, far, family, NEAR))
    assert_ping(near.host, FAR6)
    tunnel.close("SIGTERM")


def test_wrong_key_is_refused(lab, station, up):
    near, far = lab.beside_guest(station)
    kernel.tunnel(far, near, "gre", 4, FAR, "key 8")
    up(near.host, stacks.gre(near, far, 4, NEAR, options="key=7"))
    done = near.host.run(["ping", "-c", "2", "-i", "0.2", "-W", "1", FAR4], check=False)
    assert "0 received" in done.out
    done = far.host.run(["ping", "-c", "2", "-i", "0.2", "-W", "1", NEAR4], check=False)
    assert "0 received" in done.out
