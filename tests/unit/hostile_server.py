#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP server that does everything wrong, for tests/unit/test_http.c.

    hostile_server.py FOLDER      makes keys and certificates in FOLDER, listens on free ports of
                                  127.0.0.1, prints "name port" lines and "ready", and ends with
                                  its standard input.

The first part of a request's path names what happens; /stats tells what was seen so far.
"""
import gzip
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import zlib

MIB = 1 << 20
stats = {}
stats_lock = threading.Lock()


def count(name):
    with stats_lock:
        stats[name] = stats.get(name, 0) + 1


# --- Certificates -----------------------------------------------------------------------------

def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def authority(folder):
    openssl(folder, "req", "-x509", *KEY, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=hostile test authority", "-days", "2")


def certificate(folder, name, alternative, days="2"):
    with open(os.path.join(folder, name + ".ext"), "w", encoding="ascii") as extension:
        extension.write("subjectAltName=" + alternative + "\n")
    openssl(folder, "req", *KEY, "-keyout", name + ".key", "-out", name + ".csr",
            "-subj", "/CN=" + name)
    openssl(folder, "x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-set_serial", "0x" + os.urandom(8).hex(), "-days", days, "-extfile",
            name + ".ext", "-out", name + ".pem")


def self_signed(folder):
    openssl(folder, "req", "-x509", *KEY, "-keyout", "selfsigned.key", "-out",
            "selfsigned.pem", "-subj", "/CN=127.0.0.1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-days", "2")


def tls_context(folder, name, newest=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, name + ".pem"),
                            os.path.join(folder, name + ".key"))
    if newest:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    return context


# --- What it answers --------------------------------------------------------------------------

def head(status="200 OK", *lines):
    return ("HTTP/1.1 " + status + "\r\n" + "".join(l + "\r\n" for l in lines) + "\r\n").encode()


def answer(connection, body, *lines, status="200 OK"):
    connection.sendall(head(status, "Content-Length: %d" % len(body), *lines) + body)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def gzip_bomb(mib):
    """A gzip stream of so many MiB of zeros, 1 KiB for each; its checksum is wrong."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * mib + b"\x03\0" + bytes(8)


def zstd_bomb(mib):
    """A zstd frame of runs (RFC 8878 section 3.1.1.2.2): 4 bytes for 128 KiB of zeros."""
    run = struct.pack("<I", (131072 << 3) | 2)[:3] + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x50" + run * (8 * mib) + b"\x01\0\0"


def ok(connection, request):
    answer(connection, b'{"ok":true}', "Content-Type: Application/JSON; charset=UTF-8",
           "X-One: a", "x-one: b", "X-Two:  spaced  ")


def echo(connection, request):
    answer(connection, request, "Content-Type: text/plain")


def show_stats(connection, request):
    with stats_lock:
        answer(connection, repr(stats).encode())


def packed(connection, request):
    answer(connection, gzip.compress((os.urandom(1000) + bytes(1500)) * 40), "Content-Encoding: gzip")


def packed_chunked(connection, request):
    """Well packed (130 : 1), in one chunk of some hundred KiB: no bomb."""
    noise = os.urandom(2000)
    body = gzip.compress(b"".join(noise + bytes(260000) for _ in range(80)))
    connection.sendall(head("200 OK", "Content-Encoding: gzip", "Transfer-Encoding: chunked") +
                       chunk(body) + chunk(b""))


def bomb_gzip(connection, request):
    answer(connection, gzip_bomb(512), "Content-Encoding: gzip")


def bomb_chunked(connection, request):
    connection.sendall(head("200 OK", "Content-Encoding: gzip", "Transfer-Encoding: chunked") +
                       chunk(gzip_bomb(512)) + chunk(b""))


def bomb_zstd(connection, request):
    answer(connection, zstd_bomb(512), "Content-Encoding: zstd")


def bomb_double(connection, request):
    answer(connection, gzip.compress(gzip_bomb(512)), "Content-Encoding: gzip, gzip")


def bomb_lines(connection, request):
    answer(connection, gzip.compress(gzip_bomb(512)), "Content-Encoding: gzip",
           "Content-Encoding: gzip")


def bomb_hidden(connection, request):
    """Between the two encodings a line that looks like the end, and one like a new beginning."""
    body = gzip.compress(gzip_bomb(512))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Encoding: gzip\r\n"
                       b" \r\nHTTP/1.1: 200 OK\r\nContent-Encoding: gzip\r\n\r\n" % len(body) +
                       body)


def bomb_transfer(connection, request):
    connection.sendall(head("200 OK", "Transfer-Encoding: gzip, chunked") +
                       chunk(gzip_bomb(512)) + chunk(b""))


def unknown_encoding(connection, request):
    answer(connection, b"uryyb", "Content-Encoding: rot13")


def bad_gzip(connection, request):
    answer(connection, b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 100,
           "Content-Encoding: gzip")


def large(connection, request):
    connection.sendall(head("200 OK", "Content-Length: %d" % (64 * MIB)))
    for _ in range(64):
        connection.sendall(bytes(MIB))


def endless(connection, request):
    connection.sendall(head("200 OK", "Transfer-Encoding: chunked"))
    while True:
        connection.sendall(chunk(b"[" * 65536))


