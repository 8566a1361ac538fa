# SPDX-License-Identifier: Apache-2.0
"""The durable path beside Redis Streams and PostgreSQL, in one run: append, the whole path, delays at half load, replay,
live consumers, and what a stopped consumer costs the others.

    bench_durable.py [--rounds R] [--events N] [--dir D] [--only PART[,PART…]]
    parts: append path half curve replay live stopped

The contenders of a part take turns, R times, and the medians count, because a machine is never as quick as a minute ago.
All run with the same priority, raised when that is allowed. Everything is 4 KiB per event and on the same disk.
"""
import argparse
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import peers

BIN = pathlib.Path(os.environ.get("GOVWIRE_BIN", "build/release/bin")).resolve()
BENCH = BIN.parent / "bench"
SIZE, WINDOW = 4096, 128
PATH_TEXT = 3640  # bytes of title and body: with its provenance such an event is 4 KiB
LIVE_RATE = 200


def say(text):
    print(text, flush=True)


def median(rows):
    return [statistics.median(column) for column in zip(*rows)]


def figures(line):
    return {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", line)}


class Broker:
    """A broker in a folder of its own, with the bench's source."""

    def __init__(self, folder, curve=False):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="broker-", dir=folder))
        (self.dir / "sources.d").mkdir()
        (self.dir / "sources.d" / "bench.yaml").write_text("id: bench\nurl: http://bench.example/\n")
        self.run = tempfile.mkdtemp(prefix="gw-run-")
        self.outboxes = 0
        self.curve = curve
        listen = []
        if curve:
            self.port = self.free_port()
            listen = ["--listen", f"tcp://127.0.0.1:{self.port}"]
            for role in ("agent", "consumer"):
                self.make_key(role)
        env = dict(os.environ, XDG_RUNTIME_DIR=self.run)
        self.process = subprocess.Popen([BIN / "govwire-broker", "--dir", self.dir, *listen], env=env,
                                        stderr=open(self.dir / "log", "wb"))
        while not glob.glob(f"{self.run}/govwire-*/agents"):  # the later of the two
            assert self.process.poll() is None, (self.dir / "log").read_text()
            time.sleep(0.02)

    @staticmethod
    def free_port():
        with socket.socket() as s:  # the consumers' is the one after it
            s.bind(("127.0.0.1", 0))
            return min(s.getsockname()[1], 65000)

    def make_key(self, role):
        def govwire(*arguments):
            return subprocess.run([BIN / "govwire", "key", *arguments], cwd=self.dir, check=True, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
        govwire("new", role)
        line = govwire("allow", f"{role}.pub", "--role", role, "--dir", str(self.dir))
        with open(self.dir / f"{role}.key", "a", encoding="utf-8") as key:
            key.write(line)

    def at(self, who):
        """The options by which an agent or a consumer comes here."""
        if self.curve:
            port = self.port + (who == "consumer")
            return ["--connect", f"tcp://127.0.0.1:{port}", "--key", str(self.dir / f"{who}.key")]
        found = glob.glob(f"{self.run}/govwire-*/{who}s")[0]
        return ["--connect", f"ipc://{found}"]

    def publisher(self, events, first=1, rate=0):
        self.outboxes += 1
        folder = self.dir / f"agent{self.outboxes}"
        folder.mkdir()
        return subprocess.Popen([BENCH / "bench_path", *self.at("agent"), "--dir", folder, "--events", str(events), "--first", str(first),
                                 "--window", str(WINDOW), "--rate", str(rate), "--bytes", str(PATH_TEXT)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def publish(self, events, first=1, rate=0):
        return finished(self.publisher(events, first, rate))

    def consumer(self, *options):
        return subprocess.Popen([BENCH / "bench_stream", *self.at("consumer"), *map(str, options)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def index_lag(self):
        done = subprocess.run([BIN / "govwire", "status", "--json", "--dir", self.dir], env=dict(os.environ, XDG_RUNTIME_DIR=self.run),
                              stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)["index_lag"]

    def settle(self):
        """Until the text index has everything: what is measured then is not beside it."""
        while self.index_lag():
            time.sleep(0.2)

    def memory_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1])

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)
        shutil.rmtree(self.run)


def finished(process):
    out, err = process.communicate(timeout=300)
    if process.returncode:
        raise RuntimeError(f"{process.args[0]}: {err[-500:]}")
    return figures(out)


def store(folder, events, rate=0):
    done = subprocess.run([BENCH / "bench_store", "--dir", folder, "--runs", "1", "--events", str(events), "--window", str(WINDOW),
                           "--bytes", str(SIZE), *(["--rate", str(rate)] if rate else [])],
                          stdout=subprocess.PIPE, check=True, text=True, timeout=300)
    rate, p50, p99 = re.search(r"median (\d+) events/s, p50 ([\d.]+) ms, p99 ([\d.]+)", done.stdout).groups()
    return float(rate), float(p50), float(p99)


def path(folder, events, curve=False, rate=0):
    broker = Broker(folder, curve)
    try:
        seen = broker.publish(events, rate=rate)
        return seen["events_per_s"], seen["p50_ms"], seen["p99_ms"]
    finally:
        broker.close()


REDIS = {  # how many clients, each with how many unanswered
    "one client, 128 in its pipe": (1, 128),
    "16 clients, 8 in each pipe": (16, 8),
    "128 clients, one each": (128, 1),
    "one client, one at a time": (1, 1),
}


class Durable:
    def __init__(self, folder, options):
        self.folder, self.o = folder, options
        self.found = {}
        self.redis = self.postgres = None

    def start_peers(self):
        self.redis = self.start(peers.Redis)
        self.postgres = self.start(peers.Postgres)

    def start(self, kind):
        why = kind.missing()
        if why:
            say(f"skipped: {kind.name}: {why}")
        return None if why else kind(self.folder, SIZE)

    def close(self):
        for peer in (self.redis, self.postgres):
            if peer:
                peer.close()

    def turns(self, contenders):
        """Medians of (events/s, p50, p99) by name, all taking turns."""
        rows = {name: [] for name in contenders}
        for _ in range(self.o.rounds):
            for name, run in contenders.items():
                rows[name].append(run())
        for name, seen in rows.items():
            rate, p50, p99 = self.found[name] = median(seen)
            say(f"  {name:<58}{rate:>8.0f} /s   p50 {p50:7.2f} ms   p99 {p99:7.2f} ms   [{min(r[0] for r in seen):.0f} – {max(r[0] for r in seen):.0f}]")

    def redis_contenders(self):
        if not self.redis:
            return {}
        return {f"Redis: {name}": lambda c=c, p=p: self.redis.add(c, p, self.o.events if c * p > 1 else self.o.events // 10)
                for name, (c, p) in REDIS.items()}

    def ratios(self, what, ours, goal):
        for name in REDIS if self.redis else ():
            against = f"Redis: {name}"
            if against in self.found:
                say(f"  {what} / {against}: {self.found[ours][0] / self.found[against][0]:.2f} (goal {goal})")

    def append_and_path(self, parts):
        say(f"append and whole path, {WINDOW} in flight, medians of {self.o.rounds} turns:")
        contenders = self.redis_contenders()
        if "append" in parts:
            contenders["govwire: store append"] = lambda: store(self.folder, self.o.events)
        if "path" in parts:
            contenders["govwire: outbox, link, registry, store, ack"] = lambda: path(self.folder, self.o.events // 2)
        if "curve" in parts:
            contenders["govwire: the same with CURVE over TCP"] = lambda: path(self.folder, self.o.events // 2, True)
        self.turns(contenders)
        if "append" in parts:
            self.ratios("store append", "govwire: store append", "2")
        if "path" in parts:
            self.ratios("whole path", "govwire: outbox, link, registry, store, ack", "1")
        if "path" in parts and "curve" in parts:
            plain, curve = (self.found[n][0] for n in ("govwire: outbox, link, registry, store, ack", "govwire: the same with CURVE over TCP"))
            say(f"  CURVE costs {100 - 100 * curve / plain:.0f} % (goal at most 30)")

    def half(self):
        say("delays at half of what each can do, from when an event was due:")
        most = store(self.folder, self.o.events)[0]
        most_path = path(self.folder, self.o.events // 2)[0]
        ours, path_rate = int(most / 2), int(most_path / 2)
        contenders = {f"govwire: store append at {ours} /s": lambda: store(self.folder, ours * 4, ours),
                      f"govwire: whole path at {path_rate} /s": lambda: path(self.folder, path_rate * 4, rate=path_rate)}
        if self.postgres:
            inserts = int(self.postgres.insert(16, 4)[0] / 2)
            contenders[f"PostgreSQL: single inserts at {inserts} /s, 16 clients"] = lambda: self.postgres.insert(16, 4, inserts)
        self.turns(contenders)
        if self.postgres:
            ours, whole, theirs = (self.found[name][2] for name in contenders)
            say(f"  p99 of store append / PostgreSQL: {ours / theirs:.2f}, of the whole path / PostgreSQL: {whole / theirs:.2f} (goal at most 1.5)")

    def replay(self):
        for curve, goal in ((False, 40000), (True, 20000)):
            broker = Broker(self.folder, curve)
            broker.publish(self.o.events)
            broker.settle()
            rows = [finished(broker.consumer("--events", self.o.events))["events_per_s"] for _ in range(self.o.rounds)]
            broker.close()
            say(f"replay {'with CURVE' if curve else 'plain'}: {statistics.median(rows):.0f} events/s, {[int(r) for r in rows]} (goal {goal})")

    def live(self):
        for consumers, rate in ((1, LIVE_RATE), (100, LIVE_RATE // 2)):
            broker = Broker(self.folder)
            events = rate * 5
            rows = []
            for turn in range(self.o.rounds):
                listening = broker.consumer("--live", "--events", events, "--consumers", consumers, "--credit", 256)
                listening.stdout.readline()
                broker.publish(events, first=1 + turn * events, rate=rate)
                seen = finished(listening)
                rows.append((seen["events_per_s"], seen["p50_ms"], seen["p99_ms"]))
            broker.close()
            per_s, p50, p99 = median(rows)
            say(f"live, {consumers} consumers, {rate} events/s: stored to consumer p50 {p50:.2f} ms, p99 {p99:.2f} ms, {per_s:.0f} deliveries/s (goal: p50 at most 2)")

    def lag(self, events=120000):
        """More than the index may be behind, as fast as it goes."""
        broker = Broker(self.folder)
        publisher = broker.publisher(events)
        worst = 0
        while publisher.poll() is None:
            worst = max(worst, broker.index_lag())
            time.sleep(0.2)
        seen = finished(publisher)
        broker.close()
        say(f"index: {events} events published at {seen['events_per_s']:.0f} /s; it was at most {worst} behind (bound: 100000 and what was "
            f"on its way)")

    def stopped(self, pairs=5, consumers=20, rate=LIVE_RATE, seconds=5):
        """Pairs of runs, with and without a consumer that subscribed with the largest credit and then was stopped."""
        broker = Broker(self.folder)
        changes, memory = [], []
        first = 1

        def run(stopped):
            nonlocal first
            sleeper = None
            before = broker.memory_kb()
            if stopped:
                sleeper = broker.consumer("--live", "--events", 10 ** 8, "--credit", 4096)
                sleeper.stdout.readline()
                sleeper.send_signal(signal.SIGSTOP)
            listening = broker.consumer("--live", "--events", rate * seconds, "--consumers", consumers, "--credit", 256)
            listening.stdout.readline()
            broker.publish(rate * seconds, first=first, rate=rate)
            first += rate * seconds
            p99 = finished(listening)["p99_ms"]
            grown = broker.memory_kb() - before
            if sleeper:
                sleeper.kill()
                sleeper.communicate()
            return p99, grown

        run(False)  # warm
        broker.settle()
        for i in range(pairs):
            order = (False, True) if i % 2 else (True, False)
            seen = {}
            for is_stopped in order:
                seen[is_stopped] = run(is_stopped)
                broker.settle()
            changes.append(100 * seen[True][0] / seen[False][0] - 100)
            memory.append(seen[True][1])
        broker.close()
        say(f"a stopped consumer beside {consumers} others at {rate} events/s: their p99 changes by {statistics.median(changes):+.0f} % "
            f"(goal at most 15), pairs {[round(c) for c in changes]}; the broker grew by at most {max(memory)} kB "
            f"(its credit: {4096 * SIZE // 1024} kB)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=20000)
    parser.add_argument("--dir", default=tempfile.gettempdir(), help="on the disk to be measured")
    parser.add_argument("--only", default="append,path,curve,half,replay,live,stopped,lag")
    options = parser.parse_args()
    parts = options.only.split(",")
    try:
        os.nice(-15)
    except PermissionError:
        say("with the usual priority: raising it is not allowed here")
    folder = tempfile.mkdtemp(prefix="gw-durable-", dir=options.dir)
    os.chmod(folder, 0o755)  # PostgreSQL runs as another user
    bench = Durable(folder, options)
    try:
        bench.start_peers()
        if {"append", "path", "curve"} & set(parts):
            bench.append_and_path(parts)
        for part in ("half", "replay", "live", "stopped", "lag"):
            if part in parts:
                getattr(bench, part)()
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
