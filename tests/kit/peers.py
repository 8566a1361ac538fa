# SPDX-License-Identifier: Apache-2.0
"""A broker of its own, and agents and consumers played over its sockets."""
import glob
import json
import os
import random
import shutil
import signal
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
