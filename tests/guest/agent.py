# SPDX-License-Identifier: Apache-2.0
"""The guest's only service: runs the commands that come over a virtio-serial port.

One JSON object a line each way.  A request has `id`, `op` and, for "run", `argv`,
`input` and `timeout`; for "start", `argv`; for "stop" and "poll", `job`.
A thread serves each request, so one that hangs holds up nobody, and a command
that outlives its time is killed with its whole process group.
"""
import json
import os
import signal
import subprocess
import tempfile
import threading

JOBS = {}
LOCK = threading.Lock()


def port_path(name):
    base = "/sys/class/virtio-ports"
    for entry in os.listdir(base):
        with open(f"{base}/{entry}/name", encoding="ascii") as f:
            if f.read().strip() == name:
                return f"/dev/{entry}"
    raise RuntimeError(f"no port {name}")


def kill_group(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def spawn(argv, **streams):
    return subprocess.Popen(argv, start_new_session=True, cwd="/", **streams)


def run(request):
    process = spawn(argv=request["argv"], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    timed_out = False
    try:
        out, err = process.communicate(request.get("input", "").encode(), request["timeout"])
    except subprocess.TimeoutExpired:
        timed_out = True
        kill_group(process, signal.SIGKILL)
        out, err = process.communicate()
    return {"rc": process.returncode, "out": out.decode(errors="replace"),
            "err": err.decode(errors="replace"), "timed_out": timed_out}


def start(request):
    files = [tempfile.TemporaryFile(dir="/run") for _ in range(2)]
    process = spawn(argv=request["argv"], stdin=subprocess.DEVNULL,
                    stdout=files[0], stderr=files[1])
    JOBS[process.pid] = (process, files)
    return {"job": process.pid}


def contents(handle):
    size = os.fstat(handle.fileno()).st_size
    return os.pread(handle.fileno(), size, 0).decode(errors="replace")


def poll(request):
    process, files = JOBS[request["job"]]
    return {"rc": process.poll(), "out": contents(files[0]), "err": contents(files[1])}


def stop(request):
    process, _ = JOBS[request["job"]]
    if process.poll() is None:
        kill_group(process, request["signal"])
    try:
        process.wait(request["timeout"])
    except subprocess.TimeoutExpired:
        kill_group(process, signal.SIGKILL)
        process.wait()
    return poll(request)


OPS = {"run": run, "start": start, "poll": poll, "stop": stop}


def serve(request, port):
    try:
        answer = OPS[request["op"]](request)
    except Exception as error:  # whatever it is, the host shall read it
        answer = {"error": f"{type(error).__name__}: {error}"}
    answer["id"] = request["id"]
    line = json.dumps(answer).encode() + b"\n"
    with LOCK:
        port.write(line)


def main():
    os.environ.update(HOME="/root", LANG="C.UTF-8")
    subprocess.run(["/usr/sbin/ip", "link", "set", "lo", "up"], check=True)
    # The port lets itself be opened once only.
    with open(port_path("agent"), "r+b", buffering=0) as port:
        port.write(json.dumps({"id": 0, "kernel": os.uname().release}).encode() + b"\n")
        pending = b""
        while True:
            pending += port.read(65536)
            *lines, pending = pending.split(b"\n")
            for line in lines:
                threading.Thread(target=serve, args=(json.loads(line), port), daemon=True).start()


if __name__ == "__main__":
    main()
