# SPDX-License-Identifier: Apache-2.0
"""A fleet: one broker, several agents with their collectors, durable consumers; whoever ended is started again at once, as a
machine's supervisor does. And what must hold of it at the end, whatever happened meanwhile."""
import contextlib
import glob
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import zmq

from kit import ministry, wire
from kit.run import Program, alive, check, children_of, same, step, until

AHEAD = 20  # articles a site may answer beyond its part while something is done to the fleet
ROLES = ("broker", "agent", "fetcher", "reader", "consumer")
STALL_S = 120  # nothing takes longer unless something is wrong; a lease that nobody renews ends after 15 s
KIT = pathlib.Path(__file__).resolve().parent.parent


def argument(name, default):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def say(text):
    print(f"    {text}", flush=True)


@contextlib.contextmanager
def dealer(context, endpoint):
    """A connection that is gone behind it, whatever happens: an open socket would keep the program from ending."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    try:
        yield socket
    finally:
        socket.close()


class Sites:
    """The documents, on several hosts, which together run only so far ahead as they are let."""

    def __init__(self, home, documents, sites, serve=None):
        self.home, self.documents = home, documents
        self.each = [documents // sites + (i < documents % sites) for i in range(sites)]
        self.servers = [(serve or home.serve)(ministry.site(n)) for n in self.each]

    def announce(self):
        for i, server in enumerate(self.servers):
            self.home.source(f"site{i}", f"{server.url}/index.html")

    def let(self, moment):
        for server, n in zip(self.servers, self.each):
            server.let(moment * n // self.documents + AHEAD)

    def let_all(self):
        for server in self.servers:
            server.let(float("inf"))

    def served(self):
        return sum(server.count() for server in self.servers)

    def reach(self, moment):
        """Until so many requests were answered, and not many more."""
        self.let(moment)
        until(lambda: self.served() >= moment)


class Fleet:
    """All processes. `prefix` and `options` by "broker" and "agent" say how they are run; `env` is for both."""

    def __init__(self, home, agents=3, collectors=2, consumers=2, prefix=None, options=None, env=None):
        self.home, self.collectors = home, collectors
        self.prefix, self.options, self.env = prefix or {}, options or {}, env
        self.context = zmq.Context()
        self.run = tempfile.mkdtemp(prefix="gw-run-")  # short enough for ipc paths
        os.environ["XDG_RUNTIME_DIR"] = self.run
        os.environ["PYTHONPATH"] = str(KIT)
        self.broker = self.start_broker()
        until(lambda: self.endpoint("consumers") or self.broker.running() is False)
        check(self.broker.running(), f"the broker ended:\n{self.broker.tail()}")
        self.agents = [self.start_agent(i) for i in range(agents)]
        self.consumers = [self.start_consumer(i) for i in range(consumers)]

    def endpoint(self, name):
        """Of the broker: it is the one that has both."""
        found = glob.glob(f"{self.run}/govwire-*/consumers")
        return found and f"ipc://{os.path.dirname(found[0])}/{name}"

    def program(self, role, name, *arguments):
        p = Program(self.home, name, *arguments, *self.options.get(role, ()), prefix=self.prefix.get(role, ()), env=self.env)
        self.home.programs.append(p)
        return p

    def start_broker(self):
        return self.program("broker", "govwire-broker", "--dir", self.home.dir)

    def start_agent(self, i):
        directory = self.home.path / f"agent{i}"
        directory.mkdir(exist_ok=True)
        where = () if "agent" in self.options else ("--broker", self.endpoint("agents"))
        return self.program("agent", "govwire-agent", "--dir", directory, "--collectors", self.collectors, *where)

    def record(self, i):
        return self.home.path / f"consumer{i}.seen"

    def start_consumer(self, i):
        command = [sys.executable, "-B", "-m", "kit.durable", self.endpoint("consumers"), f"reader-{i}", str(self.record(i))]
        with open(self.home.path / f"consumer{i}.err", "ab") as err:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=err)

    def victims(self, role):
        if role == "broker":
            return [self.broker.pid]
        if role == "agent":
            return [a.pid for a in self.agents]
        if role == "consumer":
            return [c.pid for c in self.consumers]
        found = []
        for agent in self.agents:
            for pid, arguments in children_of(agent.pid).items():
                is_reader = "--reader" in arguments
                if os.path.basename(arguments[0]) == "govwire-collector" and is_reader == (role == "reader"):
                    found.append(pid)
        return sorted(found)

    def kill_one(self, chance):
        role = chance.choice(ROLES)
        pid = chance.choice(until(lambda: self.victims(role)))
        time.sleep(chance.random() * 0.03)  # a moment within the work on one article
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # a reader that was replaced just now
        for process in (self.broker.process, *(a.process for a in self.agents), *self.consumers):
            if process.pid == pid:
                process.wait()  # it looks dead before the last of its threads is
        until(lambda: not alive(pid))
        self.revive()
        return role

    def revive(self):
        """Start again what was killed. Whatever ended by itself is a finding, told by its log."""
        if not self.broker.running():
            self.killed(self.broker)
            self.broker = self.start_broker()
        for i, agent in enumerate(self.agents):
            if not agent.running():
                self.killed(agent)
                self.agents[i] = self.start_agent(i)
        for i, consumer in enumerate(self.consumers):
            if consumer.poll() is not None:
                check(consumer.returncode == -signal.SIGKILL, f"consumer {i} ended with {consumer.returncode}")
                self.consumers[i] = self.start_consumer(i)

    @staticmethod
    def killed(p):
        check(p.wait() == -signal.SIGKILL, f"{p.name} ended by itself with {p.wait()}:\n{p.tail(30)}")

    def status(self):
        """What the broker says, or None while it is away."""
        with dealer(self.context, self.endpoint("consumers")) as socket:
            socket.send(wire.pack(wire.StatusReq()))
            return wire.unpack(socket.recv(), check=False) if socket.poll(2000) else None

    def connected(self):
        status = self.status()
        return status and sum(a.connected for a in status.agents) == len(self.agents)

    def finish(self, documents, seconds=STALL_S):
        """Everything is collected, each consumer has it, and it is all there, in order, once."""
        with step("what is left is collected", seconds):
            until(lambda: (s := self.status()) and s.policy_seq >= documents, 0.2)
        with step("and each consumer has it", STALL_S):
            for i in range(len(self.consumers)):
                until(lambda: self.record(i).exists() and len(seen_by(self.record(i))[0]) >= documents, 0.2)
        with step("two later replays are identical, and hold each document once", STALL_S):
            first, urls, types = replay(self.context, self.endpoint("consumers"), documents)
            second, _, _ = replay(self.context, self.endpoint("consumers"), documents)
            same(first == second, True, "the two replays are the same")
            same([seq for seq, _ in first], list(range(1, documents + 1)), "the sequence")
            same(len(set(urls)), documents, "distinct documents")
            same(types, {"published"}, "the types")
            same(self.status().policy_seq, documents, "the end of the stream")
        with step("each durable consumer heard exactly that, in order"):
            for i in range(len(self.consumers)):
                events, repeats = seen_by(self.record(i))
                same(events == first, True, f"consumer {i} heard what is stored")
                say(f"consumer {i}: {len(events)} events, {repeats} heard again")
        with step("the store is sound", STALL_S):
            self.broker.kill(signal.SIGTERM)
            same(self.broker.wait(), 0, "the broker's exit code")
            self.home.govwire("store", "verify", "--dir", self.home.dir)

    def close(self):
        for consumer in self.consumers:
            consumer.kill()
            consumer.wait()
        self.context.destroy(0)
        shutil.rmtree(self.run, ignore_errors=True)


def seen_by(path):
    """What a consumer wrote down: (its deliveries without repeats, how many were repeats)."""
    last, events, repeats = 0, [], 0
    for line in path.read_text().splitlines():
        seq, digest = line.split()
        if int(seq) <= last:
            same(digest, events[int(seq) - 1][1], f"event {seq}, heard again")
            repeats += 1
            continue
        same(int(seq), last + 1, "the next event a durable consumer heard")
        last = int(seq)
        events.append((last, digest))
    return events, repeats


def replay(context, endpoint, count):
    """Everything from 1, by an anonymous consumer, and the documents' URLs."""
    events, urls, types = [], [], set()
    with dealer(context, endpoint) as socket:
        socket.send(wire.pack(wire.Subscribe(version_min=1, version_max=1, stream=wire.STREAM_POLICY, credit=4096, **{"from": 1})))
        while len(events) < count:
            check(socket.poll(20000), f"the replay stopped at {len(events)}")
            message = wire.unpack(socket.recv(), check=False)
            if type(message).__name__ == "Deliver":
                event = wire.Event()
                event.ParseFromString(message.event)
                events.append((message.seq, hashlib.sha256(message.event).hexdigest()))
                urls.append(event.subject)
                types.add(event.type)
                if len(events) % 1000 == 0:
                    socket.send(wire.pack(wire.Cack(seq=message.seq)))
    return events, urls, types
