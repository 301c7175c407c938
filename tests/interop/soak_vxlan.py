# SPDX-License-Identifier: Apache-2.0
"""One tunnel under load for long: `./dev soak [MINUTES]`.  Not part of `./dev test`.

Transfers of both kinds and idle times take turns; the program may not ask the system for more
memory after the first turns, nor hold more packet cells at rest, no transfer may fail, and the host
is as before at the end. Resident memory is shown: it grows to what the pools, all asked for at
the start, were ever used.
"""
import os
import time

from lib import kernel, stacks
from lib.ends import FAR, FAR4, FAR6, NEAR, NEAR4
from lib.traffic import assert_ping, transfer

MINUTES = float(os.environ.get("ADIT_SOAK_MINUTES", "10"))
SETTLED = 3  # turns
GROWTH_KB = 256
RESIDENT_KB = 32 * 1024
CELLS = 16


def memory_kb(host, what):
    """Of all processes of the program together."""
    return int(host.run(f"for p in $(pidof adit); do sed -n 's/^{what}:[^0-9]*\\([0-9]*\\).*/\\1/p' "
                        "/proc/$p/status; done | awk '{ n += $1 } END { print n }'").out)


def cells(tunnel):
    pools = tunnel.status()["pools"]
    return pools["small_cells_out"] + pools["large_cells_out"]


def test_soak(lab, up):
    near, far = lab.direct(plain=False)
    kernel.vxlan(far, near, 4, FAR)
    tunnel = up(near.host, stacks.vxlan(near, far, 4, NEAR))
    turns, asked, held, begin = 0, None, None, time.monotonic()
    while time.monotonic() - begin < 60 * MINUTES:
        transfer(near.host, far.host, FAR4 if turns % 2 else FAR6, size=500_000_000)
        transfer(far.host, near.host, NEAR4, size=500_000_000)
        time.sleep(2)
        assert_ping(near.host, FAR4)
        turns += 1
        now, out = memory_kb(near.host, "VmData"), cells(tunnel)
        resident = memory_kb(near.host, "VmRSS")
        print(f"turn {turns}: {time.monotonic() - begin:.0f} s, {now} kB asked for, {resident} kB "
              f"resident, {out} cells held", flush=True)
        if turns == SETTLED:
            asked, held = now, out
        assert asked is None or now < asked + GROWTH_KB, f"{asked} kB became {now} kB"
        assert held is None or out < held + CELLS, f"{held} cells became {out}"
        assert resident < RESIDENT_KB
    tunnel.close()
