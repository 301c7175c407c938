# SPDX-License-Identifier: Apache-2.0
"""kill -9 of either process or of both at any moment leaves nothing behind after the next start or
`adit recover`."""
import os
import random
import time

import pytest
from conftest import children, kill, wait_for

WORDS = ("tun", "pk0", "10.99.0.1/30,fd99::1/64", "route=10.98.0.0/16", "name=victim",
         "/", "gre", "/", "ip", "127.0.0.1")
MOMENTS = 50
SEED = int(os.environ.get("ADIT_SEED") or random.randrange(1 << 32))


def time_to_start(box):
    begin = time.monotonic()
    parent, _ = box.up(*WORDS)
    took = time.monotonic() - begin
    assert box.adit("down", "victim").returncode == 0
    wait_for("it ends", lambda: not box.pids())
    return took


def strike(box, victims, after):
    """Start, wait, kill. True: the tunnel was already up."""
    job = box.start("-v", *WORDS)
    time.sleep(after)
    packet = children(job.pid)
    targets = {"parent": [job.pid], "child": packet, "both": packet + [job.pid],
               "both, parent first": [job.pid] + packet}[victims]
    for pid in targets:
        kill(pid)
    if not targets:  # there was no child yet to kill
        job.terminate()
    job.wait(timeout=10)
    wait_for("nobody is left", lambda: not box.pids())
    said = job.stderr.read()
    job.stderr.close()
    box.jobs.remove(job)
    return " is up" in said


def test_fifty_moments(box):
    print(f"ADIT_SEED={SEED}")
    rng = random.Random(SEED)
    took = time_to_start(box)
    before = box.state()
    was_up = left = 0
    for moment in range(MOMENTS):
        victims = ("parent", "child", "both", "both, parent first")[moment % 4]
        # One in two while it starts, the others after.
        after = rng.uniform(0, took) if moment // 4 % 2 else rng.uniform(took, 3 * took)
        was_up += strike(box, victims, after)
        left += bool(box.files())
        if rng.random() < 0.5:
            recovered = box.adit("recover")
            assert recovered.returncode == 0, recovered.stdout + recovered.stderr
        else:
            box.up(*WORDS)
            assert box.adit("down", "victim").returncode == 0
        box.assert_clean(before)
    # Else the moments were none.
    assert 0 < was_up < MOMENTS and left > 0, (was_up, left)


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP"])
def test_signals_end_it_in_order(box, name):
    before = box.state()
    parent, _ = box.up(*WORDS)
    job = box.jobs[-1]
    box.sh(f"kill -{name} {parent}")
    assert job.wait(timeout=10) == 0
    box.assert_clean(before)


def test_signal_while_starting(box):
    """Whatever the moment, it ends, in order, and leaves nothing."""
    before = box.state()
    rng = random.Random(SEED)
    for _ in range(20):
        job = box.start("-v", *WORDS)
        time.sleep(rng.uniform(0, 0.06))
        job.terminate()
        assert job.wait(timeout=10) in (0, -15), job.stderr.read()
        box.assert_clean(before)


def test_dead_child_ends_the_parent(box):
    before = box.state()
    _, child = box.up(*WORDS)
    job = box.jobs[-1]
    kill(child)
    assert job.wait(timeout=10) == 1
    assert "signal 9" in job.stderr.read()
    box.assert_clean(before)


def test_hung_child_is_ended(box):
    before = box.state()
    parent, child = box.up(*WORDS)
    job = box.jobs[-1]
    box.sh(f"kill -STOP {child}; kill -TERM {parent}")
    assert job.wait(timeout=15) == 1
    box.assert_clean(before)
