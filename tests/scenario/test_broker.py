# SPDX-License-Identifier: Apache-2.0
"""The broker as its peers know it: this script plays agents and consumers over its sockets, and kills it.

GOVWIRE_SEED=n repeats a run's random moments.
"""
import contextlib
import csv
import glob
import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import zmq

from kit import wire

BIN = os.environ["GOVWIRE_BIN"]
SEED = int(os.environ.get("GOVWIRE_SEED", random.randrange(1 << 32)))
STEP_S = 20 * int(os.environ.get("GOVWIRE_SLOW", "1"))  # no step takes longer unless something is wrong
CONTEXT = zmq.Context()
LIST = "http://town.example/list"
HOST = "town.example:443"


def change_store(path, statement):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)


def page(i):
    return f"http://town.example/{i}"


def canonical(url):
    return url.replace("http://", "https://")


class Broker:
    """A directory with its broker, started and killed at will."""

    def __init__(self, sources=None):
        self.base = tempfile.mkdtemp(prefix="gw-broker-")
        self.dir = os.path.join(self.base, "dir")
        self.run = os.path.join(self.base, "run")
        os.makedirs(os.path.join(self.dir, "sources.d"))
        os.makedirs(self.run, 0o700)
        self.process = None
        self.write_source("town", f"id: town\nurl: {LIST}\n" if sources is None else sources)

    def write_source(self, name, text):
        path = os.path.join(self.dir, "sources.d", name + ".yaml")
        with open(path + ".new", "w", encoding="utf-8") as out:
            out.write(text)
        os.rename(path + ".new", path)

    def start(self, *options):
        env = dict(os.environ, XDG_RUNTIME_DIR=self.run)
        self.log = open(os.path.join(self.base, "log"), "ab")
        self.process = subprocess.Popen([os.path.join(BIN, "govwire-broker"), "--dir", self.dir, *options], env=env,
                                        stderr=self.log)
        return self

    def endpoint(self, name):
        deadline = time.monotonic() + STEP_S
        while time.monotonic() < deadline:
            found = glob.glob(os.path.join(self.run, "govwire-*", name))
            if found:
                return "ipc://" + found[0]
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker ended with {self.process.returncode}: {self.tail()}")
            time.sleep(0.01)  # polling for a file to appear
        raise TimeoutError("the broker does not listen")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=STEP_S)
        self.log.close()
        return code

    def tail(self):
        with open(os.path.join(self.base, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.base)


class Peer:
    def __init__(self, endpoint):
        self.socket = CONTEXT.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)

    def say(self, message):
        self.socket.send(wire.pack(message))

    def hear(self, timeout_s=STEP_S):
        """The next message, or None."""
        if not self.socket.poll(int(timeout_s * 1000)):
            return None
        return wire.unpack(self.socket.recv(), check=False)

    def expect(self, name, timeout_s=STEP_S):
        """The next message must be one of this kind; heartbeats aside."""
        while True:
            message = self.hear(timeout_s)
            kind = type(message).__name__
            if kind == name:
                return message
            if kind != "Pong":
                raise AssertionError(f"expected {name}, heard {kind}: {message}")

    def close(self):
        self.socket.close()


class Agent(Peer):
    """Keeps its own outbox: what was not acknowledged is sent again in the next session."""

    def __init__(self, broker, node="node", incarnation=None):
        super().__init__(broker.endpoint("agents"))
        self.broker = broker
        self.node = node
        self.incarnation = incarnation or random.randbytes(16)
        self.outbox = {}  # msgno -> message
        self.last = 0
        self.acked = 0
        self.epochs = {}
        self.targets = {}
        self.nacks = {}
        self.filled = set()

    def hello(self, **fields):
        hello = wire.Hello(version_min=1, version_max=wire.VERSION, node=self.node, incarnation=self.incarnation,
                           last_msgno=self.last)
        for name, value in fields.items():
            setattr(hello, name, value)
        self.say(hello)

    def connect(self):
        """A whole session start: HELLO, sources, resend, LEASE_REQ for the host of the list."""
        self.hello()
        self.welcome = self.expect("Welcome")
        self.sources = []
        while True:
            source = self.expect("SourceDef")
            if source.HasField("source"):
                self.sources.append(source)
            if source.last:
                break
        self.forget(self.welcome.acked_msgno)
        for msgno in sorted(self.outbox):
            self.say(self.outbox[msgno])
        self.settle()
        self.lease(HOST)
        return self

    def reconnect(self):
        self.socket.close()
        Peer.__init__(self, self.broker.endpoint("agents"))
        return self.connect()

    def forget(self, msgno):
        self.acked = max(self.acked, msgno)
        for number in [n for n in self.outbox if n <= msgno]:
            del self.outbox[number]

    def take(self, message):
        kind = type(message).__name__
        if kind == "Ack":
            self.forget(message.msgno)
        elif kind == "Nack":
            self.nacks[message.msgno] = message
        elif kind == "Grant":
            self.epochs[message.host] = message.epoch
        elif kind == "TargetDef":
            if message.HasField("target"):
                self.targets[message.target.url] = message.target
            if message.last:
                self.filled.add(message.host)
        elif kind not in ("Credit", "Pong", "SourceDef"):
            raise AssertionError(f"heard {kind}: {message}")
        return kind

    def settle(self):
        """Until everything sent has its outcome."""
        while self.outbox:
            message = self.hear()
            if message is None:
                raise TimeoutError(f"no outcome of {sorted(self.outbox)}: {self.broker.tail()}")
            self.take(message)

    def lease(self, host):
        self.filled.discard(host)
        self.say(wire.LeaseReq(capacity=100, hosts=[host]))
        while host not in self.filled:
            message = self.hear()
            if message is None:
                raise TimeoutError(f"no grant of {host}")
            self.take(message)

    def publish(self, observation, host=HOST, epoch=None, send=True):
        self.last += 1
        message = wire.Publish(msgno=self.last, host=host, epoch=epoch or self.epochs.get(host, 1),
                               observation=observation)
        self.outbox[self.last] = message
        if send:
            self.say(message)
        return self.last


