# SPDX-License-Identifier: Apache-2.0
"""Programs of this version and the one before talk with each other; others are told why they cannot."""
import json
import random
import sqlite3
import time

import zmq

from kit import wire
from kit.run import check, main, port_pair, same, step, until

NOW = wire.VERSION
BEFORE, NEXT, LONG_AGO = NOW - 1, NOW + 1, NOW - 2
CONTEXT = zmq.Context()
# What a later program might say inside a document: field 1007, bytes; field 1008, a number.
LATER = b"\xfa\x3e\x05later\x80\x3f\x2a"


class Peer:
    """One side of a conversation that writes each frame in the version it is told to."""

    def __init__(self, endpoint, version):
        self.version = version
        self.socket = CONTEXT.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)

    def say(self, message, version=None):
        self.socket.send(wire.pack(message, self.version if version is None else version))

    def hear(self, kind):
        """The next message of that kind; every frame on the way is of our version, but for REFUSE."""
        while True:
            frame = self.socket.recv()
            message = wire.unpack(frame)
            name = type(message).__name__
            check(name == "Refuse" or frame[1] == self.version, f"{name} of version {frame[1]}, not {self.version}")
            if name == kind:
                return message
            check(name != "Refuse", f"refused: {message}")


def start(home):
    home.source("town", "http://town.example/list")
    port = port_pair()
    broker = home.start("govwire-broker", "--dir", home.dir, "--listen", f"tcp://127.0.0.1:{port}", "--plain")
    until(lambda: '"ready"' in broker.err())
    return broker, f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{port + 1}"


def hello(low, high):
    return wire.Hello(version_min=low, version_max=high, node="n", incarnation=random.randbytes(16), last_msgno=0)


def article(i, later=b""):
    url = f"https://town.example/{i}"
    document = wire.Document(url=url, title=f"Notice {i}", body="Text.\nMore.")
    document.ParseFromString(document.SerializeToString() + later)
    seen = wire.Observation(source_id="town", url=url, purpose=wire.PURPOSE_ARTICLE, fetched_ms=int(time.time() * 1000),
                            extractor=1, document=document)
    seen.target.url, seen.target.source_id, seen.target.purpose = url, "town", wire.PURPOSE_ARTICLE
    seen.target.fetched_ms = seen.fetched_ms
    return seen


def publish(agent, msgno, observation):
    agent.say(wire.Publish(msgno=msgno, host="town.example:443", epoch=1, observation=observation))


def read(endpoint, version, count, **fields):
    """That many packed events from the first on."""
    consumer = Peer(endpoint, version)
    consumer.say(wire.Subscribe(version_min=version, version_max=version, stream=wire.STREAM_POLICY, **{"from": 1}, **fields))
    same(consumer.hear("Subscribed").version, version, "version of the consumer")
    events = [consumer.hear("Deliver").event for _ in range(count)]
    consumer.socket.close()
    return events


def counter(home, name):
    return json.loads(home.govwire("status", "--dir", home.dir, "--json").out())["counters"][name]


def test_mixed(home):
    """Agents and consumers of both versions with one broker: each hears its own, and all see the same events."""
    _, agents, consumers = start(home)
    msgno = 0
    for low, high, spoken in ((BEFORE, BEFORE, BEFORE), (BEFORE, NOW, NOW), (NOW, NOW, NOW), (NOW, NEXT, NOW),
                              (LONG_AGO, BEFORE, BEFORE)):
        with step(f"an agent that speaks {low} to {high}: {spoken} it is"):
            agent = Peer(agents, spoken)
            agent.say(hello(low, high), version=high)
            same(agent.hear("Welcome").version, spoken, "version")
            publish(agent, 1, article(msgno))
            same(agent.hear("Ack").msgno, 1, "acknowledged")
            agent.say(wire.Ping(nonce=7))
            same(agent.hear("Pong").nonce, 7, "answer")
            agent.socket.close()
            msgno += 1
    with step("consumers of both versions read the same bytes"):
        same(read(consumers, BEFORE, msgno), read(consumers, NOW, msgno), "events")
        same(read(consumers, BEFORE, 1, filter='"Notice 3"'), read(consumers, NOW, 1, filter='"Notice 3"'), "filtered events")


