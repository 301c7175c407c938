# SPDX-License-Identifier: Apache-2.0
"""One tunnel under load for long: `./dev soak [MINUTES]`.  Not part of `./dev test`.

Transfers of both kinds and idle times take turns; resident memory may not grow after the
first turns, no transfer may fail, and the host is as before at the end.
"""
import os
import time

from lib import kernel, stacks
from lib.ends import FAR, FAR4, FAR6, NEAR, NEAR4
from lib.traffic import assert_ping, transfer

MINUTES = float(os.environ.get("ADIT_SOAK_MINUTES", "10"))
GROWTH_KB = 512


def resident_kb(host):
    """Of all processes of the program together."""
    return int(host.run("for p in $(pidof adit); do sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' "
                        "/proc/$p/status; done | awk '{ n += $1 } END { print n }'").out)


def test_soak(lab, up):
    near, far = lab.direct(plain=False)
    kernel.vxlan(far, near, 4, FAR)
    tunnel = up(near.host, stacks.vxlan(near, far, 4, NEAR))
    turns, settled, begin = 0, None, time.monotonic()
    while time.monotonic() - begin < 60 * MINUTES:
        transfer(near.host, far.host, FAR4 if turns % 2 else FAR6, size=500_000_000)
        transfer(far.host, near.host, NEAR4, size=500_000_000)
        time.sleep(2)
        assert_ping(near.host, FAR4)
        turns += 1
        now = resident_kb(near.host)
        if turns == 3:
            settled = now
        print(f"turn {turns}: {time.monotonic() - begin:.0f} s, {now} kB resident", flush=True)
        assert settled is None or now < settled + GROWTH_KB, f"{settled} kB became {now} kB"
    tunnel.close()