def observation(url, purpose, **fields):
    now = int(time.time() * 1000)
    seen = wire.Observation(source_id="town", url=url, purpose=purpose, fetched_ms=now, extractor=1, **fields)
    seen.target.url = canonical(url)
    seen.target.source_id = "town"
    seen.target.purpose = purpose
    seen.target.fetched_ms = now
    return seen


def rows_of(urls):
    rows = wire.Rows(how="auto:test")
    for url in urls:
        rows.rows.add(url=url, title="row")
    return observation(LIST, wire.PURPOSE_LIST, rows=rows)


def article(i, title=None, body=None, **fields):
    document = wire.Document(url=page(i), title=title or f"Notice {i}", body=body or f"Text of {i}.\nSecond.", **fields)
    return observation(page(i), wire.PURPOSE_ARTICLE, document=document)


class Consumer(Peer):
    def __init__(self, broker, **fields):
        super().__init__(broker.endpoint("consumers"))
        self.events = []  # (seq, Event)
        self.delivered = 0
        self.say(wire.Subscribe(version_min=1, version_max=wire.VERSION, **dict({"stream": wire.STREAM_POLICY, "from": 1}, **fields)))

    def opened(self):
        self.subscribed = self.expect("Subscribed")
        return self

    def deliver(self, message):
        event = wire.Event()
        event.ParseFromString(message.event)
        assert message.prev_seq == self.delivered, (message.prev_seq, self.delivered)
        self.delivered = message.seq
        self.events.append((message.seq, event))

    def collect(self, n, cack=True):
        """Until n events came, each acknowledged."""
        while len(self.events) < n:
            message = self.hear()
            if message is None:
                raise TimeoutError(f"{len(self.events)} of {n} events")
            if type(message).__name__ == "Deliver":
                self.deliver(message)
                if cack:
                    self.say(wire.Cack(seq=message.seq))
            elif type(message).__name__ not in ("Mark", "CaughtUp", "Pong"):
                raise AssertionError(message)
        return [seq for seq, _ in self.events]


def status(broker):
    peer = Peer(broker.endpoint("consumers"))
    peer.say(wire.StatusReq())
    answer = peer.expect("Status")
    peer.close()
    return answer


class Mount:
    """A file system of its own, as small as it takes."""

    def __init__(self, path, size):
        self.path = path
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none", path], check=True)

    @staticmethod
    def works(path):
        tried = subprocess.run(["mount", "-t", "tmpfs", "none", path], stderr=subprocess.DEVNULL)
        return tried.returncode == 0 and subprocess.run(["umount", path]).returncode == 0

    def resize(self, size):
        subprocess.run(["mount", "-o", "remount,size=" + size, self.path], check=True)

    def close(self):
        subprocess.run(["umount", "-l", self.path], check=True)


