# SPDX-License-Identifier: Apache-2.0
"""A host made of a network namespace.  The guest answers to the same calls."""
import os
import signal as signals
import subprocess
import tempfile

from guest.guest import Result

PREFIX = f"ai-{os.getpid()}"
SYSCTLS = ("net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0",
           "net.ipv6.conf.default.router_solicitations=0",
           "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")


class CommandError(AssertionError):
    """A command of a test failed or did not end."""


def command(argv):
    return ["/bin/sh", "-ec", argv] if isinstance(argv, str) else [str(word) for word in argv]


class Job:
    """A command that runs on in a namespace."""

    def __init__(self, argv):
        self.files = [tempfile.TemporaryFile() for _ in range(2)]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.files[0],
                                        stderr=self.files[1], start_new_session=True)

    def poll(self):
        texts = [os.pread(f.fileno(), os.fstat(f.fileno()).st_size, 0).decode(errors="replace")
                 for f in self.files]
        return Result(self.process.poll(), *texts)

    def signal(self, number):
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def stop(self, signal=signals.SIGTERM, timeout=10):
        self.signal(signal)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.signal(signals.SIGKILL)
            self.process.wait()
        return self.poll()


class Host:
    """One namespace, made at once and taken away by close()."""

    def __init__(self, name):
        self.name = f"{PREFIX}-{name}"
        self.jobs = []
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.run("ip link set lo up; sysctl -qw " + " ".join(SYSCTLS))

    def _inside(self, argv):
        return ["ip", "netns", "exec", self.name, *command(argv)]

    def run(self, argv, timeout=30, check=True, stdin=""):
        try:
            done = subprocess.run(self._inside(argv), input=stdin.encode(), capture_output=True,
                                  timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            raise CommandError(f"{self.name}: still running after {timeout} s: {argv}") from None
        result = Result(done.returncode, done.stdout.decode(errors="replace"),
                        done.stderr.decode(errors="replace"))
        if check and not result:
            raise CommandError(f"{self.name}: status {result.rc}: {argv}\n"
                               f"{result.out}{result.err}")
        return result

    def start_job(self, argv):
        job = Job(self._inside(argv))
        self.jobs.append(job)
        return job

    def close(self):
        for job in self.jobs:
            job.stop(timeout=2)
        subprocess.run(["ip", "netns", "del", self.name], check=False)
