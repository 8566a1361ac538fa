# SPDX-License-Identifier: Apache-2.0
"""A durable consumer as a program of its own, so that it can be killed: durable.py ENDPOINT NAME FILE.

Writes one line per delivery to FILE, "seq digest", and only then acknowledges it. Goes on for ever, with a new socket
after any silence. It says `from` only until it has something: from then on the broker must know where it stands.
"""
import hashlib
import os
import sys

import zmq

from kit import wire

SILENCE_MS = 3000
CREDIT = 256


def session(context, endpoint, name, out, has_some):
    """One subscription, until the broker says or shows that it is over. True once something was ever written."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    socket.send(wire.pack(wire.Subscribe(version_min=1, version_max=1, name=name, stream=wire.STREAM_POLICY,
                                         credit=CREDIT, **{"from": 0 if has_some else 1})))
    while socket.poll(SILENCE_MS):
        message = wire.unpack(socket.recv(), check=False)
        kind = type(message).__name__
        if kind == "Refuse":
            break
        if kind == "Deliver":
            os.write(out, f"{message.seq} {hashlib.sha256(message.event).hexdigest()}\n".encode())
            has_some = True
            socket.send(wire.pack(wire.Cack(seq=message.seq)))
    socket.close()
    return has_some


def main(endpoint, name, path):
    context = zmq.Context()
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    has_some = os.fstat(out).st_size > 0
    while True:
        has_some = session(context, endpoint, name, out, has_some)


if __name__ == "__main__":
    main(*sys.argv[1:])