class BrokerTest(unittest.TestCase):
    def setUp(self):
        random.seed(SEED)
        self.open = []
        self.broker = self.keep(Broker()).start()

    def keep(self, thing):
        self.open.append(thing)
        return thing

    def tearDown(self):
        for thing in reversed(self.open):
            thing.close()

    def agent(self, **fields):
        return self.keep(Agent(self.broker, **fields)).connect()

    def consumer(self, **fields):
        return self.keep(Consumer(self.broker, **fields)).opened()

    def govwire(self, *arguments, code=0):
        done = subprocess.run([os.path.join(BIN, "govwire"), *arguments, "--dir", self.broker.dir], timeout=STEP_S,
                              env=dict(os.environ, XDG_RUNTIME_DIR=self.broker.run), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def lines(self, *arguments):
        return [json.loads(line) for line in self.govwire("event", *arguments).splitlines()]


class Link(BrokerTest):
    def test_a_list_becomes_targets_before_its_ack(self):
        agent = self.agent()
        self.assertEqual([s.source.id for s in agent.sources], ["town"])
        agent.publish(rows_of([page(i) for i in range(50)] + ["http://other.example/1"]))
        agent.settle()
        # All rows were told before the ACK, also the one on a host that nobody held: it was granted with it.
        self.assertEqual(len(agent.targets), 51)
        self.assertEqual(agent.epochs["other.example:443"], 1)
        self.assertEqual(agent.targets["https://other.example/1"].row.url, "http://other.example/1")

    def test_what_is_known_comes_with_the_lease(self):
        agent = self.agent()
        agent.publish(rows_of([page(i) for i in range(2000)]))
        agent.settle()
        seen = article(7)
        seen.target.etag = '"v"'
        agent.publish(seen)
        agent.settle()
        agent.targets.clear()
        agent.reconnect()
        self.assertEqual(len(agent.targets), 2001)  # with the list's own
        self.assertEqual(agent.targets[canonical(page(7))].etag, '"v"')
        self.assertEqual(agent.epochs[HOST], 2)  # the same holder, the next epoch

    def test_a_lease_has_one_holder(self):
        first, second = self.agent(node="first"), self.keep(Agent(self.broker, node="second"))
        second.hello()
        second.expect("Welcome")
        while not second.expect("SourceDef").last:
            pass
        second.say(wire.LeaseReq(capacity=100, hosts=[HOST]))
        second.say(wire.Ping(nonce=1))
        self.assertEqual(type(second.hear()).__name__, "Pong")  # no grant came before it
        first.say(wire.Renew(held=[wire.HostEpoch(host=HOST, epoch=1), wire.HostEpoch(host="x:1", epoch=1)]))
        self.assertEqual(first.expect("Grant").epoch, 1)
        self.assertEqual(first.expect("Revoke").held.host, "x:1")
        first.say(wire.Bye())
        self.assertEqual(second.expect("Grant").epoch, 2)
        # What the first one still sends under its old epoch is kept aside.
        first.socket.close()
        Peer.__init__(first, self.broker.endpoint("agents"))
        first.hello(last_msgno=1)
        first.expect("Welcome")
        while not first.expect("SourceDef").last:
            pass
        msgno = first.publish(article(1), epoch=1)
        first.settle()
        self.assertEqual(first.nacks[msgno].code, "late")
        self.assertEqual(self.consumer().collect(1), [1])  # an unknown URL is published all the same

    def test_a_bad_message_is_a_dead_letter_and_the_next_is_taken(self):
        agent = self.agent()
        bad = article(1)
        bad.source_id = "nowhere"
        msgno = agent.publish(bad)
        agent.publish(article(2))
        agent.settle()
        self.assertEqual(agent.nacks[msgno].code, "dead")
        self.assertIn("nowhere", agent.nacks[msgno].reason)
        self.assertEqual(self.consumer().collect(1), [1])

    def test_repeats_are_taken_once(self):
        agent = self.agent()
        for i in range(5):
            agent.publish(article(i))
        agent.settle()
        agent.say(wire.Publish(msgno=3, host=HOST, epoch=1, observation=article(99)))
        agent.publish(article(5))
        agent.settle()
        self.assertEqual(self.consumer().collect(6), [1, 2, 3, 4, 5, 6])
        self.assertEqual(status(self.broker).policy_seq, 6)

    def refused(self, peer, code):
        while True:
            message = peer.hear()
            if type(message).__name__ == "Refuse":
                self.assertEqual(message.code, code, message.reason)
                return message

    def test_what_breaks_the_conversation_is_refused(self):
        agent = self.agent()
        agent.publish(article(1))
        agent.last += 1  # a message is missing
        agent.publish(article(2))
        self.refused(agent, wire.REFUSE_BAD_FRAME)
        agent.last, agent.outbox = 1, {}
        agent.reconnect()
        agent.say(wire.Publish(msgno=100000, host=HOST, epoch=1, observation=article(1)))
        self.refused(agent, wire.REFUSE_BAD_FRAME)
        agent.reconnect()
        agent.say(wire.Welcome(version=1, session=b"0" * 16, store_id="x", heartbeat_ms=1))
        self.refused(agent, wire.REFUSE_BAD_FRAME)
        stranger = self.keep(Agent(self.broker))
        stranger.publish(article(1))
        self.refused(stranger, wire.REFUSE_BUSY)
        stranger.hello(version_min=7, version_max=9)
        self.refused(stranger, wire.REFUSE_VERSION)
        frame = bytearray(wire.pack(wire.Ping(nonce=1)))
        frame[-1] ^= 1
        for garbage in (b"", b"x", b"\x10\x01\0\0\0\0\0\0\0\0", os.urandom(500), bytes(frame)):
            stranger = self.keep(Agent(self.broker))
            stranger.socket.send(garbage)
            self.refused(stranger, wire.REFUSE_BAD_FRAME)
        stranger.hello()
        self.assertIsNone(stranger.hear(0.2), "a connection that was refused was read again")
        agent.reconnect()  # honest ones are served

    def test_an_outbox_that_lost_its_end_is_refused(self):
        agent = self.agent()
        for i in range(3):
            agent.publish(article(i))
        agent.settle()
        agent.last = 2
        again = self.keep(Agent(self.broker, incarnation=agent.incarnation))
        again.last = 2
        again.hello()
        self.refused(again, wire.REFUSE_BEGIN_ANEW)

    def test_a_newer_session_takes_over(self):
        agent = self.agent()
        again = self.keep(Agent(self.broker, incarnation=agent.incarnation)).connect()
        self.refused(agent, wire.REFUSE_DUPLICATE)
        again.publish(article(1))
        again.settle()

    def test_an_unknown_outbox_may_begin_anywhere(self):
        agent = self.keep(Agent(self.broker))
        agent.last = 56
        agent.connect()
        agent.publish(article(1))
        agent.settle()
        self.assertEqual(agent.acked, 57)

    def test_a_dead_agents_hosts_become_free(self):
        dead = self.agent()
        dead.close()
        heir = self.keep(Agent(self.broker, node="heir"))
        heir.hello()
        heir.expect("Welcome")
        while not heir.expect("SourceDef").last:
            pass
        heir.say(wire.LeaseReq(capacity=100))
        message = None
        while type(message).__name__ not in ("Grant", "Refuse"):
            if message is None:
                heir.say(wire.Ping(nonce=1))
            message = heir.hear(1)
        self.assertEqual(message.epoch, 2)

    def test_the_window_moves_on(self):
        agent = self.agent()
        for i in range(3 * agent.welcome.credit_messages):
            agent.publish(article(i))
            if i % 100 == 99:
                agent.settle()
        agent.settle()


class Sources(BrokerTest):
    def test_files_are_watched(self):
        agent = self.agent()
        self.broker.write_source("city", "id: city\nurl: http://city.example/\n")
        news = agent.expect("SourceDef")
        self.assertEqual((news.source.id, news.removed, news.last), ("city", False, False))
        grant = agent.expect("Grant")  # its host was free
        self.assertEqual(grant.host, "city.example:443")
        self.assertTrue(agent.expect("TargetDef").last)
        os.unlink(os.path.join(self.broker.dir, "sources.d", "city.yaml"))
        gone = agent.expect("SourceDef")
        self.assertEqual((gone.source.id, gone.removed), ("city", True))

    def test_a_broken_file_keeps_its_last_good_version(self):
        agent = self.agent()
        consumer = self.consumer(stream=wire.STREAM_SOURCE)
        self.broker.write_source("town", "id: town\nurl: [nonsense\n")
        consumer.collect(1)
        event = consumer.events[0][1]
        self.assertEqual((event.source_id, event.type, event.source_change.reason), ("town", "degraded", "definition"))
        self.assertIn("town.yaml:", event.source_change.detail)
        agent.publish(article(1))  # it is still known
        agent.settle()
        self.assertEqual(self.consumer().collect(1), [1])
        self.broker.kill()  # and still after a restart with the broken file; the event comes once
        self.broker.start()
        agent.reconnect()
        self.assertEqual([s.source.id for s in agent.sources], ["town"])
        self.broker.write_source("town", f"id: town\nurl: {LIST}\npoll: 1h\n")
        self.assertEqual(agent.expect("SourceDef").source.poll_ms, 3600000)
        consumer = self.consumer(stream=wire.STREAM_SOURCE)
        consumer.collect(2)
        self.assertEqual([e.type for _, e in consumer.events], ["degraded", "ok"])


class Stream(BrokerTest):
    def publish_many(self, n, agent=None, **fields):
        agent = agent or self.agent()
        for i in range(n):
            agent.publish(article(i, **fields))
            if i % 100 == 99:
                agent.settle()
        agent.settle()
        return agent

    def test_replay_goes_over_into_live(self):
        agent = self.publish_many(300)
        consumer = self.consumer()
        self.assertEqual((consumer.subscribed.last, getattr(consumer.subscribed, "from")), (300, 1))
        self.assertEqual(consumer.collect(300), list(range(1, 301)))
        self.assertEqual(consumer.expect("CaughtUp").seq, 300)
        agent.publish(article(1000))
        agent.settle()
        self.assertEqual(consumer.collect(301)[-1], 301)
        self.assertEqual(consumer.events[-1][1].document.title, "Notice 1000")

    def test_without_a_cursor_it_is_from_now(self):
        agent = self.publish_many(3)
        consumer = self.consumer(**{"from": 0})
        agent.publish(article(9))
        agent.settle()
        self.assertEqual(consumer.collect(1), [4])

    def test_credit_bounds_what_is_on_its_way(self):
        self.publish_many(300)
        consumer = self.consumer(credit=7)
        consumer.collect(7, cack=False)
        self.assertIsNone(consumer.hear(0.5))
        consumer.say(wire.Cack(seq=3))
        self.assertEqual(consumer.collect(10, cack=False), list(range(1, 11)))
        self.assertIsNone(consumer.hear(0.5))
        consumer.say(wire.Cack(seq=10, credit=100))
        consumer.collect(110, cack=False)
        self.assertIsNone(consumer.hear(0.5))
        self.assertEqual(consumer.collect(110), list(range(1, 111)))

    def test_a_filter_skips_and_marks(self):
        agent = self.publish_many(50)
        consumer = self.consumer(filter='title:"Notice 17" OR title:"Notice 31"')
        self.assertEqual(consumer.collect(2), [18, 32])
        self.assertEqual(consumer.expect("CaughtUp").seq, 50)
        self.assertEqual(consumer.expect("Mark").seq, 50)
        agent.publish(article(60))
        agent.settle()
        self.assertEqual(consumer.expect("Mark").seq, 51)

    def test_a_name_keeps_its_position(self):
        self.publish_many(20)
        consumer = self.consumer(name="paper", filter="notice")
        consumer.collect(20)
        consumer.say(wire.Ping(nonce=1))
        while type(consumer.hear()).__name__ != "Pong":  # then it has heard the last CACK, too
            pass
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        again = self.consumer(name="paper", filter="notice", **{"from": 0})
        self.assertEqual(getattr(again.subscribed, "from"), 21)
        newer = self.consumer(name="paper", filter="notice", **{"from": 0})
        self.assertEqual(again.expect("CaughtUp").seq, 20)
        self.assertEqual(again.expect("Refuse").code, wire.REFUSE_DUPLICATE)
        newer.say(wire.Bye())
        changed = self.keep(Consumer(self.broker, name="paper", filter="other", **{"from": 0}))
        self.assertEqual(changed.expect("Refuse").code, wire.REFUSE_BAD_FILTER)
        self.consumer(name="paper", filter="other", **{"from": 5})

    def test_wrong_subscriptions_are_refused(self):
        for code, fields in ((wire.REFUSE_BAD_FILTER, {"filter": "nofield:x"}), (wire.REFUSE_BAD_CURSOR, {"from": 5}),
                             (wire.REFUSE_BAD_CURSOR, {"store_id": "another", "generation": 1}),
                             (wire.REFUSE_BAD_FRAME, {"stream": 9}),
                             (wire.REFUSE_VERSION, {"version_min": 5, "version_max": 6})):
            fields = dict({"version_min": 1, "version_max": 1}, **fields)
            peer = self.keep(Peer(self.broker.endpoint("consumers")))
            peer.say(wire.Subscribe(**dict({"stream": wire.STREAM_POLICY}, **fields)))
            refusal = peer.expect("Refuse")
            self.assertEqual(refusal.code, code, refusal.reason)
        consumer = self.consumer()
        consumer.say(wire.Cack(seq=77))
        while True:
            message = consumer.hear()
            if type(message).__name__ == "Refuse":
                self.assertEqual(message.code, wire.REFUSE_BAD_FRAME)
                break

    def test_a_stopped_consumer_stops_nobody(self):
        agent = self.agent()
        stopped, reader = self.consumer(), self.consumer()
        self.publish_many(1500, agent, body="x" * 3000)
        self.assertEqual(reader.collect(1500), list(range(1, 1501)))
        self.assertEqual(stopped.collect(1500), list(range(1, 1501)))  # it comes back, and nothing is missing


class Commands(BrokerTest):
    """`govwire event` and `govwire status` beside a running broker, and without one."""

    def story(self):
        """Thirty notices, then one of them revised, then moved."""
        agent = self.agent()
        for i in range(30):
            agent.publish(article(i, body=f"第{i}号公告\n智能制造 in district {i}"))
        agent.publish(article(7, body="第7号公告\n智能制造 in district 70"))
        agent.settle()
        moved = article(8, body="第8号公告\n智能制造 in district 8")
        moved.response.status = 200
        moved.response.final_url = "http://town.example/new"
        moved.response.hops.add(url=page(8), status=301)
        agent.publish(moved)
        agent.settle()
        return agent

    def check_reading(self):
        self.assertEqual([e["data"]["seq"] for e in self.lines("tail", "--json")], list(range(12, 32)))
        self.assertEqual([e["data"]["seq"] for e in self.lines("tail", "--from", "29", "--json")], [29, 30, 31])
        self.assertEqual(len(self.govwire("event", "tail").splitlines()), 20)
        self.assertEqual([e["data"]["seq"] for e in self.lines("tail", "--query", "district", "--limit", "2", "--json")],
                         [30, 31])
        # Complete, newest first, two Han characters are enough.
        self.assertEqual([e["data"]["seq"] for e in self.lines("search", "制造 type:revised", "--json")], [31])
        self.assertEqual(len(self.lines("search", "制造", "--json")), 31)
        self.assertEqual([e["data"]["seq"] for e in self.lines("search", "制造", "--limit", "3", "--json")], [31, 30, 29])
        exported = self.lines("export", "--from", "2", "--to", "4")
        self.assertEqual([e["sequence"] for e in exported], [f"{n:020}" for n in (2, 3, 4)])
        rows = list(csv.reader(io.StringIO(self.govwire("event", "export", "--format", "csv"), newline="")))
        self.assertEqual((len(rows), rows[0][0], rows[31][2]), (32, "seq", "revised"))
        first = exported[0]
        self.assertEqual(self.lines("get", first["id"], "--json"), [first])
        self.assertIn("Notice 1", self.govwire("event", "get", "2"))
        self.govwire("event", "get", "99", code=1)
        self.govwire("event", "get", "nonsense", code=1)
        self.assertIn("column 1", self.govwire("event", "search", "nofield:x", code=2))
        self.assertIn("+ 智能制造 in district 70", self.govwire("event", "diff", "31"))
        self.govwire("event", "diff", "1", code=1)
        history = self.lines("history", page(7).replace("//", "//www."), "--json")
        self.assertEqual([e["type"] for e in history], ["gov.policy.published", "gov.policy.revised"])
        self.assertEqual(self.lines("history", "http://town.example/new", "--json")[0]["data"]["seq"], 9)
        self.govwire("event", "history", "http://town.example/none", code=1)

    def test_reading_needs_no_broker(self):
        self.story()
        self.check_reading()
        self.broker.kill()
        self.check_reading()

    def test_a_new_directory_has_no_events(self):
        self.broker.kill()
        shutil.rmtree(os.path.join(self.broker.dir, "state"), ignore_errors=True)
        self.assertEqual(self.govwire("event", "tail") + self.govwire("event", "search", "x"), "")
        self.assertEqual(json.loads(self.govwire("status", "--json"))["running"], False)

    def test_following_survives_restarts(self):
        agent = self.agent()
        agent.publish(article(0))
        agent.settle()
        follower = subprocess.Popen([os.path.join(BIN, "govwire"), "event", "tail", "--follow", "--from", "1", "--json",
                                     "--dir", self.broker.dir], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                    env=dict(os.environ, XDG_RUNTIME_DIR=self.broker.run))
        seqs = [json.loads(follower.stdout.readline())["data"]["seq"]]
        for i in range(1, 4):
            agent.publish(article(i))
            agent.settle()
            seqs.append(json.loads(follower.stdout.readline())["data"]["seq"])
            self.broker.kill()
            self.broker.start()
            agent.reconnect()
        agent.publish(article(9))
        agent.settle()
        seqs.append(json.loads(follower.stdout.readline())["data"]["seq"])
        self.assertEqual(seqs, [1, 2, 3, 4, 5])
        follower.send_signal(signal.SIGINT)
        self.assertEqual(follower.wait(timeout=STEP_S), 0)
        follower.stdout.close()

    def test_status_for_programs(self):
        agent = self.agent()
        seen = rows_of([])
        seen.health.state, seen.health.reason, seen.health.since_ms = "broken", "empty_list", seen.fetched_ms
        agent.publish(seen)
        agent.publish(article(1))
        agent.settle()
        report = wire.Report(hosts=1, collectors=2, outbox=4)
        report.sources.add(source_id="town", rows=5, pending=6, health=seen.health)
        agent.say(report)
        agent.say(wire.Ping(nonce=1))
        while type(agent.hear()).__name__ != "Pong":
            pass
        answer = json.loads(self.govwire("status", "--json"))
        self.assertEqual((answer["running"], answer["seq"], answer["outbox"]), (True, 1, 4))
        self.assertEqual(answer["agents"][0]["collectors"], 2)
        source = answer["sources"][0]
        self.assertEqual((source["id"], source["state"], source["reason"], source["pending"]),
                         ("town", "broken", "empty_list", 6))
        self.assertIn("empty_list", self.govwire("status"))
        self.broker.stop()
        answer = json.loads(self.govwire("status", "--json"))
        self.assertEqual((answer["running"], answer["seq"]), (False, 1))
        self.assertEqual(answer["sources"][0]["reason"], "empty_list")  # the store remembers
        self.assertIn("last_poll", answer["sources"][0])


class Care(BrokerTest):
    """`govwire store`, and what a store goes through."""

    def test_a_backup_restores_as_a_new_generation(self):
        agent = self.agent()
        for i in range(5):
            agent.publish(article(i))
        agent.settle()
        copy = os.path.join(self.broker.base, "copy.db")
        self.govwire("store", "backup", copy)  # beside the running broker
        self.govwire("store", "backup", copy, code=73)
        for i in range(5, 8):
            agent.publish(article(i))
        agent.settle()
        consumer = self.consumer()
        consumer.collect(8)
        store_id = consumer.subscribed.store_id
        self.govwire("store", "restore", copy, code=75)
        self.broker.stop()
        self.assertIn("5 events, generation 2", self.govwire("store", "restore", copy))
        self.assertIn("5 events", self.govwire("store", "verify"))
        self.broker.start()
        # The consumer's cursor is of another generation: it is told, not skipped over.
        stale = self.keep(Consumer(self.broker, store_id=store_id, generation=1, **{"from": 9}))
        self.assertEqual(stale.expect("Refuse").code, wire.REFUSE_BAD_CURSOR)
        # The agent's outbox has gone on; what it sends next is taken, and what it saw again is known or new.
        agent.reconnect()
        self.assertEqual((agent.welcome.generation, agent.welcome.acked_msgno), (2, 0))
        agent.publish(article(6))
        agent.publish(article(3))
        agent.settle()
        self.assertEqual(self.consumer().collect(6), [1, 2, 3, 4, 5, 6])

    def test_damage_is_found_and_ends_the_broker(self):
        agent = self.agent()
        for i in range(300):
            agent.publish(article(i, body="x" * 2000))
            if i % 100 == 99:
                agent.settle()
        self.broker.stop()
        store = os.path.join(self.broker.dir, "state", "store.db")
        self.assertIn("300 events", self.govwire("store", "verify"))
        size = os.path.getsize(store)
        with open(store, "r+b") as damaged:
            damaged.seek(size // 2)
            damaged.write(os.urandom(size // 4))
        self.assertIn("fault", self.govwire("store", "verify", code=65))
        self.broker.start()
        try:
            consumer = self.keep(Consumer(self.broker))
            while consumer.hear(5) is not None:
                pass
        except (RuntimeError, ValueError):
            pass  # it may end before it listens
        self.assertEqual(self.broker.process.wait(timeout=STEP_S), 65)
        self.broker.log.close()

    def test_a_full_disk_is_waited_out(self):
        """Nothing is acknowledged that is not stored, and room is all it needs to go on."""
        self.broker.endpoint("consumers")
        self.broker.kill()
        state = os.path.join(self.broker.dir, "state")
        shutil.rmtree(state, ignore_errors=True)
        os.makedirs(state)
        if os.geteuid() != 0 or not Mount.works(state):
            self.skipTest("mounting a small file system needs root")
        mount = self.keep(Mount(state, "6m"))
        self.broker.start()
        agent = self.agent()
        for i in range(200):
            agent.publish(article(i, body=f"{i} " + "x" * 100000))
        pongs = 0
        while pongs < 10:  # until ten heartbeats brought no ACK
            agent.say(wire.Ping(nonce=1))
            kind = agent.take(agent.hear())
            pongs = pongs + 1 if kind == "Pong" else 0
            if kind == "Pong":
                time.sleep(0.3)  # the pace of the heartbeat; the store tries again each second
        self.assertTrue(agent.outbox)
        acked = 200 - len(agent.outbox)
        self.assertEqual(status(self.broker).policy_seq, acked)
        mount.resize("200m")
        agent.settle()
        self.assertEqual(self.consumer().collect(200), list(range(1, 201)))
        self.broker.stop()
        self.assertIn("events", self.govwire("store", "verify"))

    def test_the_index_is_made_anew(self):
        agent = self.agent()
        agent.publish(article(1, body="智能制造"))
        agent.settle()
        while status(self.broker).index_lag:
            pass
        self.broker.stop()
        index = os.path.join(self.broker.dir, "state", "index.db")
        self.assertIn("1 events", self.govwire("store", "reindex"))
        self.assertEqual(len(self.lines("search", "智能", "--json")), 1)
        with open(index, "wb") as damaged:
            damaged.write(os.urandom(50000))
        self.assertEqual(len(self.lines("search", "智能", "--json")), 1)
        self.broker.start()
        while status(self.broker).index_lag:
            pass
        self.assertEqual(len(self.lines("search", "智能", "--json")), 1)

    def test_retention_makes_a_gap(self):
        agent = self.agent()
        for i in range(3):
            agent.publish(article(i))
        agent.settle()
        self.broker.stop()
        with open(os.path.join(self.broker.dir, "govwire.yaml"), "w", encoding="utf-8") as settings:
            settings.write("store: {retention: 1d}\n")
        store = os.path.join(self.broker.dir, "state", "store.db")
        change_store(store, "UPDATE policy_events SET stored_ms = stored_ms - 2 * 86400000")
        self.broker.start()
        while self.govwire("event", "export"):
            time.sleep(0.1)  # it looks a second after its start
        agent.reconnect()
        agent.publish(article(7))
        agent.settle()
        consumer = self.consumer()
        gap = consumer.expect("Gap")
        self.assertEqual((getattr(gap, "from"), gap.to), (1, 3))
        self.assertEqual(consumer.collect(1), [4])


class Life(BrokerTest):
    def test_one_broker_per_directory_and_a_clean_end(self):
        self.broker.endpoint("consumers")
        status(self.broker)
        second = subprocess.run([os.path.join(BIN, "govwire-broker"), "--dir", self.broker.dir], timeout=STEP_S,
                                env=dict(os.environ, XDG_RUNTIME_DIR=self.broker.run), stderr=subprocess.PIPE)
        self.assertEqual(second.returncode, 75)
        agent = self.agent()
        self.assertEqual(self.broker.stop(), 0)
        self.assertEqual(agent.expect("Refuse").code, wire.REFUSE_STOPPING)

    def test_status_shows_agents_and_sequences(self):
        agent = self.agent()
        agent.publish(article(1))
        agent.settle()
        report = wire.Report(hosts=1, collectors=2, outbox=3, idle=True)
        report.sources.add(source_id="town", rows=5)
        agent.say(report)
        agent.say(wire.Ping(nonce=1))
        while type(agent.hear()).__name__ != "Pong":
            pass
        answer = status(self.broker)
        self.assertEqual((answer.policy_seq, answer.generation), (1, 1))
        self.assertEqual([(a.node, a.connected, a.report.outbox) for a in answer.agents], [("node", True, 3)])
        self.assertEqual([s.rows for s in answer.sources], [5])
        counters = {c.name: c.value for c in answer.counters}
        self.assertEqual(counters["intake_stored"], 1)

    def test_a_newer_store_is_left_alone(self):
        self.agent()
        self.broker.stop()
        store = os.path.join(self.broker.dir, "state", "store.db")
        change_store(store, "PRAGMA user_version = 999")
        self.broker.start()
        self.assertEqual(self.broker.process.wait(timeout=STEP_S), 65)
        self.broker.log.close()

    def test_killed_at_random_moments_nothing_is_lost_or_doubled(self):
        """Articles are published while the broker dies again and again, most often between a PUBLISH and its ACK."""
        articles, kills = 400, 12
        print(f"seed {SEED}", flush=True)
        agent = self.agent()
        agent.publish(rows_of([page(i) for i in range(articles)]))
        agent.settle()
        consumer = self.consumer(name="watcher")
        heard = []
        published = 0
        while published < articles or agent.outbox:
            for _ in range(random.randrange(1, 60)):
                if published < articles and len(agent.outbox) < 200:
                    agent.publish(article(published))
                    published += 1
            for _ in range(random.randrange(0, 40)):
                message = agent.hear(0.001)
                if message is not None:
                    agent.take(message)
            while (message := consumer.hear(0)) is not None:
                if type(message).__name__ == "Deliver":
                    heard.append(message.seq)
                    consumer.say(wire.Cack(seq=message.seq))
            if kills and random.random() < 0.4:
                kills -= 1
                self.broker.kill()
                self.broker.start()
                agent.reconnect()
                consumer.close()
                self.open.remove(consumer)
                consumer = self.consumer(name="watcher", **{"from": 0})
            elif published == articles:
                agent.settle()
        replay = self.consumer()
        self.assertEqual(replay.collect(articles), list(range(1, articles + 1)))
        urls = [event.subject for _, event in replay.events]
        self.assertEqual(sorted(urls), sorted(canonical(page(i)) for i in range(articles)))
        self.assertEqual({event.type for _, event in replay.events}, {"published"})
        # The durable one may have heard the last few before a kill twice, but misses none and never goes back further.
        while len(set(heard)) < articles:
            message = consumer.hear()
            if type(message).__name__ == "Deliver":
                heard.append(message.seq)
                consumer.say(wire.Cack(seq=message.seq))
        self.assertEqual(sorted(set(heard)), list(range(1, articles + 1)))
        second = self.consumer()
        self.assertEqual(second.collect(articles), list(range(1, articles + 1)))
        digest = [hashlib.sha256(e.SerializeToString()).digest() for _, e in replay.events]
        self.assertEqual(digest, [hashlib.sha256(e.SerializeToString()).digest() for _, e in second.events])


if __name__ == "__main__":
    unittest.main(verbosity=2)
