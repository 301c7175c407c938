# SPDX-License-Identifier: Apache-2.0
"""Bytes over one TCP connection both ways, hashed at both ends.  Runs as a program.

    xfer.py serve ADDRESS PORT BYTES SEED      prints READY, then its report
    xfer.py connect ADDRESS PORT BYTES SEED
The client sends first and shuts its half; the server answers with its own bytes.
"""
import hashlib
import json
import random
import socket
import sys
import time

BLOCK = 65536
PATIENCE = 25


def blocks(total, seed):
    body = random.Random(seed).randbytes(BLOCK - 8)
    for number in range(0, total, BLOCK):
        yield (number.to_bytes(8, "big") + body)[:total - number]


def send(sock, total, seed):
    digest = hashlib.sha256()
    for block in blocks(total, seed):
        digest.update(block)
        sock.sendall(block)
    sock.shutdown(socket.SHUT_WR)
    return digest.hexdigest()


def receive(sock):
    digest, total = hashlib.sha256(), 0
    while True:
        data = sock.recv(1 << 18)
        if not data:
            return total, digest.hexdigest()
        digest.update(data)
        total += len(data)


def open_socket(role, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(PATIENCE)
    if role == "connect":
        sock.connect((address, port))
        return sock
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(1)
    print("READY", flush=True)
    connection, _ = sock.accept()
    connection.settimeout(PATIENCE)
    return connection


def main(role, address, port, total, seed):
    with open_socket(role, address, int(port)) as sock:
        begin = time.monotonic()
        report = {}
        if role == "connect":
            report["sent"] = send(sock, int(total), seed)
        report["bytes"], report["received"] = receive(sock)
        if role == "serve":
            report["sent"] = send(sock, int(total), seed)
        report["seconds"] = time.monotonic() - begin
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