def header_flood(connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 1\r\n" * 100000 + b"\r\n")


def header_large(connection, request):
    lines = ["X-Large-%d: %s" % (i, "x" * 4000) for i in range(20)]
    answer(connection, b"{}", *lines)


def header_endless(connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
    while True:
        connection.sendall(b"x" * 65536)


def header_interim(connection, request):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def interim(connection, request):
    connection.sendall(b"HTTP/1.1 103 Early Hints\r\nX-One: early\r\n"
                       b"Content-Encoding: gzip, gzip\r\n\r\n")
    ok(connection, request)


def trailers(connection, request):
    connection.sendall(head("200 OK", "Transfer-Encoding: chunked") + chunk(b"{}") + b"0\r\n" +
                       b"X-Trailer: 1\r\n" * 100000 + b"\r\n")


def one_trailer(connection, request):
    connection.sendall(head("200 OK", "Transfer-Encoding: chunked", "X-One: head") +
                       chunk(b"{}") + b"0\r\nX-One: trailer\r\nX-Late: 1\r\n\r\n")


def drip(connection, request):
    connection.sendall(head("200 OK", "Content-Length: 1000000"))
    while True:
        connection.sendall(b"[")
        time.sleep(0.1)


def drip_fast(connection, request):
    """Fast enough for the stall limit, too slow for the total one."""
    connection.sendall(head("200 OK", "Content-Length: 100000000"))
    while True:
        connection.sendall(b"[" * 200)
        time.sleep(0.02)


def hang(connection, request):
    time.sleep(60)


def slow(connection, request):
    connection.sendall(head("200 OK", "Content-Length: 10"))
    for _ in range(10):
        connection.sendall(b"1")
        time.sleep(0.1)


def redirect(connection, request):
    answer(connection, b"", "Location: http://127.0.0.1:%d/stolen" % ports["other"],
           status="302 Found")


def short(connection, request):
    connection.sendall(head("200 OK", "Content-Length: 1000") + b'{"results":[')


def chunk_cut(connection, request):
    connection.sendall(head("200 OK", "Transfer-Encoding: chunked") + chunk(b'{"results":['))


def chunk_garbage(connection, request):
    connection.sendall(head("200 OK", "Transfer-Encoding: chunked") + chunk(b"[1,") +
                       b"zz\r\nnot a chunk\r\n")


def reset(connection, request):
    connection.sendall(head("200 OK", "Content-Length: 1000") + b"[")
    time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(connection, request):
    pass


def not_http(connection, request):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def html(connection, request):
    answer(connection, b"<html>Sorry</html>", "Content-Type: text/html; charset=utf-8",
           status="503 Service Unavailable")


def empty(connection, request):
    connection.sendall(head("204 No Content"))


def retry(value, *lines):
    def send(connection, request):
        answer(connection, b"{}", "Retry-After: " + value, *lines,
               status="429 Too Many Requests")
    return send


# The value: what happens, and whether the connection stays open.
SCENARIOS = {
    "ok": (ok, True),
    "echo": (echo, True),
    "stats": (show_stats, True),
    "packed": (packed, True),
    "packed-chunked": (packed_chunked, True),
    "bomb-gzip": (bomb_gzip, False),
    "bomb-chunked": (bomb_chunked, False),
    "bomb-zstd": (bomb_zstd, False),
    "bomb-double": (bomb_double, False),
    "bomb-lines": (bomb_lines, False),
    "bomb-hidden": (bomb_hidden, False),
    "bomb-transfer": (bomb_transfer, False),
    "unknown-encoding": (unknown_encoding, False),
    "bad-gzip": (bad_gzip, False),
    "large": (large, False),
    "endless": (endless, False),
    "header-flood": (header_flood, False),
    "header-large": (header_large, False),
    "header-endless": (header_endless, False),
    "header-interim": (header_interim, False),
    "interim": (interim, True),
    "trailers": (trailers, False),
    "one-trailer": (one_trailer, True),
    "drip": (drip, False),
    "drip-fast": (drip_fast, False),
    "hang": (hang, False),
    "slow": (slow, True),
    "redirect": (redirect, True),
    "short": (short, False),
    "chunk-cut": (chunk_cut, False),
    "chunk-garbage": (chunk_garbage, False),
    "reset": (reset, False),
    "hang-up": (hang_up, False),
    "not-http": (not_http, False),
    "html": (html, True),
    "empty": (empty, True),
    "retry-seconds": (retry("120"), True),
    "retry-date": (retry("Fri, 20 Nov 2026 09:30:30 GMT",
                         "Date: Fri, 20 Nov 2026 09:30:00 GMT"), True),
    "retry-nonsense": (retry("soon"), True),
}


# --- Serving ----------------------------------------------------------------------------------

def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    for line in top.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += connection.recv(65536)
    return top + b"\r\n\r\n" + body


def serve(name, connection, context):
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            stay = True
            while stay:
                request = read_request(connection)
                if request is None:
                    return
                count(name + " requests")
                path = request.split(b" ")[1].decode("latin-1").lstrip("/")
                scenario, stay = SCENARIOS[path.partition("?")[0].partition("/")[0]]
                scenario(connection, request)
    except (OSError, KeyError):
        pass  # the client went away, as it should


def listen(name, context):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)

    def loop():
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            count(name + " connections")
            threading.Thread(target=serve, args=(name, connection, context),
                             daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


ports = {}


def main():
    folder = sys.argv[1]
    authority(folder)
    certificate(folder, "good", "IP:127.0.0.1,DNS:localhost,DNS:rebind.localhost")
    certificate(folder, "wrong", "DNS:wrong.example")
    certificate(folder, "expired", "IP:127.0.0.1", days="-1")
    self_signed(folder)

    contexts = {
        "plain": None,
        "other": None,
        "good": tls_context(folder, "good"),
        "wrong": tls_context(folder, "wrong"),
        "expired": tls_context(folder, "expired"),
        "selfsigned": tls_context(folder, "selfsigned"),
        "old": tls_context(folder, "good", ssl.TLSVersion.TLSv1_1),
    }
    for name, context in contexts.items():
        ports[name] = listen(name, context)
    for name, port in ports.items():
        print(name, port)
    print("ready", 0, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
