# SPDX-License-Identifier: Apache-2.0
"""No test hangs the run: each of a test's three phases fails when it takes too long.

A conftest.py imports the hooks by their names.
"""
import os
import signal

import pytest

SECONDS = int(os.environ.get("ADIT_TEST_SECONDS", "300"))


class TookTooLong(Exception):
    """A phase of a test did not end by itself."""


def expired(signum, frame):
    signal.alarm(10)  # once more, should what catches this hang too
    raise TookTooLong(f"still running after {SECONDS} s")


def limited():
    signal.signal(signal.SIGALRM, expired)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup():
    yield from limited()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call():
    yield from limited()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown():
    yield from limited()
