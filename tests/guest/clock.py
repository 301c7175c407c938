# SPDX-License-Identifier: Apache-2.0
"""The rate of this machine's time-stamp counter, which QEMU's TCG shows to its guest.

A guest on a busy host fails to measure it, and then waits for a timer's tick that never comes.
"""
import ctypes
import mmap
import platform
import time

# rdtsc; shl rdx,32; or rax,rdx; ret
CODE = bytes.fromhex("0f31" "48c1e220" "4809d0" "c3")


def sample(counter):
    """(ticks, nanoseconds) of one moment: the tightest of several readings."""
    best = None
    for _ in range(20):
        before = time.monotonic_ns()
        ticks = counter()
        after = time.monotonic_ns()
        if best is None or after - before < best[0]:
            best = (after - before, ticks, (before + after) // 2)
    return best[1:]


def tsc_khz():
    """None where the machine has no such counter, or lets nobody run a page of its own."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return None
    try:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return None
    page.write(CODE)
    counter = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    ticks, moment = sample(counter)
    time.sleep(0.1)
    later_ticks, later = sample(counter)
    return round((later_ticks - ticks) * 1e6 / (later - moment))


if __name__ == "__main__":
    print(tsc_khz())
