# SPDX-License-Identifier: Apache-2.0
"""What goes wrong at start is said, ends with a status of its own, and leaves nothing behind."""
import re

import pytest

from lib import kernel, stacks
from lib.adit import ADIT, adit, system_state
from lib.ends import FAR, FAR4, NEAR
from lib.traffic import assert_ping


def refused(host, words, *expected):
    """`adit up` ends by itself with an error that has these words, and the host is as before."""
    before = system_state(host)
    done = adit(host, "up", *words.split(), check=False, timeout=10)
    assert done.rc != 0
    assert done.err.startswith("adit: "), done.err
    for word in expected:
        assert re.search(word, done.err), f"no {word!r} in: {done.err}"
    assert system_state(host) == before
    return done


def test_address_that_is_not_ours(lab):
    near, _ = lab.direct()
    refused(near.host, "tap t1 / vxlan vni=42 / udp 198.51.100.2 local=198.51.100.77",
            r"198\.51\.100\.77", "udp")


def test_port_that_is_taken(lab):
    near, far = lab.direct()
    kernel.vxlan(near, far, 4, NEAR, name="k9")
    refused(near.host, stacks.vxlan(near, far, 4, ()), "4789", "udp")


def test_port_that_another_adit_has(lab, up):
    near, far = lab.direct()
    up(near.host, stacks.vxlan(near, far, 4, (), name="t1"), "t1")
    refused(near.host, stacks.vxlan(near, far, 4, (), name="t2", vni=43), "4789", "t1")


def test_device_that_is_there(lab):
    near, far = lab.direct()
    near.host.run("ip link add t1 type bridge")
    refused(near.host, stacks.gre(near, far, 4, ()), "t1", "exists|already|in use|busy")


def test_name_that_is_up(lab, up):
    near, far = lab.direct()
    kernel.vxlan(far, near, 4, FAR)
    up(near.host, stacks.vxlan(near, far, 4, NEAR))
    refused(near.host, stacks.vxlan(near, far, 4, ()), "t1")
    assert_ping(near.host, FAR4)


@pytest.mark.parametrize("stack,expected", [
    ("tap t1 / vxlan vni=99999999 / udp 198.51.100.2", "vni"),
    ("tap t1 / vxlan vnu=42 / udp 198.51.100.2", "vni"),
    ("tap t1 / vxlam vni=42 / udp 198.51.100.2", "vxlan"),
    ("tun t1 / gre key=42 / tcp 198.51.100.2:9", "stream"),
    ("tun t1 / vxlan vni=42 / udp 198.51.100.2", "frame|tap"),
])
def test_words_that_do_not_fit(lab, stack, expected):
    near, _ = lab.direct()
    done = refused(near.host, stack, expected)
    assert "^" in done.err, done.err


def test_without_the_right(lab):
    """Who is not root is told which capability is missing."""
    near, far = lab.direct()
    stack = stacks.gre(near, far, 4, ())
    done = near.host.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                          "--inh-caps=-all", ADIT, "up", *stack.split()], check=False, timeout=10)
    assert done.rc != 0
    assert "CAP_NET_ADMIN" in done.err, done.err
