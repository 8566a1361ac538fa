# SPDX-License-Identifier: Apache-2.0
"""Many machines, many deaths: three agents of two collectors each, two durable consumers, and whoever is killed, whenever.

    test_fleet.py [--documents N] [--kills K] [--seed S]
"""
import glob
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import zmq

from kit import ministry, wire
from kit.run import Program, alive, check, children_of, main, same, seed, step, until

SITES, AGENTS, COLLECTORS, CONSUMERS = 6, 3, 2, 2
AHEAD = 20  # articles a site may answer beyond its part while a victim is chosen
ROLES = ("broker", "agent", "fetcher", "reader", "consumer")
STALL_S = 120  # nothing takes longer unless something is wrong; a lease that nobody renews ends after 15 s
KIT = pathlib.Path(__file__).resolve().parent.parent


def argument(name, default):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def say(text):
    print(f"    {text}", flush=True)


class Fleet:
    """All processes, each started again at once when it ended; what a machine's supervisor does."""

    def __init__(self, home):
        self.home = home
        self.run = tempfile.mkdtemp(prefix="gw-run-")  # short enough for ipc paths
        os.environ["XDG_RUNTIME_DIR"] = self.run
        os.environ["PYTHONPATH"] = str(KIT)
        self.restarts = {}
        self.broker = self.start_broker()
        until(lambda: self.endpoint("consumers"))
        self.agents = [self.start_agent(i) for i in range(AGENTS)]
        self.consumers = [self.start_consumer(i) for i in range(CONSUMERS)]

    def endpoint(self, name):
        """Of the broker: it is the one that has both."""
        found = glob.glob(f"{self.run}/govwire-*/consumers")
        return found and f"ipc://{os.path.dirname(found[0])}/{name}"

    def program(self, name, *arguments):
        p = Program(self.home, name, *arguments)
        self.home.programs.append(p)
        return p

    def start_broker(self):
        return self.program("govwire-broker", "--dir", self.home.dir)

    def start_agent(self, i):
        directory = self.home.path / f"agent{i}"
        directory.mkdir(exist_ok=True)
        return self.program("govwire-agent", "--dir", directory, "--broker", self.endpoint("agents"), "--collectors", COLLECTORS)

    def record(self, i):
        return self.home.path / f"consumer{i}.seen"

    def start_consumer(self, i):
        err = open(self.home.path / f"consumer{i}.err", "ab")
        command = [sys.executable, "-B", "-m", "kit.durable", self.endpoint("consumers"), f"reader-{i}", str(self.record(i))]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=err)
        err.close()
        return process

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
        """Start again what ended. Whatever ends by itself is a finding, told by its log."""
        if not self.broker.running():
            self.ended(self.broker)
            self.broker = self.start_broker()
        for i, agent in enumerate(self.agents):
            if not agent.running():
                self.ended(agent)
                self.agents[i] = self.start_agent(i)
        for i, consumer in enumerate(self.consumers):
            if consumer.poll() is not None:
                check(consumer.returncode == -signal.SIGKILL, f"consumer {i} ended with {consumer.returncode}")
                self.consumers[i] = self.start_consumer(i)

    @staticmethod
    def ended(p):
        check(p.wait() == -signal.SIGKILL, f"{p.name} ended by itself with {p.wait()}:\n{p.tail(30)}")

    def status(self, context):
        """What the broker says, or None while it is away."""
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(self.endpoint("consumers"))
        socket.send(wire.pack(wire.StatusReq()))
        answer = wire.unpack(socket.recv(), check=False) if socket.poll(2000) else None
        socket.close()
        return answer

    def close(self):
        for consumer in self.consumers:
            consumer.kill()
            consumer.wait()
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
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    socket.send(wire.pack(wire.Subscribe(version_min=1, version_max=1, stream=wire.STREAM_POLICY, credit=4096, **{"from": 1})))
    events, urls, types = [], [], set()
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
    socket.close()
    return events, urls, types


def test_fleet(home):
    """Documents through 3 agents x 2 collectors to 2 durable consumers, under kill -9 of anyone at random moments."""
    documents, kills = argument("--documents", 1000), argument("--kills", 20)
    chance = random.Random(seed())
    context = zmq.Context()
    each = [documents // SITES + (i < documents % SITES) for i in range(SITES)]
    servers = [home.serve(ministry.site(n)) for n in each]
    moments = sorted(chance.sample(range(1, documents * 95 // 100), kills))
    say(f"{documents} documents, {kills} kills, {SITES} sites, {AGENTS} agents x {COLLECTORS} collectors, {CONSUMERS} consumers")
    fleet = Fleet(home)
    began = time.monotonic()
    try:
        with step("the agents are there", STALL_S):
            until(lambda: (s := fleet.status(context)) and sum(a.connected for a in s.agents) == AGENTS, 0.1)
        for i, server in enumerate(servers):
            home.source(f"site{i}", f"{server.url}/index.html")

        killed = {}
        for moment in moments:
            for server, n in zip(servers, each):
                server.let(moment * n // documents + AHEAD)
            with step(f"at request {moment}", STALL_S):
                until(lambda: sum(s.count() for s in servers) >= moment)
                role = fleet.kill_one(chance)
            killed[role] = killed.get(role, 0) + 1
            say(f"kill -9 {role}")
        for server in servers:
            server.let(float("inf"))
        say("killed: " + ", ".join(f"{n} x {role}" for role, n in sorted(killed.items())))

        with step("what is left is collected", STALL_S + documents // 10):
            until(lambda: (s := fleet.status(context)) and s.policy_seq >= documents, 0.2)
        with step("and each consumer has it", STALL_S):
            for i in range(CONSUMERS):
                until(lambda: len(fleet.record(i).read_text().splitlines()) >= documents and len(seen_by(fleet.record(i))[0]) >= documents, 0.2)
        status = fleet.status(context)
        say(f"{time.monotonic() - began:.0f} s; hosts per agent: " + ", ".join(str(a.report.hosts) for a in status.agents))

        with step("two later replays are identical, and hold each document once", STALL_S):
            first, urls, types = replay(context, fleet.endpoint("consumers"), documents)
            second, _, _ = replay(context, fleet.endpoint("consumers"), documents)
            same(first == second, True, "the two replays are the same")
            same([seq for seq, _ in first], list(range(1, documents + 1)), "the sequence")
            same(len(set(urls)), documents, "distinct documents")
            same(types, {"published"}, "the types")
            same(fleet.status(context).policy_seq, documents, "the end of the stream")
        with step("each durable consumer heard exactly that, in order"):
            for i in range(CONSUMERS):
                events, repeats = seen_by(fleet.record(i))
                same(events == first, True, f"consumer {i} heard what is stored")
                say(f"consumer {i}: {len(events)} events, {repeats} heard again")
        with step("everybody who had things to do did some"):
            served = [s.count() for s in servers]
            say(f"{sum(served)} requests for {documents} articles")
        with step("the store is sound", STALL_S):
            fleet.broker.kill(signal.SIGTERM)
            same(fleet.broker.wait(), 0, "the broker's exit code")
            home.govwire("store", "verify", "--dir", home.dir)
    finally:
        fleet.close()
        context.destroy(0)


main(__name__)
