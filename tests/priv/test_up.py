# SPDX-License-Identifier: Apache-2.0
"""Starting, failing half-way, names, users, the control socket, exit codes."""
import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import time

import pytest
from conftest import BUILD, wait_for

VXLAN = ("/", "vxlan", "vni=1", "/", "udp", "127.0.0.1")
USER = 64123


def tap(name, dev="", port=4789):
    return ("tap", *([dev] if dev else []), f"name={name}", *VXLAN, f"local=:{port}")


def holder(box, code):
    """A Python process in the namespace that holds something until it is closed."""
    job = subprocess.Popen(box.argv(["/usr/bin/python3", "-c",
                                     code + "\nprint('held', flush=True); input()"]),
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert job.stdout.readline() == "held\n"
    return job


def fails(box, code, *words, says=""):
    before = box.state()
    done = box.adit("up", *words)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    box.assert_clean(before)
    return done.stderr


def test_port_taken(box):
    job = holder(box, "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                      "s.bind(('0.0.0.0', 4789))")
    before = box.state()
    done = box.adit("up", *tap("one"))
    job.communicate("\n")
    assert done.returncode == 5, done.stderr
    assert "4789" in done.stderr
    box.assert_clean(before)


def test_port_of_another_adit(box):
    """Whoever has it is named, unless it cannot be asked or is in another namespace."""
    box.up(*tap("one"))
    done = box.adit("up", *tap("two"))
    assert done.returncode == 5
    assert "UDP port 4789 is taken by the tunnel one" in done.stderr
    box.up(*tap("three", port=4790))
    done = box.adit("up", *tap("two", port=4790))
    assert "4790 is taken by the tunnel three" in done.stderr
    box.up("listen", "127.0.0.1:4791", "to=127.0.0.1:9", "name=four", "/", "tcp")
    done = box.adit("up", "listen", ":4791", "to=127.0.0.1:9", "name=five", "/", "tcp")
    assert done.returncode == 5
    assert ":4791 is taken by the tunnel four" in done.stderr


def test_port_taken_in_another_namespace(box):
    """A tunnel elsewhere that has the same port is not blamed."""
    box.up(*tap("one"))
    code = ("import socket, subprocess, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
            "s.bind(('0.0.0.0', 4789)); sys.exit(subprocess.run(sys.argv[1:]).returncode)")
    done = subprocess.run(box.argv(["unshare", "-n", "sh", "-ec", 'ip link set lo up; exec "$@"', "sh",
                                    "/usr/bin/python3", "-c", code, box.adit_path, "up", *tap("two")]),
                          env=box.env, capture_output=True, text=True, timeout=20)
    assert done.returncode == 5, done.stderr
    assert "4789 is taken by another program" in done.stderr


def test_device_taken(box):
    box.sh("ip tuntap add dev dt0 mode tap")
    err = fails(box, 5, *tap("one", "dt0"), says="dt0 is there already")
    assert "tap" in err and "^" in err


def test_address_that_is_taken_after_the_device_was_made(box):
    fails(box, 5, "tun", "ha0", "10.9.0.1/30,10.9.0.1/30", "name=one", "/", "gre", "/", "ip",
          "127.0.0.1", says="10.9.0.1/30")


def test_route_that_is_taken_after_the_device_was_made(box):
    box.sh("ip tuntap add dev st0 mode tap; ip link set st0 up; ip route add 10.8.0.0/16 dev st0")
    fails(box, 5, "tun", "ha0", "10.9.0.1/30", "route=10.8.0.0/16", "name=one", "/", "gre", "/",
          "ip", "127.0.0.1", says="10.8.0.0/16")


def test_background_reports_failure(box):
    box.sh("ip tuntap add dev dt0 mode tap")
    fails(box, 5, "-b", *tap("one", "dt0"), says="dt0 is there already")


def test_background_returns_when_up(box):
    before = box.state()
    done = box.adit("up", "-b", *tap("one", "bg0"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "UP" in box.devices()["bg0"]["flags"]
    assert box.adit("down", "one").returncode == 0
    assert not box.pids()
    box.assert_clean(before)


def test_name_taken(box):
    parent, _ = box.up(*tap("one"))
    done = box.adit("up", *tap("one"))
    assert done.returncode == 5
    assert f"one is already up, process {parent}" in done.stderr


@pytest.mark.parametrize("name", ["../../etc/x", "..", ".hidden", "a/b", "a b", "\x1b[31m", "%2e"])
def test_names_stay_in_the_run_directory(box, name):
    before, around = box.state(), sorted(os.listdir(box.dir))
    assert box.adit("up", *tap(name)).returncode == 2
    assert box.adit("down", name).returncode == 4
    assert sorted(os.listdir(box.dir)) == around
    box.assert_clean(before)


def test_file_of_two_tunnels(box):
    """It takes its file's name, whatever that is; each tunnel is shown by its own."""
    before = box.state()
    path = box.dir / "%we ird\x1b.adit"
    path.write_text("tunnel one { tap fo0\n vxlan vni=1\n udp 127.0.0.1 }\n"
                    "tunnel two { tap fo1\n vxlan vni=2\n udp 127.0.0.1 }\n", encoding="utf-8")
    box.up(path)
    assert box.files() == ["%25we%20ird%1B.journal", "%25we%20ird%1B.sock"]
    assert {t["name"] for t in json.loads(box.adit("status", "--json").stdout)} == {"one", "two"}
    assert json.loads(box.adit("status", "two", "--json").stdout)["name"] == "two"
    assert box.adit("down", "%we ird\x1b").returncode == 0
    box.assert_clean(before)


@pytest.mark.parametrize("words,code", [
    ((), 2), (("frobnicate",), 2), (("up",), 2), (("up", "--workers", "x", "tap"), 2),
    (("up", "--nonsense", "tap"), 2), (("up", "gre", "/", "nonsense"), 2),
    (("up", "./no-such-file"), 4), (("down",), 2), (("down", "nobody"), 4), (("down", "--all"), 0),
    (("status",), 0), (("status", "nobody"), 4), (("recover", "x"), 2), (("recover",), 0),
    (("--version",), 0), (("help",), 0), (("help", "up"), 0), (("help", "nonsense"), 2)])
def test_exit_codes(box, words, code):
    assert box.adit(*words).returncode == code


def test_down_says_what_is_up(box):
    box.up(*tap("one"))
    box.up(*tap("two", port=4790))
    done = box.adit("down", "three")
    assert done.returncode == 4 and "one, two" in done.stderr


def test_down_all(box):
    before = box.state()
    box.up(*tap("one"))
    box.up(*tap("two", port=4790))
    assert box.adit("down", "--all").returncode == 0
    box.assert_clean(before)


def test_status(box):
    box.up(*tap("one", "sd0"))
    one = json.loads(box.adit("status", "one", "--json").stdout)
    assert one["name"] == "one" and one["layers"]
    assert [t["name"] for t in json.loads(box.adit("status", "--json").stdout)] == ["one"]
    table = box.adit("status").stdout
    assert table.startswith("one  up, for ") and ", device sd0 with MTU " in table
    assert all(layer["name"] in table for layer in one["layers"])


def test_status_of_a_hung_one(box):
    hung, packets = box.up(*tap("hung"))
    box.up(*tap("well", "sd1", 4790))
    os.kill(packets, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert json.loads(box.adit("status", "well", "--json").stdout)["name"] == "well"
        assert time.monotonic() - begun < 0.5
        done = box.adit("status", "hung")
        assert done.returncode == 1
        assert "hung is there but does not answer" in done.stderr and f"kill {hung}" in done.stderr
        done = box.adit("status", "--json")
        assert [t["name"] for t in json.loads(done.stdout)] == ["well"]
        assert "hung is there but" in done.stderr
        assert box.adit("status", "nobody").returncode == 4
    finally:
        os.kill(packets, signal.SIGCONT)


def test_status_of_a_file(box):
    path = box.dir / "office.adit"
    path.write_text("".join(f"tunnel {name} {{ tap\nvxlan vni={vni}\nudp 127.0.0.1 }}\n"
                            for vni, name in enumerate(("east", "west"))))
    box.up(path)
    assert json.loads(box.adit("status", "west", "--json").stdout)["name"] == "west"
    both = json.loads(box.adit("status", "office", "--json").stdout)
    assert [t["name"] for t in both] == ["east", "west"]


def test_status_watch(box):
    box.up(*tap("one"))
    job = subprocess.Popen(box.argv([BUILD, "status", "one", "--json", "--watch"]), env=box.env,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(2):
        assert json.loads(job.stdout.readline())["name"] == "one"
    assert box.adit("down", "one").returncode == 0
    said = job.communicate(timeout=10)[1]
    assert job.returncode == 0 and said == "adit: one is gone\n"


def ask(path, request, timeout=8.0):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(timeout)
        s.connect(str(path))
        s.sendall(request)
        got = b""
        while True:
            more = s.recv(65536)
            if not more:
                return got
            got += more


def test_control_socket(box):
    box.up(*tap("one"))
    path = box.run_dir / "one.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ask(path, b"nonsense\n") == b"error: unknown request\n"
    for junk in (b"x" * 5000, b"\0" * 64, b"status"):
        try:
            assert ask(path, junk) == b""
        except ConnectionError:
            pass
    idle = [socket.socket(socket.AF_UNIX) for _ in range(40)]
    for s in idle:
        s.connect(str(path))
    assert wait_for("idle ones are sent away", lambda: b"one" in try_ask(path), 15)
    for s in idle:
        s.close()
    assert box.adit("down", "one").returncode == 0


def try_ask(path):
    try:
        return ask(path, b"status\n")
    except OSError:
        return b""


def test_notify(box):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        path = box.dir / "notify"
        s.bind(str(path))
        s.settimeout(5)
        box.env["NOTIFY_SOCKET"] = str(path)
        box.up(*tap("one"))
        assert s.recv(100) == b"READY=1"
        assert box.adit("down", "one").returncode == 0


def as_user(box, caps):
    """A copy of the program with these capabilities, and a run directory, for another user."""
    box.adit_path = box.dir / "adit"
    shutil.copy(BUILD, box.adit_path)
    if caps:
        subprocess.run(["setcap", f"{caps}+ep", box.adit_path], check=True)
    xdg = box.dir / "xdg"
    xdg.mkdir(mode=0o700)
    os.chown(xdg, USER, USER)
    del box.env["ADIT_RUN_DIR"]
    box.env["XDG_RUNTIME_DIR"] = str(xdg)
    box.run_dir = xdg / "adit"


def test_user_without_capability(box):
    as_user(box, None)
    before = box.state()
    done = box.adit("up", *tap("one"), user=USER)
    assert done.returncode == 3
    assert "CAP_NET_ADMIN" in done.stderr and "setcap" in done.stderr
    assert not box.files()
    done = box.adit("up", "tun", "/", "gre", "/", "ip", "127.0.0.1", user=USER)
    assert done.returncode == 3
    box.assert_clean(before)


def test_user_with_one_of_two_capabilities(box):
    as_user(box, "cap_net_admin")
    done = box.adit("up", "tun", "/", "gre", "/", "ip", "127.0.0.1", user=USER)
    assert done.returncode == 3 and "CAP_NET_RAW" in done.stderr
    assert not box.files()


def test_user_with_capability(box):
    as_user(box, "cap_net_admin")
    before = box.state()
    _, child = box.up(*tap("one", "us0"), user=USER)
    text = pathlib.Path(f"/proc/{child}/status").read_text()
    for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert f"{kind}:\t{0:016x}" in text
    assert box.adit("status", user=USER).returncode == 0
    assert box.adit("down", "one", user=USER + 1).returncode != 0
    assert "us0" in box.devices()
    assert box.adit("down", "one", user=USER).returncode == 0
    box.assert_clean(before)


def test_run_directory_that_others_can_write_to(box):
    box.run_dir.mkdir()
    box.run_dir.chmod(0o777)
    before = box.state()
    done = box.adit("up", *tap("one"))
    assert done.returncode == 3 and "written to by others" in done.stderr
    assert box.state() == before


def test_start_is_quick(box):
    """Addresses wait for no duplicate detection, names for no timeout."""
    begin = time.monotonic()
    box.up("tun", "qs0", "fd99::1/64", "name=one", "/", "gre", "/", "ip", "127.0.0.1")
    assert time.monotonic() - begin < 1.5
    assert "tentative" not in box.sh("ip -6 addr show qs0")


@pytest.mark.parametrize("closed", ("<&-", "<&- >&-", "<&- >&- 2>&-", "2>&-"))
def test_closed_descriptors(box, closed):
    """Nothing that adit opens takes the place of what its caller had closed."""
    before = box.state()
    words = " ".join(tap("one"))
    box.sh(f"{BUILD} up -b {words} {closed}")
    assert json.loads(box.adit("status", "one", "--json").stdout)["name"] == "one"
    assert box.adit("down", "one").returncode == 0
    box.assert_clean(before)


@pytest.mark.parametrize("words", ("help", "protocols", "explain tap " + " ".join(VXLAN), "status"))
def test_output_cut_short(box, words):
    for to in (">/dev/full", ">&-"):
        done = subprocess.run(box.argv(["sh", "-c", f"{BUILD} {words} {to}"]), env=box.env,
                              capture_output=True, text=True)
        assert done.returncode == 1
        assert done.stderr.startswith("adit: cannot write the output: ")


def test_file_that_everyone_can_write(box):
    path = box.dir / "open.adit"
    path.write_text("tunnel a { tun / ipip / ip 127.0.0.1 }\n")
    path.chmod(0o646)
    for command in ("check", "up"):
        done = box.adit(command, path)
        assert (done.returncode, done.stderr) == (
            3, f"adit: everyone can write to {path}\nlet only its owner: chmod go-w {path}\n")
    path.chmod(0o644)
    assert box.adit("check", path).returncode == 0


def test_longest_name(box):
    name = "n" * 63
    box.up(*tap(name))
    assert json.loads(box.adit("status", name, "--json").stdout)["name"] == name
    assert box.adit("down", name).returncode == 0
