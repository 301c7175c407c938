# SPDX-License-Identifier: Apache-2.0
"""A stock Debian kernel under QEMU as a peer, alive for a whole test run.

The guest sees the host's root read-only under a layer that vanishes, so every
program of the host runs in it, `adit` included.  Its network cards are taps in
a namespace of the caller.  Commands go in and answers come out over a
virtio-serial port; the agent in the guest serves them side by side.
"""
import itertools
import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from .clock import tsc_khz
from .image import GuestError, Image, tool

# Seconds for the first word on the console, and until the agent answers, of one try after another.
TCG_TRIES = ((10, 30), (20, 60), (60, 180))
KVM_TRY = (10, 20)
GRACE = 15  # what the host waits beyond a command's own time


def machine_args(accel):
    if accel == "kvm":
        return ["-machine", "q35", "-accel", "kvm", "-cpu", "host"]
    return ["-machine", "microvm,pcie=on,acpi=on,isa-serial=on,rtc=on",
            "-accel", "tcg", "-cpu", "max"]


class Result:
    """What a command gave; falsy when it failed."""

    def __init__(self, rc, out, err):
        self.rc, self.out, self.err = rc, out, err

    def __bool__(self):
        return self.rc == 0


class Channel:
    """Requests to the agent and its answers, by number."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.numbers = itertools.count(1)
        self.waiting = {0: queue.Queue()}
        self.lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self.socket.makefile("rb") as lines:
            try:
                for line in lines:
                    answer = json.loads(line)
                    waiter = self.waiting.pop(answer["id"], None)
                    if waiter:
                        waiter.put(answer)
            except (OSError, ValueError):
                pass
        for waiter in list(self.waiting.values()):
            waiter.put({"error": "the guest went away"})

    def answer(self, number, seconds):
        try:
            answer = self.waiting[number].get(timeout=seconds)
        except queue.Empty:
            raise GuestError(f"no answer from the guest in {seconds} s") from None
        if "error" in answer:
            raise GuestError(answer["error"])
        return answer

    def ask(self, seconds, **request):
        request["id"] = number = next(self.numbers)
        waiter = self.waiting[number] = queue.Queue()
        with self.lock:
            self.socket.sendall(json.dumps(request).encode() + b"\n")
        try:
            answer = waiter.get(timeout=seconds + GRACE)
        except queue.Empty:
            raise GuestError(f"no answer from the guest in {seconds + GRACE} s") from None
        if "error" in answer:
            raise GuestError(answer["error"])
        return answer

    def close(self):
        self.socket.close()


class Job:
    """A command that runs on in the guest."""

    def __init__(self, guest, number):
        self.guest, self.number = guest, number

    def _result(self, answer):
        return Result(answer["rc"], answer["out"], answer["err"])

    def poll(self):
        return self._result(self.guest.channel.ask(10, op="poll", job=self.number))

    def stop(self, signal=15, timeout=10):
        return self._result(self.guest.channel.ask(
            timeout, op="stop", job=self.number, signal=int(signal), timeout=timeout))


class Guest:
    """One running guest.  `netns` holds `taps`, which exist already, one a network card."""

    def __init__(self, netns, taps):
        self.netns, self.taps = netns, taps
        self.dir = tempfile.mkdtemp(prefix="adit-guest-")
        self.process = self.channel = None
        self.kernel = ""

    def start(self):
        """Boot; more than one try is given."""
        image = Image()
        for accel, times in self._tries():
            try:
                self._boot(image, accel, *times)
                return self
            except GuestError as error:
                failure = error
                self.stop(keep_dir=True)
        raise failure

    @staticmethod
    def _tries():
        """KVM only where it is asked for: a /dev/kvm that is there need not work."""
        kvm = [("kvm", KVM_TRY)] if os.environ.get("ADIT_GUEST_KVM") else []
        return kvm + [("tcg", times) for times in TCG_TRIES]

    @staticmethod
    def _clock(accel):
        khz = tsc_khz() if accel == "tcg" else None
        return f"tsc_early_khz={khz} " if khz else ""

    def _qemu(self, image, accel):
        initrd = os.path.join(self.dir, "initrd")
        with open(initrd, "wb") as f:
            f.write(image.initrd())
        args = [tool("qemu-system-x86_64", "qemu-system-x86"), "-nodefaults", "-no-user-config",
                "-display", "none", "-no-reboot", *machine_args(accel), "-smp", "1", "-m", "768",
                "-kernel", str(image.kernel), "-initrd", initrd,
                "-append", f"{self._clock(accel)}console=ttyS0 rdinit=/init panic=-1 oops=panic quiet loglevel=4 "
                "tsc=reliable mitigations=off audit=0 net.ifnames=0",
                "-serial", f"file:{self.dir}/console",
                "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
                "-chardev", f"socket,id=agent,path={self.dir}/agent,server=on,wait=off",
                "-device", "virtserialport,chardev=agent,name=agent",
                "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
                "-device", "virtio-9p-pci,fsdev=root,mount_tag=root"]
        for index, tap in enumerate(self.taps):
            args += ["-netdev", f"tap,id=n{index},ifname={tap},script=no,downscript=no,vhost=off",
                     "-device", f"virtio-net-pci,netdev=n{index},romfile=,"
                     f"mac=52:54:00:ad:17:{index + 1:02x}"]
        return args

    def _boot(self, image, accel, first_word, seconds):
        argv = [tool("ip", "iproute2"), "netns", "exec", self.netns, *self._qemu(image, accel)]
        path = os.path.join(self.dir, "agent")
        console = os.path.join(self.dir, "console")
        for old in (path, console):
            if os.path.exists(old):
                os.unlink(old)
        with open(os.path.join(self.dir, "qemu.log"), "wb") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        begin = time.monotonic()
        try:
            self._wait_for_word(path, console, begin + first_word)
            self.channel = Channel(path)
            hello = self.channel.answer(0, begin + seconds - time.monotonic())
        except (OSError, GuestError) as error:
            raise GuestError(f"the guest did not boot ({error})\n{self.log()}") from None
        self.kernel = hello["kernel"]

    def _wait_for_word(self, agent, console, deadline):
        while not (os.path.exists(agent) and os.path.exists(console) and os.path.getsize(console)):
            if self.process.poll() is not None:
                raise GuestError("QEMU ended")
            if time.monotonic() > deadline:
                raise GuestError("not a word from its kernel")
            time.sleep(0.02)

    def log(self):
        """The end of QEMU's log and of the guest's console."""
        text = ""
        for name in ("qemu.log", "console"):
            try:
                with open(os.path.join(self.dir, name), errors="replace") as f:
                    lines = f.read().split("Kernel panic")[0].splitlines(keepends=True)
                text += "".join(f"{name}: {line}" for line in lines[-15:])
            except OSError:
                pass
        return text

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def run(self, argv, timeout=30, check=True, stdin=""):
        """Run a command (a list, or a script for sh) to its end."""
        if isinstance(argv, str):
            argv = ["/bin/sh", "-ec", argv]
        answer = self.channel.ask(timeout, op="run", argv=argv, timeout=timeout, input=stdin)
        if answer["timed_out"]:
            raise GuestError(f"in the guest, still running after {timeout} s: {argv}\n"
                             f"{answer['out']}{answer['err']}")
        result = Result(answer["rc"], answer["out"], answer["err"])
        if check and not result:
            raise GuestError(f"in the guest, status {result.rc}: {argv}\n{result.out}{result.err}")
        return result

    def start_job(self, argv):
        if isinstance(argv, str):
            argv = ["/bin/sh", "-ec", argv]
        return Job(self, self.channel.ask(10, op="start", argv=argv)["job"])

    def stop(self, keep_dir=False):
        if self.channel:
            self.channel.close()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = self.channel = None
        if not keep_dir:
            shutil.rmtree(self.dir, ignore_errors=True)
