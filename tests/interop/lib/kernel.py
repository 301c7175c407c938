# SPDX-License-Identifier: Apache-2.0
"""Tunnel devices of a kernel, this machine's or the guest's: the peers of the tests."""
import hashlib

# (kind, outer family) to iproute2's name of the device and what it needs besides.
KINDS = {
    ("gre", 4): "gre",
    ("gre", 6): "ip6gre encaplimit none",
    ("gretap", 4): "gretap",
    ("gretap", 6): "ip6gretap encaplimit none",
    ("4in4", 4): "ipip",
    ("6in4", 4): "sit",
    ("4in6", 6): "ip6tnl mode ipip6 encaplimit none",
    ("6in6", 6): "ip6tnl mode ip6ip6 encaplimit none",
    ("6in6 with encapsulation limit", 6): "ip6tnl mode ip6ip6",
}


class Device:
    """One tunnel device; made anew it has the same MAC address, as a machine that restarts has."""

    def __init__(self, site, name, words, inner):
        self.site, self.name, self.words, self.inner = site, name, words, inner
        self.create()

    def create(self):
        script = [f"ip link add {self.name} {self.words}"]
        script += [f"ip addr add {address} dev {self.name}" + (" nodad" if ":" in address else "")
                   for address in self.inner]
        script.append(f"ip link set {self.name} up")
        self.site.host.run("\n".join(script))

    def delete(self):
        self.site.host.run(["ip", "link", "del", self.name])



def mac(site, name):
    digest = hashlib.sha256(f"{site.v4} {name}".encode()).hexdigest()
    return "02:" + ":".join(digest[i:i + 2] for i in range(0, 10, 2))


def tunnel(site, remote, kind, family, inner, options=""):
    """A device of KINDS from `site` to the site `remote`."""
    address = f"address {mac(site, 'k1')} " if kind == "gretap" else ""
    words = (f"{address}type {KINDS[kind, family]} local {site.address(family)} "
             f"remote {remote.address(family)} {options}")
    return Device(site, "k1", words, inner)


def vxlan(site, remote, family, inner, vni=42, name="k1", options="dstport 4789"):
    """A VXLAN device; without a remote it learns or is told where to send."""
    options = f"dev {site.dev} {options}"
    to = f"remote {remote.address(family)} " if remote else ""
    words = f"address {mac(site, name)} type vxlan id {vni} {to}local {site.address(family)} {options}"
    return Device(site, name, words, inner)


def tell_path_mtu(site, dev, v6, fits, mss):
    """Give `dev` a route that knows what its path carries; peers may still send `mss` at once.

    A kernel does not always learn the path's MTU for packets of its own in a tunnel.
    """
    route = "-6 route add fd09::/64 metric 100" if v6 else "-4 route replace 10.9.0.0/24"
    site.host.run(f"ip {route} dev {dev} mtu {fits} advmss {mss}")
