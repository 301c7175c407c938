# SPDX-License-Identifier: Apache-2.0
"""Every stack that the tests write, in the words of adit's language."""


def end(shape, name, addresses):
    return f"{shape} {name} {','.join(addresses)}".strip()


def ip(near, far, family, options=""):
    return f"ip {far.address(family)} local={near.address(family)} {options}".strip()


def udp(near, far, family, options=""):
    return f"udp {far.address(family)} local={near.address(family)} {options}".strip()


def vxlan(near, far, family, addresses, name="t1", vni=42, options=""):
    return (f"{end('tap', name, addresses)} / vxlan vni={vni} {options} / "
            f"{udp(near, far, family)}")


def vxlan_multipoint(near, remotes, family, addresses, name="t1", vni=42):
    """VXLAN on an open delivery: head-end replication to `remotes`, then what is learnt."""
    far = ",".join(site.address(family) for site in remotes)
    return (f"{end('tap', name, addresses)} / vxlan vni={vni} remotes={far} / "
            f"udp local={near.address(family)}")


def gre(near, far, family, addresses, shape="tun", name="t1", options=""):
    return f"{end(shape, name, addresses)} / gre {options} / {ip(near, far, family)}"


def ipip(near, far, family, addresses, name="t1"):
    return f"{end('tun', name, addresses)} / ipip / {ip(near, far, family)}"


def vxlan_in_gre(near, far, family, addresses, middle, name="t1", write_ip=True):
    """VXLAN in UDP in IP in GRE; `middle` is the pair of addresses that the inner UDP has.

    The IP layer in the middle may be left to completion.
    """
    inner_near, inner_far = middle
    ip_layer = f"ip {inner_far} local={inner_near} / " if write_ip else ""
    return (f"{end('tap', name, addresses)} / vxlan vni=42 / "
            f"udp {inner_far} local={inner_near} / {ip_layer}"
            f"gre key=7 / {ip(near, far, family)}")


def ipip_in_gre(near, far, family, addresses, middle, name="t1"):
    inner_near, inner_far = middle
    return (f"{end('tun', name, addresses)} / ipip / ip {inner_far} local={inner_near} / "
            f"gre key=7 / {ip(near, far, family)}")
