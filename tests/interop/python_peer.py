#!/usr/bin/env python3
"""The Python end of an interop test: real multiprocessing.connection objects.

usage: python_peer.py [--key TEXT] [--new] listen|connect ADDRESS TASK

  ADDRESS   /path, @abstract or host:port
  --new     speak the handshake of 3.12 and later ("{sha256}" prefixes) whatever this Python is
  objects   send back each object, until the peer closes
  bytes     send back each message, until the peer closes
  hello     send the text "hello" and close
  silent    receive one object, print it, and close
  take      receive a connection, a socket and a DupFd, and write "connection", "socket", "descriptor" to them
  give      send the write ends of a pipe, of a socket pair and of a bare pipe; send back what comes out of them
  handles   receive a handle, write "handle" to it, and send one end of a pipe as a handle
  large     send 3 GiB of zeros, then receive as much: its size, and whether each MiB counts up to
            250 again and again

Prints "listening at ADDRESS" when it does. Exit code 3 and the error's name for an expected error.
"""
import argparse
import hmac
import mmap
import os
import socket
import sys
from multiprocessing import AuthenticationError, Pipe, connection, current_process, reduction

DIGESTS = {"md5", "sha256", "sha384", "sha3_256", "sha3_384"}


def parse(message):
    """(digest name, payload) by the rule of 3.12."""
    if len(message) in (16, 20):
        return "", message
    if message.startswith(b"{") and b"}" in message[:10]:
        end = message.index(b"}")
        digest = message[1:end].decode("ascii")
        if digest in DIGESTS:
            return digest, message[end + 1 :]
    raise AuthenticationError(f"unsupported message length, missing digest prefix, or unsupported digest: {message!r}")


def new_deliver(conn, key, digest="sha256"):
    message = b"{%s}%s" % (digest.encode("ascii"), os.urandom(40))
    conn.send_bytes(b"#CHALLENGE#" + message)
    name, mac = parse(conn.recv_bytes(256))
    if not hmac.compare_digest(hmac.new(key, message, name or "md5").digest(), mac):
        conn.send_bytes(b"#FAILURE#")
        raise AuthenticationError("digest received was wrong")
    conn.send_bytes(b"#WELCOME#")


def new_answer(conn, key):
    message = conn.recv_bytes(256)
    if not message.startswith(b"#CHALLENGE#"):
        raise AuthenticationError(f"protocol error, expected challenge: {message!r}")
    message = message[len(b"#CHALLENGE#") :]
    if len(message) < 20:
        raise AuthenticationError(f"challenge too short: {len(message)} bytes")
    name, _ = parse(message)
    mac = hmac.new(key, message, name or "md5").digest()
    conn.send_bytes(b"{%s}%s" % (name.encode("ascii"), mac) if name else mac)
    if conn.recv_bytes(256) != b"#WELCOME#":
        raise AuthenticationError("digest sent was rejected")


def address_of(text):
    if text.startswith("@"):
        return "\0" + text[1:]
    if text.startswith("/"):
        return text
    host, port = text.rsplit(":", 1)
    return host, int(port)


def text_of(address):
    if isinstance(address, tuple):
        return "%s:%d" % address
    if isinstance(address, bytes):
        address = address.decode()
    return address.replace("\0", "@")


def meet(role, address, key):
    if role == "connect":
        return connection.Client(address, authkey=key)
    with connection.Listener(address, authkey=key) as listener:
        print("listening at", text_of(listener.address), flush=True)
        return listener.accept()


def take(conn):
    conn.recv().send("connection")
    conn.recv().sendall(b"socket")
    os.write(conn.recv().detach(), b"descriptor")


def give(conn):
    reader, writer = Pipe(duplex=False)
    left, right = socket.socketpair()
    read_end, write_end = os.pipe()
    conn.send([writer, right, reduction.DupFd(write_end)])
    writer.close()
    right.close()
    os.close(write_end)
    conn.send((reader.recv(), left.recv(100), os.read(read_end, 100)))


def handles(conn):
    os.write(reduction.recv_handle(conn), b"handle")
    reader, writer = Pipe(duplex=False)
    reduction.send_handle(conn, writer.fileno(), None)
    writer.close()
    conn.send(reader.recv())


def large(conn):
    size = 3 << 30
    zeros = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    zeros.madvise(mmap.MADV_HUGEPAGE)
    conn.send_bytes(zeros)
    zeros.close()
    message = conn.recv_bytes()
    part = bytes(i % 251 for i in range(1 << 20))
    conn.send((len(message), all(message[at:at + len(part)] == part for at in range(0, size, len(part)))))


TASKS = {"take": take, "give": give, "handles": handles, "large": large}


def work(conn, task):
    if task == "hello":
        conn.send("hello")
    elif task == "silent":
        print(repr(conn.recv()), flush=True)
    elif task in TASKS:
        TASKS[task](conn)
    try:
        while task == "objects":
            conn.send(conn.recv())
        while task == "bytes":
            conn.send_bytes(conn.recv_bytes())
    except EOFError:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key")
    parser.add_argument("--new", action="store_true")
    parser.add_argument("role", choices=["listen", "connect"])
    parser.add_argument("address")
    parser.add_argument("task", choices=["objects", "bytes", "hello", "silent", *TASKS])
    args = parser.parse_args()
    if args.new:
        connection.deliver_challenge, connection.answer_challenge = new_deliver, new_answer
    key = args.key.encode() if args.key is not None else None
    current_process().authkey = key or b""
    try:
        with meet(args.role, address_of(args.address), key) as conn:
            work(conn, args.task)
    except (AuthenticationError, EOFError, ConnectionError) as error:
        print(type(error).__name__, error, flush=True)
        sys.exit(3)


main()