def test_refused(home):
    """Versions that nobody here speaks are refused, with both sides' numbers, counted, and told once."""
    broker, agents, consumers = start(home)
    for version in (LONG_AGO, NEXT):
        with step(f"one that speaks {version} alone"):
            agent = Peer(agents, version)
            agent.say(hello(version, version))
            refuse = agent.hear("Refuse")
            same((refuse.code, refuse.reason), (wire.REFUSE_VERSION, f"this broker speaks versions {BEFORE} to {NOW}, "
                                                f"this agent {version} to {version}"), "answer")
            consumer = Peer(consumers, version)
            consumer.say(wire.Subscribe(version_min=version, version_max=version, stream=wire.STREAM_POLICY))
            refuse = consumer.hear("Refuse")
            same(refuse.code, wire.REFUSE_VERSION, "code")
            check(f"this consumer {version} to {version}" in refuse.reason, refuse.reason)
        with step(f"and a frame of version {version} in the middle of a conversation"):
            agent = Peer(agents, NOW)
            agent.say(hello(BEFORE, NOW))
            agent.hear("Welcome")
            agent.say(wire.Ping(nonce=1), version=version)
            refuse = agent.hear("Refuse")
            same((refuse.code, refuse.reason), (wire.REFUSE_VERSION,
                                                f"PING of version {version}; this program speaks {BEFORE} to {NOW}"), "answer")
    same(counter(home, "refused_versions"), 6, "counted")
    same(sum('"refused_versions"' in line for line in broker.err().splitlines()), 1, "lines about it")


def test_later_fields(home):
    """What a later program says that nobody here knows goes through the store to consumers, byte for byte."""
    broker, agents, consumers = start(home)
    with step("from the version before it breaks the conversation, as it always did"):
        agent = Peer(agents, BEFORE)
        agent.say(hello(BEFORE, BEFORE))
        agent.hear("Welcome")
        publish(agent, 1, article(0, LATER))
        check("field 1007 is unknown" in agent.hear("Refuse").reason, "not said")

    with step("from this one it is kept"):
        agent = Peer(agents, NOW)
        agent.say(hello(BEFORE, NEXT), version=NEXT)
        agent.hear("Welcome")
        publish(agent, 1, article(1, LATER))
        agent.hear("Ack")
        before, now = read(consumers, BEFORE, 1)[0], read(consumers, NOW, 1)[0]
        event = wire.Event.FromString(now)
        check(event.document.SerializeToString().endswith(LATER), "the fields are gone")
        same(before, now, "what consumers of both versions read")
        same(read(consumers, NOW, 1, filter='"Notice 1"'), [now], "filtered")

    with step("also through a restart, and the commands read it"):
        broker.kill()
        broker.wait()
        home.govwire("store", "backup", home.path / "copy.db", "--dir", home.dir)
        stored = sqlite3.connect(home.path / "copy.db").execute("SELECT event FROM policy_events").fetchall()
        same([row[0] for row in stored], [now], "what is stored")
        _, agents, consumers = start(home)
        same(read(consumers, NOW, 1), [now], "replayed")
        same(home.events()[0]["data"]["document"]["title"], "Notice 1", "title")
        home.govwire("store", "verify", "--dir", home.dir)

    with step("a flood of such fields is not"):
        agent = Peer(agents, NOW)
        agent.say(hello(BEFORE, NOW))
        agent.hear("Welcome")
        publish(agent, 1, article(2, b"\x80\x3f\x2a" * 1000))
        check("more unknown fields than are kept" in agent.hear("Refuse").reason, "not said")


def test_agent(home):
    """An agent of this version with a broker of the one before, and with one it cannot speak with."""
    router = CONTEXT.socket(zmq.ROUTER)
    router.linger = 0
    port = router.bind_to_random_port("tcp://127.0.0.1")
    agent = home.start("govwire-agent", "--dir", home.dir, "--broker", f"tcp://127.0.0.1:{port}")

    def next_hello():
        while True:
            peer, frame = router.recv_multipart()
            message = wire.unpack(frame)
            if type(message).__name__ == "Hello":
                return peer, message

    def welcome(peer, version):
        router.send_multipart([peer, wire.pack(wire.Welcome(version=version, session=b"s" * 16, store_id="s", generation=1,
                                                            credit_messages=10, credit_bytes=1 << 20, heartbeat_ms=200),
                                               version=min(version, NOW))])

    with step("it offers both its versions"):
        peer, message = next_hello()
        same((message.version_min, message.version_max), (BEFORE, NOW), "offered")

    with step(f"a broker that chooses {NEXT} is none for it"):
        welcome(peer, NEXT)
        peer, message = next_hello()

    with step(f"with one that chooses {BEFORE} it goes on in that"):
        welcome(peer, BEFORE)
        router.send_multipart([peer, wire.pack(wire.SourceDef(last=True), BEFORE)])
        for _ in range(3):
            _, frame = router.recv_multipart()
            kind = type(wire.unpack(frame)).__name__
            check(kind != "Hello", "it began again")
            same(frame[1], BEFORE, kind)
            router.send_multipart([peer, wire.pack(wire.Pong(nonce=1), BEFORE)])

    with step("one that refuses its versions is asked again, and the log says why"):
        router.send_multipart([peer, wire.pack(wire.Refuse(code=wire.REFUSE_VERSION, reason="this broker speaks 8 to 9",
                                                           retry_ms=50), NEXT)])
        next_hello()
        check("this broker speaks 8 to 9" in agent.err(), agent.err())
    router.close()


main(__name__)
