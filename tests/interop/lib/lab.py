# SPDX-License-Identifier: Apache-2.0
"""Hosts, and the wires and routers between them.

A site is a host with its device and its addresses on the underlay:

    direct   a 198.51.100.1 --------------------------------- 198.51.100.2 b
    routed   a 198.51.100.1 --- .254 r ~~narrow~~ s .254 ---- 203.0.113.2  b
    guest    a 10.77.0.1 ------------- switch === tap ------- 10.77.0.2    guest
    routed   a 198.51.100.1 --- .254 r ~~narrow~~ s .253 - switch - 10.77.0.2 guest

IPv6 beside it: 2001:db8:1::/64, 2001:db8:2::/64 and fd77::/64.
"""
import dataclasses

from guest.image import GuestError

from .host import Host

PLAIN = "tx off rx off sg off tso off gso off gro off tx-udp-segmentation off"


@dataclasses.dataclass
class Site:
    """Where a host stands on the underlay."""
    host: object
    dev: str
    v4: str
    v6: str

    def address(self, family):
        return self.v4 if family == 4 else self.v6


class Lab:
    """Everything that one test builds; close() takes it all away."""

    def __init__(self):
        self.hosts = []
        self.undo = []

    def host(self, name):
        host = Host(name)
        self.hosts.append(host)
        return host

    def close(self):
        for step in reversed(self.undo):
            step()
        for host in reversed(self.hosts):
            host.close()

    @staticmethod
    def wire(left, left_dev, right, right_dev, mtu=1500, plain=True):
        """A veth pair; on a plain one every packet crosses alone and with its checksums."""
        left.run(["ip", "link", "add", left_dev, "mtu", mtu, "type", "veth",
                  "peer", "name", right_dev, "mtu", mtu, "netns", right.name])
        for host, dev in ((left, left_dev), (right, right_dev)):
            if plain:
                host.run(f"ethtool -K {dev} {PLAIN} >/dev/null")
            host.run(f"ip link set {dev} up")

    @staticmethod
    def address(host, dev, *addresses):
        for address in addresses:
            flag = " nodad" if ":" in address else ""
            host.run(f"ip addr add {address} dev {dev}{flag}")

    def direct(self, mtu=1500, plain=True, count=2):
        """`count` sites on one segment (a bridge when they are more than two)."""
        hosts = [self.host(chr(ord("a") + i)) for i in range(count)]
        if count == 2:
            self.wire(hosts[0], "eth0", hosts[1], "eth0", mtu, plain)
        else:
            switch = self.host("sw")
            switch.run("ip link add br0 type bridge; ip link set br0 up")
            for index, host in enumerate(hosts):
                self.wire(host, "eth0", switch, f"p{index}", mtu, plain)
                switch.run(f"ip link set p{index} master br0")
        sites = []
        for index, host in enumerate(hosts, 1):
            self.address(host, "eth0", f"198.51.100.{index}/24", f"2001:db8:1::{index}/64")
            sites.append(Site(host, "eth0", f"198.51.100.{index}", f"2001:db8:1::{index}"))
        return sites

    def routers(self, a, narrow):
        """Routers r and s joined by a narrow link; r stands on a's wire.  Returns s."""
        r, s = self.host("r"), self.host("s")
        for router in (r, s):
            router.run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
        self.wire(a, "eth0", r, "in0")
        self.wire(r, "mid0", s, "mid0", narrow)
        self.address(a, "eth0", "198.51.100.1/24", "2001:db8:1::1/64")
        self.address(r, "in0", "198.51.100.254/24", "2001:db8:1::254/64")
        self.address(r, "mid0", "192.0.2.1/24", "2001:db8:3::1/64")
        self.address(s, "mid0", "192.0.2.2/24", "2001:db8:3::2/64")
        for host, v4, v6 in ((a, "198.51.100.254", "2001:db8:1::254"),
                             (r, "192.0.2.2", "2001:db8:3::2"), (s, "192.0.2.1", "2001:db8:3::1")):
            host.run(f"ip route add default via {v4}; ip route add default via {v6}")
        return s

    def routed(self, narrow=1400):
        """Two sites whose path is narrow in its middle."""
        a, b = self.host("a"), self.host("b")
        s = self.routers(a, narrow)
        self.wire(s, "out0", b, "eth0")
        self.address(s, "out0", "203.0.113.254/24", "2001:db8:2::254/64")
        self.address(b, "eth0", "203.0.113.2/24", "2001:db8:2::2/64")
        b.run("ip route add default via 203.0.113.254; ip route add default via 2001:db8:2::254")
        return (Site(a, "eth0", "198.51.100.1", "2001:db8:1::1"),
                Site(b, "eth0", "203.0.113.2", "2001:db8:2::2"))

    def beside_guest(self, station, plain=True):
        """A site on the guest's segment, and the guest's own."""
        a = self.host("a")
        self.wire(a, "eth0", station.switch, "pa", plain=plain)
        station.switch.run("ip link set pa master br0")
        self.address(a, "eth0", "10.77.0.1/24", "fd77::1/64")
        return Site(a, "eth0", "10.77.0.1", "fd77::1"), station.site()

    def routed_to_guest(self, station, narrow=1400):
        """A site and the guest, their path narrow in its middle."""
        a = self.host("a")
        s = self.routers(a, narrow)
        self.wire(s, "out0", station.switch, "pr")
        station.switch.run("ip link set pr master br0")
        self.address(s, "out0", "10.77.0.253/24", "fd77::253/64")
        station.guest.run("ip route add 198.51.100.0/24 via 10.77.0.253\n"
                          "ip route add 2001:db8:1::/64 via fd77::253")
        return Site(a, "eth0", "198.51.100.1", "2001:db8:1::1"), station.site()


