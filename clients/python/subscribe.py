#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Read govwire events with python3-zmq and python3-protobuf alone.

    protoc --proto_path=/usr/share/govwire/proto --python_out=. /usr/share/govwire/proto/*.proto
    python3 subscribe.py tcp://news.example:7600 reader.key CURSOR ['region:3302 type:published']

CURSOR is the last sequence number handled (0: none). Prints "SEQ TYPE TITLE" for each event behind it, and waits for more.
"""
import struct
import sys

import zmq

import event_pb2
import link_pb2
import stream_pb2

VERSION = 2
TYPES = {0x18: link_pb2.Bye, 0x21: link_pb2.Refuse, 0x50: stream_pb2.Subscribe, 0x51: stream_pb2.Subscribed, 0x52: stream_pb2.Deliver,
         0x53: stream_pb2.Mark, 0x54: stream_pb2.CaughtUp, 0x55: stream_pb2.Gap, 0x56: stream_pb2.Cack}
NUMBERS = {kind: number for number, kind in TYPES.items()}
CREDIT = 500


def crc32c(data, crc=0xFFFFFFFF):
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def frame(message):
    """type u8, version u8, length u32, crc32c u32, payload; big-endian."""
    payload = message.SerializeToString()
    head = struct.pack(">BBI", NUMBERS[type(message)], VERSION, len(payload))
    return head + struct.pack(">I", crc32c(head + payload)) + payload


def message_of(data):
    kind = TYPES.get(data[0])
    return kind.FromString(data[10:]) if kind else None  # ZeroMQ's CURVE has seen to it that nothing was changed


def connect(broker, key_file):
    """A DEALER to the consumers' port, the one after the agents'."""
    with open(key_file, encoding="ascii") as lines:
        key = dict(line.split(None, 1) for line in lines if line.strip() and not line.startswith("#"))
    host, port = broker.rsplit(":", 1)
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.curve_serverkey = key["broker"].strip().encode()
    socket.curve_publickey = key["public"].strip().encode()
    socket.curve_secretkey = key["secret"].strip().encode()
    socket.connect(f"{host}:{int(port) + 1}")
    return socket


def events(broker, key_file, cursor, query=""):
    """(seq, event) for each event behind the cursor, for ever. A silent minute, or a refusal, ends it with an exception."""
    socket = connect(broker, key_file)
    subscribe = stream_pb2.Subscribe(version_min=VERSION, version_max=VERSION, stream=event_pb2.STREAM_POLICY, filter=query,
                                     credit=CREDIT, program="subscribe.py")
    setattr(subscribe, "from", cursor + 1)
    socket.send(frame(subscribe))
    while True:
        if not socket.poll(60000):  # the broker says something every SUBSCRIBED.heartbeat_ms
            raise TimeoutError("the broker is silent: start anew behind the last seq")
        message = message_of(socket.recv())
        if isinstance(message, link_pb2.Refuse):
            raise PermissionError(message.reason)
        if isinstance(message, stream_pb2.Deliver):
            yield message.seq, event_pb2.Event.FromString(message.event)
            socket.send(frame(stream_pb2.Cack(seq=message.seq)))


if __name__ == "__main__":
    for number, event in events(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:5]):
        print(number, event.type, event.document.title, flush=True)
