# SPDX-License-Identifier: Apache-2.0
"""What `adit recover` undoes, and what it leaves alone."""
import fcntl

import pytest


def netns(box):
    return box.sh("stat -Lc '%d %i' /proc/self/ns/net").split()


def write(box, name, lines, torn=""):
    dev, ino = netns(box)
    box.run_dir.mkdir(mode=0o755, exist_ok=True)
    path = box.run_dir / f"{name}.journal"
    head = f"adit 1 4194303 1 {int(dev):x}:{int(ino):x}"
    path.write_text("\n".join([head, *lines]) + "\n" + torn)
    return path


def index(box, dev):
    return box.devices()[dev]["ifindex"]


@pytest.fixture
def tap(box):
    box.sh("ip tuntap add dev rc0 mode tap; ip link set rc0 up")
    return index(box, "rc0")


def test_removes_its_device(box, tap):
    write(box, "dead", ["want rc0", f"made rc0 {tap}"])
    dry = box.adit("recover", "--dry-run")
    assert "would remove the device rc0" in dry.stdout and "rc0" in box.devices()
    assert "removed the device rc0" in box.adit("recover").stdout
    assert "rc0" not in box.devices() and box.files() == []
    again = box.adit("recover")
    assert again.returncode == 0 and again.stdout == "nothing to recover\n"


def test_leaves_a_strangers_device_of_that_name(box, tap):
    write(box, "dead", ["want rc0", f"made rc0 {tap + 1}"])
    assert box.adit("recover").returncode == 0
    assert "rc0" in box.devices() and box.files() == []


def test_leaves_a_renamed_device(box, tap):
    write(box, "dead", [f"made other {tap}"])
    box.adit("recover")
    assert "rc0" in box.devices()


def test_leaves_other_namespaces_alone(box, tap):
    path = write(box, "dead", [f"made rc0 {tap}"])
    path.write_text(path.read_text().replace(netns_id(box), "4:1"))
    assert box.adit("recover").returncode == 0
    assert "rc0" in box.devices() and box.files() == []


def netns_id(box):
    dev, ino = netns(box)
    return f"{int(dev):x}:{int(ino):x}"


def test_torn_last_line_was_never_done(box, tap):
    write(box, "dead", ["want rc0"], torn=f"made rc0 {tap}")
    assert box.adit("recover").returncode == 0
    assert "rc0" in box.devices() and box.files() == []


def test_void_line_was_never_done(box, tap):
    box.sh("ip addr add 10.97.0.1/24 dev rc0")
    write(box, "dead", [f"addr rc0 {tap} 10.97.0.1/24", "void"])
    box.adit("recover")
    assert "10.97.0.1/24" in box.sh("ip addr show rc0")


def test_removes_addresses_and_routes(box, tap):
    box.sh("ip addr add 10.97.0.1/24 dev rc0; ip addr add fd97::1/64 dev rc0 nodad;"
           "ip route add 10.96.0.0/16 dev rc0; ip -6 route add fd96::/64 dev rc0")
    write(box, "dead", [f"addr rc0 {tap} 10.97.0.1/24", f"addr rc0 {tap} fd97::1/64",
                        f"route rc0 {tap} 10.96.0.0/16", f"route rc0 {tap} fd96::/64",
                        f"route rc0 {tap} 10.95.0.0/16"])
    assert box.adit("recover").returncode == 0
    left = box.sh("ip addr show rc0; ip route; ip -6 route")
    for gone in ("10.97.0.1", "fd97::1", "10.96.0.0", "fd96::"):
        assert gone not in left
    assert box.files() == []


def test_removes_only_sockets_of_the_run_directory(box):
    victim = box.dir / "victim.sock"
    victim.write_text("")
    write(box, "dead", ["sock ../victim.sock", "sock dead.sock", f"sock {victim}"])
    (box.run_dir / "dead.sock").write_text("")
    assert box.adit("recover").returncode == 0
    assert victim.exists() and box.files() == []


@pytest.mark.parametrize("text", ["", "\n\n\n", "nonsense\n", "adit 1\nmade\naddr x\nroute a b c\n",
                                  "child 0 0\nchild -1 1\nchild 1 1\n", "\0\0\0\n", "void\nvoid\n",
                                  "made " + "x" * 5000 + " 1\n"])
def test_broken_journals(box, text):
    before = box.state()
    box.run_dir.mkdir(mode=0o755)
    (box.run_dir / "dead.journal").write_text(text)
    assert box.adit("recover").returncode == 0
    box.assert_clean(before)


def test_leaves_the_living_alone(box, tap):
    path = write(box, "alive", [f"made rc0 {tap}"])
    with open(path, encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert box.adit("recover").stdout == "nothing to recover\n"
        assert "rc0" in box.devices() and box.files() == ["alive.journal"]
