# SPDX-License-Identifier: Apache-2.0
"""adit inside the stock Debian kernel, as users of older kernels run it.

    guest: t1 10.9.0.2 ==(vxlan 42)== k1 10.9.0.1 :a     the far kernel is this machine's
    guest: t1 10.9.0.2 ==(gre 7)==== t1 10.9.0.1 :a      adit at both ends
"""
import pytest

from lib import kernel, stacks
from lib.adit import adit
from lib.ends import FAR, FAR4, FAR6, NEAR, NEAR4, NEAR6
from lib.scenarios import move
from lib.traffic import assert_ping, device_mtu

FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["over4", "over6"])


@FAMILIES
def test_vxlan_to_this_kernel(lab, station, up, capture, family):
    near, guest = lab.beside_guest(station)
    kernel.vxlan(near, guest, family, NEAR)
    tunnel = up(guest.host, stacks.vxlan(guest, near, family, FAR))
    assert device_mtu(guest.host, "t1") == (1450 if family == 4 else 1430)
    taken = capture(near.host)
    for address in (NEAR4, NEAR6):
        assert_ping(guest.host, address)
    move(near, guest, (NEAR4, FAR4))
    taken.assert_clean(f"vxlan and {'ip' if family == 4 else 'ipv6'}.src == "
                       f"{guest.address(family)}")
    tunnel.close()


@FAMILIES
def test_gre_between_two_adits(lab, station, up, family):
    near, guest = lab.beside_guest(station)
    far = up(guest.host, stacks.gre(guest, near, family, FAR, options="key=7"))
    up(near.host, stacks.gre(near, guest, family, NEAR, options="key=7"))
    for address in (FAR4, FAR6):
        assert_ping(near.host, address)
    move(near, guest, (NEAR6, FAR6))
    far.close("SIGTERM")


def test_recover_after_kill(lab, station, up):
    """Both processes killed: the next start or `adit recover` leaves the host as before."""
    near, guest = lab.beside_guest(station)
    tunnel = up(guest.host, stacks.gre(guest, near, 4, FAR))
    guest.host.run("kill -9 $(pidof adit)")
    adit(guest.host, "recover")
    tunnel.assert_gone()
