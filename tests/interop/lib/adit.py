# SPDX-License-Identifier: Apache-2.0
"""The program under test, on a namespace or in the guest."""
import json
import os
import pathlib
import shlex
import signal

from .traffic import wait_for

ADIT = os.environ.get("ADIT") or str(pathlib.Path(__file__).resolve().parents[3] / "build/src/cmd/adit")
STATE = "/run/adit"


def adit(host, *words, check=True, timeout=20):
    """Run a subcommand to its end."""
    return host.run([ADIT, *words], check=check, timeout=timeout)


def explain(host, stack, *options):
    return json.loads(adit(host, "explain", "--json", *options, *shlex.split(stack)).out)


def system_state(host):
    """What a tunnel may change on its host, for comparison before and after."""
    return host.run("ip -o link | sed 's/^[0-9]*: //; s/ state .*//'; ip -o addr show | sort\n"
                    "ip route show table all | sort; ip -6 route show table all | sort\n"
                    "ip rule; ip -6 rule").out


class Tunnel:
    """`adit up STACK` in the foreground: up when it is made, nothing of it left when closed."""

    def __init__(self, host, stack, name):
        self.host, self.stack, self.name = host, stack, name
        self.before = system_state(host)
        self.job = host.start_job([ADIT, "up", *shlex.split(stack)])
        try:
            wait_for("adit is up", self._ready, 15)
        except AssertionError as error:
            ended = self.job.stop(signal.SIGKILL)
            raise AssertionError(f"{error}\nadit up {stack}\n{ended.out}{ended.err}") from None

    def _ready(self):
        state = self.job.poll()
        assert state.rc is None, f"adit ended with status {state.rc}"
        return bool(adit(self.host, "status", self.name, check=False))

    def status(self):
        return json.loads(adit(self.host, "status", self.name, "--json").out)

    def log(self):
        return self.job.poll().err

    def close(self, how="down"):
        """End it by `adit down` or by a signal, and see that the host is as before."""
        if how == "down":
            adit(self.host, "down", self.name)
            ended = wait_for("adit ends", lambda: self._ended(), 10)
        else:
            ended = self.job.stop(getattr(signal, how))
        assert ended.rc == 0, f"adit ended with status {ended.rc}: {ended.err}"
        self.assert_gone()

    def _ended(self):
        state = self.job.poll()
        return state if state.rc is not None else None

    def assert_gone(self):
        assert system_state(self.host) == self.before
        left = self.host.run(f"ls {STATE} 2>/dev/null || true").out.split()
        assert not [name for name in left if name.startswith(self.name)], left

    def kill(self):
        """For the way out of a test that failed."""
        if self.job.poll().rc is None:
            self.job.stop(signal.SIGTERM)
