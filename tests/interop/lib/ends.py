# SPDX-License-Identifier: Apache-2.0
"""The near end of a tunnel: adit's, or the kernel's as the control of the test itself.

A test that passes with the kernel at both ends and fails with adit at one is
adit's failure; one that fails with both is the fixture's.
"""
from . import kernel, stacks

NEAR4, FAR4 = "10.9.0.1", "10.9.0.2"
NEAR6, FAR6 = "fd09::1", "fd09::2"
NEAR = (f"{NEAR4}/24", f"{NEAR6}/64")
FAR = (f"{FAR4}/24", f"{FAR6}/64")
DEV = "t1"


class Control:
    """A kernel's device in adit's place."""

    name = DEV

    def __init__(self, host):
        self.host = host

    def close(self):
        self.host.run(["ip", "link", "del", DEV])


def vxlan(end, up, near, far, family, inner=NEAR):
    """A point-to-point VXLAN from `near`, made by adit or by the kernel."""
    if end == "adit":
        return up(near.host, stacks.vxlan(near, far, family, inner, DEV))
    # The kernel leaves path MTU to fragments unless told otherwise.
    kernel.vxlan(near, far, family, inner, name=DEV, options="dstport 4789")
    return Control(near.host)


def vxlan_multipoint(end, up, near, remotes, family, inner=NEAR):
    if end == "adit":
        return up(near.host, stacks.vxlan_multipoint(near, remotes, family, inner, DEV))
    kernel.vxlan(near, None, family, inner, name=DEV)
    for site in remotes:
        near.host.run(f"bridge fdb append 00:00:00:00:00:00 dev {DEV} dst {site.address(family)}")
    return Control(near.host)