class Station:
    """The guest of a run, behind a switch that tests plug their wires into."""

    MODULES = "tun ip_gre ip6_gre ipip sit ip6_tunnel vxlan sch_netem"

    def __init__(self, guest_class):
        self.switch = Host("gsw")
        self.switch.run("ip link add br0 type bridge; ip link set br0 up\n"
                        "ip tuntap add dev tap0 mode tap; ip link set tap0 master br0 up")
        self.guest_class = guest_class
        self.guest = None

    def ready(self):
        """The guest, booted anew when it is not there or hangs, and clean of other tests."""
        try:
            if self.guest and self.guest.alive():
                self.clean()
                return self
        except GuestError:
            pass  # it hangs: the next one starts from nothing
        if self.guest:
            self.guest.stop()
        self.guest = self.guest_class(self.switch.name, ["tap0"]).start()
        self.guest.run(f"modprobe -a {self.MODULES}\n"
                       "sysctl -qw net.ipv6.conf.all.accept_dad=0"
                       " net.ipv6.conf.default.accept_dad=0"
                       " net.ipv6.conf.default.router_solicitations=0\n"
                       "ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null\n"
                       "ip link set eth0 up", timeout=60)
        self.clean()
        return self

    def clean(self):
        """Only lo, eth0 and the modules' own fallback devices stay."""
        self.guest.run("""
            for d in /sys/class/net/*; do
                case ${d##*/} in lo|eth0|*0) ;; *) ip link del ${d##*/} ;; esac
            done
            ip addr flush dev eth0; ip route flush cache; ip -6 route flush cache
            ip -6 route flush proto boot
            tc qdisc del dev eth0 root 2>/dev/null || true
            ip neigh flush dev eth0
            ip link set eth0 mtu 1500
            ip addr add 10.77.0.2/24 dev eth0; ip addr add fd77::2/64 dev eth0 nodad""")

    def site(self):
        return Site(self.guest, "eth0", "10.77.0.2", "fd77::2")

    def close(self):
        if self.guest:
            self.guest.stop()
        self.switch.close()
