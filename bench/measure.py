# SPDX-License-Identifier: Apache-2.0
"""What is measured of one contender while its tunnel stands."""

import json
import os
import re
import statistics
import time

from wire import BenchError, stat_fields

TICKS = os.sysconf("SC_CLK_TCK")
IPERF_PORT = 5201
FLOOD_PORT = 5202
FLOOD_BYTES = 64
PING_COUNT = 100

# key, heading, unit's format; the order of the table
METRICS = (
    ("one", "one Gb/s", "{:.2f}"),
    ("four", "four Gb/s", "{:.2f}"),
    ("kpps", "kpps", "{:.0f}"),
    ("ping", "ping ms", "{:.3f}"),
    ("cpu_one", "CPU% one", "{:.0f}"),
    ("cpu_four", "CPU% four", "{:.0f}"),
    ("cpu_kpps", "CPU% flood", "{:.0f}"),
    ("rss", "RSS MiB", "{:.1f}"),
)


class Cpu:
    """Processor time of the tunnel's processes and of the whole machine over a stretch of time.
    The machine's figure holds the kernel's own work and the traffic tools' too; 100 is a core."""

    def __init__(self, wire):
        self.wire = wire
        self.start = (time.monotonic(), self.tunnel(), self.machine())

    def tunnel(self):
        ticks = 0
        for side in self.wire.sides:
            for pid in side.tunnel_pids():
                fields = stat_fields(pid)
                if fields:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    @staticmethod
    def machine():
        with open("/proc/stat", encoding="ascii") as f:
            fields = [int(v) for v in f.readline().split()[1:9]]
        user, nice, system, _idle, _iowait, irq, softirq, _steal = fields
        return (user + nice + system + irq + softirq) / TICKS

    def percent(self):
        seconds = time.monotonic() - self.start[0]
        return (100 * (self.machine() - self.start[2]) / seconds,
                100 * (self.tunnel() - self.start[1]) / seconds)


def wait_answer(wire, address, seconds=8):
    """The first packet through the tunnel; ARP and learning happen here, before the clock runs."""
    left, right = wire.sides
    end = time.monotonic() + seconds
    while True:
        out = left.run("ping", "-n", "-c", "1", "-W", "1", address, check=False)
        if " 0% packet loss" in out:
            return
        for side in (left, right):
            for p in side.processes:
                why = p.why_ended()
                if why:
                    raise BenchError(why)
        if time.monotonic() > end:
            raise BenchError(f"{address} did not answer a ping in {seconds} s")


def ping(wire, address):
    out = wire.sides[0].run("ping", "-n", "-i", "0.01", "-c", str(PING_COUNT), address, check=False)
    times = [float(v) for v in re.findall(r"time=([\d.]+) ms", out)]
    if len(times) < PING_COUNT * 0.9:
        raise BenchError(f"{PING_COUNT - len(times)} of {PING_COUNT} idle pings were lost")
    return statistics.median(times)


def memory(wire):
    """The resident set of each process of the tunnel, on both sides."""
    sizes = []
    for side in wire.sides:
        for pid in side.tunnel_pids():
            try:
                with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as f:
                    text = f.read()
            except OSError:
                continue
            name = re.search(r"^Name:\s+(.*)", text, re.M).group(1)
            found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.M)
            if found:
                sizes.append({"side": "lr"[side.index], "name": name,
                              "mib": int(found.group(1)) / 1024})
    return sizes


def listening(side, port):
    out = side.run("ss", "-Hltn", f"sport = :{port}")
    return bool(out.strip())


def throughput(wire, address, streams, seconds, control):
    left, right = wire.sides
    server = right.start("iperf3", "-s", "-1", "-p", str(IPERF_PORT))
    try:
        end = time.monotonic() + 5
        while not listening(right, IPERF_PORT):
            if time.monotonic() > end:
                raise BenchError("iperf3 -s did not listen")
            time.sleep(0.02)
        out = left.run(
            "iperf3", "-J", "-c", address, "-p", str(IPERF_PORT), "-C", control, "-t", str(seconds),
            "-O", "1", "-P", str(streams), "--connect-timeout", "3000", check=False,
            timeout=seconds + 20)
    finally:
        right.processes.remove(server)
        server.stop()
    try:
        result = json.loads(out)
    except json.JSONDecodeError:
        raise BenchError("iperf3 gave no result") from None
    if "error" in result:
        raise BenchError(f"iperf3: {result['error']}")
    return result["end"]["sum_received"]["bits_per_second"] / 1e9


def flood(wire, address, tool, seconds):
    """Packets a second that reach the other side's socket."""
    left, right = wire.sides
    counter = right.start(tool, "count", address, str(FLOOD_PORT), str(seconds))
    try:
        end = time.monotonic() + 5
        while "ready" not in counter.output():
            if time.monotonic() > end or counter.why_ended():
                raise BenchError("the flood's counter did not start")
            time.sleep(0.02)
        left.run(tool, "send", address, str(FLOOD_PORT), str(FLOOD_BYTES), str(seconds),
                 timeout=seconds + 10)
        counter.child.wait(seconds + 10)
        count, span = counter.output().split()[1:3]
    finally:
        right.processes.remove(counter)
        counter.stop()
    if float(span) <= 0:
        raise BenchError("no packet of the flood arrived")
    return int(count) / float(span) / 1000


def measure(wire, contender, options):
    """All metrics of a contender whose two sides are up. A metric that fails is an error in its
    own place: the others still count."""
    address = contender.address(wire.sides[1])
    result = {"errors": {}}
    wait_answer(wire, address)
    sizes = memory(wire)
    if sizes:
        result["processes"] = sizes
        result["rss"] = max(sum(s["mib"] for s in sizes if s["side"] == side) for side in "lr")

    def take(key, function, *args):
        cpu = Cpu(wire)
        try:
            result[key] = function(*args)
        except BenchError as e:
            result["errors"][key] = str(e)
            return
        result[f"cpu_{key}"], result[f"cpu_tunnel_{key}"] = cpu.percent()

    take("ping", ping, wire, address)
    take("one", throughput, wire, address, 1, options.secs, options.cc)
    take("four", throughput, wire, address, 4, options.secs, options.cc)
    take("kpps", flood, wire, address, options.flood, options.secs)
    return result
