# SPDX-License-Identifier: Apache-2.0
"""What every tunnel must do, whichever its encapsulation: a far device, and adit at the near end."""
import time

from . import kernel
from .traffic import (assert_ping, device_mtu, largest_ping, ping, reported_mtu, transfer, wait_for)


def exchange(near, far, addresses, dev, mtu):
    """Pings of both ends, small and as large as the tunnel's MTU, which is `mtu`."""
    assert device_mtu(near.host, dev) == mtu
    for near_address, far_address in addresses:
        assert_ping(near.host, far_address)
        assert_ping(near.host, far_address, size=largest_ping(far_address, mtu))
        assert_ping(far.host, near_address, size=largest_ping(near_address, mtu))


def move(near, far, addresses, size=2_000_000):
    """Full-size TCP, opened by each side, hashed both ways."""
    near_address, far_address = addresses
    assert_ping(near.host, far_address)
    transfer(near.host, far.host, far_address, size)
    transfer(far.host, near.host, near_address, size)


def squeeze(near, far, addresses, mtu, fits, far_dev="k1"):
    """The path is too narrow for the tunnel's first MTU: it is told so, and TCP gets through."""
    _, far_address = addresses
    v6 = ":" in far_address
    kernel.tell_path_mtu(far, far_dev, v6, fits, mtu - (60 if v6 else 40))
    assert reported_mtu(near.host, far_address, largest_ping(far_address, mtu)) == fits
    assert_ping(near.host, far_address, size=largest_ping(far_address, fits))
    transfer(near.host, far.host, far_address, 2_000_000)


def restart(near, far_address, peer, pause=1):
    """The peer goes, comes back, and the tunnel works again by itself."""
    assert_ping(near.host, far_address)
    peer.delete()
    assert ping(near.host, far_address, count=2, wait=1) == 0
    time.sleep(pause)
    peer.create()
    wait_for("the tunnel works again", lambda: ping(near.host, far_address, count=1, wait=1), 15)
    assert_ping(near.host, far_address)
