# SPDX-License-Identifier: Apache-2.0
"""What a broker that others reach has to stand: whoever comes with garbage, silence, wrong keys, wrong words or a flood is
turned away, counted and told of once a minute, while an honest agent and an honest consumer notice nothing.

--full sends a million mutated frames and floods for half a minute each. The attackers run with the least priority: they stand
for other machines, whose processors are not the broker's.
"""
import collections
import glob
import json
import multiprocessing
import os
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time

import zmq

from kit import wire
from kit.run import check, main, port_pair, same, seed, step, until

FULL = "--full" in sys.argv
QUIET_S, FLOOD_S = (20, 30) if FULL else (2, 3)
MUTATED, GARBAGE, SILENT, STRANGERS = (1000000, 2000, 500, 200) if FULL else (3000, 100, 500, 30)
PUBLISH_S = 0.02  # between two articles of the honest agent
# What the broker may hold beyond its beginning, in MiB: while it is attacked 60 KiB for each connection, those too that just
# end, and the 256 frames (of 0.4 MiB at most here) that ZeroMQ takes from a peer ahead of us; half a minute later nothing of
# that. What the honest peer stored meanwhile fills caches: pages of the store (64) and of the index (32), the newest events (16).
CACHES_MIB = 64 + 32 + 16 if FULL else 0
AT_MOST_MIB, AFTER_MIB = 200 + CACHES_MIB, 16 + CACHES_MIB
HOST = "town.example:443"
SEEDS = pathlib.Path(__file__).resolve().parents[1] / "fuzz" / "seeds" / "frame"


# ---- peers


def keys_of(path):
    lines = [line.split(None, 1) for line in open(path, encoding="ascii") if line.strip() and line[0] != "#"]
    return {word: value.strip().encode() for word, value in lines}


def connect(context, endpoint, key=None):
    peer = context.socket(zmq.DEALER)
    peer.linger = 0
    if key:
        words = keys_of(key)
        peer.curve_serverkey, peer.curve_publickey, peer.curve_secretkey = words["broker"], words["public"], words["secret"]
    peer.connect(endpoint)
    return peer


def hello(node, low=wire.VERSION, high=wire.VERSION):
    return wire.Hello(version_min=low, version_max=high, node=node, incarnation=random.randbytes(16))


def article(i):
    url = f"https://town.example/{i}"
    seen = wire.Observation(source_id="town", url=url, purpose=wire.PURPOSE_ARTICLE, fetched_ms=int(time.time() * 1000), extractor=1)
    seen.document.url, seen.document.title, seen.document.body = url, f"Notice {i}", "Text.\nMore of it."
    seen.target.url, seen.target.source_id, seen.target.purpose = url, "town", wire.PURPOSE_ARTICLE
    seen.target.fetched_ms = seen.fetched_ms
    return seen


def honest(agents, agent_key, consumers, consumer_key, out):
    """An agent that publishes at an even pace and a consumer of all of it: writes when each was acknowledged and delivered."""
    context = zmq.Context()
    agent, consumer = connect(context, agents, agent_key), connect(context, consumers, consumer_key)
    agent.send(wire.pack(hello("honest")))
    consumer.send(wire.pack(wire.Subscribe(version_min=1, version_max=wire.VERSION, stream=wire.STREAM_POLICY, credit=1000)))
    opened, sent, acked, said, epoch, renewed = set(), {}, 0, 0, 0, 0.0
    log = open(out, "w", buffering=1, encoding="ascii")
    start = time.monotonic()
    poller = zmq.Poller()
    poller.register(agent, zmq.POLLIN)
    poller.register(consumer, zmq.POLLIN)
    while True:
        due = start + said * PUBLISH_S if len(opened) == 2 else start + 3600
        if epoch and time.monotonic() - renewed > 3:
            renewed = time.monotonic()
            agent.send(wire.pack(wire.Renew(held=[wire.HostEpoch(host=HOST, epoch=epoch)])))
        for peer, _ in poller.poll(max(0, (due - time.monotonic()) * 1000)):
            message = wire.unpack(peer.recv(), check=False)
            now, kind = time.monotonic(), type(message).__name__
            if kind == "Welcome":
                agent.send(wire.pack(wire.LeaseReq(capacity=1, hosts=[HOST])))
            elif kind == "Subscribed" or (kind == "Grant" and message.host == HOST and not epoch):
                epoch = getattr(message, "epoch", epoch)
                opened.add(kind)
                start = now
            elif kind == "Ack":
                for msgno in range(acked + 1, message.msgno + 1):
                    log.write(f"ack {sent[msgno]:.6f} {(now - sent[msgno]) * 1000:.3f}\n")
                acked = message.msgno
            elif kind == "Deliver":
                event = wire.Event.FromString(message.event)
                match = re.fullmatch(r"https://town\.example/(\d+)", event.subject)
                if match and int(match.group(1)) in sent:  # the others are what mutated frames brought
                    when = sent[int(match.group(1))]
                    log.write(f"deliver {when:.6f} {(now - when) * 1000:.3f}\n")
                consumer.send(wire.pack(wire.Cack(seq=message.seq)))
            elif kind in ("Refuse", "Nack", "Gap"):
                log.write(f"trouble {kind} {message}\n".replace("\n", " ") + "\n")
        if len(opened) == 2 and time.monotonic() >= due:
            said += 1
            sent[said] = time.monotonic()
            agent.send(wire.pack(wire.Publish(msgno=said, host=HOST, epoch=epoch, observation=article(said))))
            log.write(f"sent {sent[said]:.6f} 0\n")


# ---- attacks: each runs in a process of its own and returns what it did

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00"  # of ZMTP 3.0, then mechanism and as-server
OPENINGS = (
    lambda: random.randbytes(random.randrange(1, 4000)),
    lambda: b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n",
    lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(500),
    lambda: GREETING + b"NULL".ljust(20, b"\0") + bytes(32) + b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\6DEALER",
    lambda: GREETING + b"CURVE".ljust(20, b"\0") + bytes(32) + random.randbytes(300),
    lambda: GREETING + b"CURVE".ljust(20, b"\0") + bytes(32) + b"\x04\xc8\x05HELLO\1\0" + random.randbytes(192),
    lambda: b"\xff" + b"\xff" * 8 + b"\x7f" + random.randbytes(60),
)


def ports_of(address):
    port = int(address.rsplit(":", 1)[1])
    return (port, port + 1)


def attack_garbage(address, count):
    """Raw TCP: what no peer says. Half hang up at once, half wait to be hung up on."""
    waiting = []
    for i in range(count):
        raw = socket.create_connection(("127.0.0.1", ports_of(address)[i % 2]))
        try:
            raw.sendall(OPENINGS[i % len(OPENINGS)]())
        except OSError:
            pass
        if i % 2:
            raw.close()
        else:
            waiting.append(raw)
    return close_all(waiting)


def close_all(waiting):
    """How many of them the other side closed, in the time that it has for a handshake and a little more."""
    closed, end = 0, time.monotonic() + 15
    for raw in waiting:
        raw.settimeout(max(0.01, end - time.monotonic()))
        try:
            while raw.recv(65536):
                pass
            closed += 1
        except TimeoutError:
            pass
        except OSError:
            closed += 1
        raw.close()
    return closed


def attack_silent(address, count):
    """Connections that say nothing, a third of them after a good beginning."""
    waiting = []
    for i in range(count):
        waiting.append(socket.create_connection(("127.0.0.1", ports_of(address)[i % 2])))
        if i % 3 == 0:
            waiting[-1].sendall(GREETING + b"CURVE".ljust(20, b"\0") + bytes(32))
    return close_all(waiting)


def attack_strangers(address, key, count):
    """Keys that nobody allowed, the broker's right or wrong."""
    context = zmq.Context()
    peers = []
    for i in range(count):
        peer = context.socket(zmq.DEALER)
        peer.linger = 0
        peer.reconnect_ivl = 60000
        peer.curve_publickey, peer.curve_secretkey = zmq.curve_keypair()
        peer.curve_serverkey = zmq.curve_keypair()[0] if i % 2 else keys_of(key)["broker"]
        peer.connect(f"tcp://127.0.0.1:{ports_of(address)[i % 4 // 2]}")
        peer.send(wire.pack(hello("stranger")))
        peers.append(peer)
    time.sleep(2)  # for as long as they try
    return sum(peer.poll(0) for peer in peers)


def refused(peer, code):
    frame = peer.recv() if peer.poll(20000) else None
    return frame is not None and isinstance(message := wire.unpack(frame, check=False), wire.Refuse) and message.code == code


def attack_words(address, key, count, first, code):
    """An allowed key, and a first word that is refused."""
    context = zmq.Context()
    answered = 0
    for _ in range(count):
        peer = connect(context, address, key)
        peer.send(first)
        answered += refused(peer, code)
        peer.close()
    return answered


def mutate(frame, others, rng):
    frame = bytearray(frame)
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(frame)) if frame else 0
        what = rng.randrange(5)
        if what == 0 and frame:
            frame[at] ^= 1 << rng.randrange(8)
        elif what == 1 and frame:
            frame[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif what == 2:
            del frame[at : at + rng.randrange(1, 40)]
        elif what == 3:
            other = rng.choice(others)
            start = rng.randrange(len(other))
            frame[at:at] = other[start : start + rng.randrange(1, 60)]
        elif frame:
            frame[at : at + 4] = rng.randbytes(4)
    if rng.randrange(4) and len(frame) >= wire.HEADER:  # most with length and checksum put right, so that they are decoded
        struct.pack_into(">I", frame, 2, len(frame) - wire.HEADER)
        struct.pack_into(">I", frame, 6, wire.crc32c(bytes(frame[:6] + frame[wire.HEADER :])))
    return bytes(frame)


def begin(peer, side):
    """A conversation; whether the broker had room for one more right now."""
    if side == 0:
        peer.send(wire.pack(hello("mutant")))
    else:
        peer.send(wire.pack(wire.Subscribe(version_min=1, version_max=wire.VERSION, stream=wire.STREAM_POLICY)))
    return peer.poll(20000) and not isinstance(wire.unpack(peer.recv(), check=False), wire.Refuse)


def attack_mutated(endpoints, count, number):
    """Mutated frames to agents' and consumers' sides: most as the first word of a connection of their own, one in
    thirty-two behind a good beginning. Returns what as many were answered."""
    rng = random.Random(number)
    frames = [path.read_bytes() for path in sorted(SEEDS.iterdir())]
    pool = [mutate(rng.choice(frames), frames, rng) for _ in range(min(count, 20000))]
    context = zmq.Context()
    context.max_sockets = 10000  # ZeroMQ closes them when it comes to it
    codes, open_yet = {}, collections.deque()
    for i in range(count):
        side = i % 2
        try:
            peer = connect(context, endpoints[side])
        except zmq.ZMQError:
            time.sleep(1)
            peer = connect(context, endpoints[side])
        if i % 64 < 2 and not begin(peer, side):
            codes["busy"] = codes.get("busy", 0) + 1
        peer.send(pool[i] if i < len(pool) else rng.choice(pool))
        if 2 <= i % 64 < 4 and peer.poll(1000):
            message = wire.unpack(peer.recv(), check=False)
            name = type(message).__name__ + (f" {message.code}" if isinstance(message, wire.Refuse) else "")
            codes[name] = codes.get(name, 0) + 1
        open_yet.append(peer)
        if len(open_yet) > 300:  # long enough for its frame to be on its way
            open_yet.popleft().close()
    time.sleep(1)
    return codes


def attack_flood(address, key, frame, seconds, in_session=False):
    """The same frame as fast as it goes, and nothing is ever read."""
    peer = connect(zmq.Context(), address, key)
    if in_session:
        peer.send(wire.pack(hello("mallory")))
        check(isinstance(wire.unpack(peer.recv()), wire.Welcome), "no session")
    end, sent = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            peer.send(frame, zmq.DONTWAIT)
            sent += 1
        except zmq.Again:
            time.sleep(0.001)  # its own queue is full: the broker takes no more
    return sent


def in_another_process(attack, *arguments):
    """Its result; by fork, so that the messages need not be made again."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()

    def run():
        os.nice(19)
        theirs.send(attack(*arguments))

    process = fork.Process(target=run)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


# ---- the broker and what is measured of it


class World:
    def __init__(self, home):
        self.home = home
        run = home.path / "run"
        run.mkdir(0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(run)
        home.source("town", "http://town.example/list")
        self.port = port_pair()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.consumers = f"tcp://127.0.0.1:{self.port + 1}"
        for name, role in (("honest", "agent"), ("reader", "consumer"), ("mallory", "agent"), ("eve", "consumer")):
            home.govwire("key", "new", name, cwd=home.path)
            line = home.govwire("key", "allow", f"{name}.pub", "--role", role, "--dir", home.dir, cwd=home.path).out()
            with open(self.key(name), "a", encoding="ascii") as file:
                file.write(line)
        self.broker = home.start("govwire-broker", "--dir", home.dir, "--listen", self.address)
        until(lambda: '"ready"' in self.broker.err())
        self.ipc = [f"ipc://{path}" for name in ("agents", "consumers") for path in glob.glob(f"{run}/govwire-*/{name}")]
        self.log = home.path / "honest.log"
        self.honest = subprocess.Popen([sys.executable, "-B", __file__, "honest", self.address, self.key("honest"), self.consumers,
                                        self.key("reader"), self.log])
        home.programs.append(self.honest)
        until(lambda: self.log.exists() and "deliver" in self.log.read_text())
        self.peak = 0
        self.phases = []
        self.sampling = True
        threading.Thread(target=self.sample, daemon=True).start()

    def key(self, name):
        return self.home.path / f"{name}.key"

    def rss_mib(self):
        with open(f"/proc/{self.broker.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def sample(self):
        while self.sampling and self.broker.running():
            try:
                self.peak = max(self.peak, self.rss_mib())
            except OSError:
                return
            time.sleep(0.02)

    def counters(self):
        counters = json.loads(self.home.govwire("status", "--dir", self.home.dir, "--json").out())["counters"]
        return {name: value for name, value in counters.items() if name.startswith("refused_")}

    def told(self):
        """Lines of the log about refusals, as (seconds, kind, peer)."""
        lines = []
        for line in self.broker.err().splitlines():
            entry = json.loads(line)
            peer = re.match(r'peer="([^"]*)"', entry.get("text", ""))
            if entry.get("event", "").startswith("refused_") and peer:
                clock = time.strptime(entry["time"][:19], "%Y-%m-%dT%H:%M:%S")
                lines.append((time.mktime(clock) + float(entry["time"][19:23]), entry["event"], peer.group(1)))
        return lines

    def phase(self, name, attack, *arguments, seconds=240):
        """What it returned, and how much each counter of refusals grew."""
        with step(name, seconds):
            before, self.peak, begin = self.counters(), self.rss_mib(), time.monotonic()
            result = in_another_process(attack, *arguments)
            time.sleep(0.3)  # what was sent last is on its way
            end = time.monotonic()
            check(self.broker.running(), f"the broker ended: {self.broker.tail()}")
            grown = {key: value - before[key] for key, value in self.counters().items() if value > before[key]}
            self.phases.append((name, begin, end, self.peak, self.rss_mib(), result, grown))
            return result, grown

    def latencies(self, kind, begin, end):
        values = []
        for line in self.log.read_text().splitlines():
            words = line.split()
            if len(words) == 3 and words[0] == kind and begin <= float(words[1]) < end:
                values.append(float(words[2]))
        return sorted(values)


def quantile(values, q):
    return values[min(len(values) - 1, int(q * len(values)))] if values else float("nan")


def wait(seconds):
    time.sleep(seconds)
    return None


def report(world):
    print(f"  {'phase':34} {'s':>6} {'sent':>6} {'ack p50':>8} {'p99 ms':>8} {'deliver p50':>11} {'p99 ms':>8} {'peak MiB':>9} {'MiB':>6}  refused")
    for name, begin, end, peak, after, _, grown in world.phases:
        acks, delivered = world.latencies("ack", begin, end), world.latencies("deliver", begin, end)
        refusals = " ".join(f"{key.removeprefix('refused_')}={value}" for key, value in grown.items())
        print(f"  {name:34} {end - begin:6.1f} {len(acks):6} {quantile(acks, 0.5):8.1f} {quantile(acks, 0.99):8.1f} "
              f"{quantile(delivered, 0.5):11.1f} {quantile(delivered, 0.99):8.1f} {peak:9.1f} {after:6.1f}  {refusals}", flush=True)


def test_abuse(home):
    """Garbage, silence, wrong keys, wrong words, mutated frames and floods, one after the other, beside honest peers."""
    number = seed()
    random.seed(number)
    world = World(home)
    words = wire.pack
    world.phase("nobody but honest peers", wait, QUIET_S)
    quiet_mib = world.rss_mib()

    closed, grown = world.phase("raw TCP garbage", attack_garbage, world.address, GARBAGE)
    same(closed, GARBAGE // 2, "garbage connections that were closed")
    check(grown["refused_handshakes"] >= GARBAGE // 2, grown)
    closed, grown = world.phase(f"{SILENT} silent connections", attack_silent, world.address, SILENT)
    same(closed, SILENT, "silent connections that were closed")
    same(grown["refused_handshakes"], SILENT, "silent connections that were counted")
    answered, grown = world.phase("keys nobody allowed", attack_strangers, world.address, world.key("mallory"), STRANGERS)
    same(answered, 0, "strangers that were answered")
    check(grown["refused_keys"] >= STRANGERS // 2 and grown["refused_handshakes"] >= STRANGERS // 2, grown)

    answered, grown = world.phase("versions nobody speaks", attack_words, world.address, world.key("mallory"), STRANGERS,
                                  words(hello("future", 9, 9)), wire.REFUSE_VERSION)
    same((answered, grown), (STRANGERS, {"refused_versions": STRANGERS}), "refused and counted")
    answered, grown = world.phase("a consumer that speaks as agent", attack_words, world.address, world.key("eve"), STRANGERS,
                                  words(hello("eve")), wire.REFUSE_NOT_ALLOWED)
    same((answered, grown), (STRANGERS, {"refused_roles": STRANGERS}), "refused and counted")
    answered, grown = world.phase("an agent that speaks as consumer", attack_words, world.consumers, world.key("mallory"), STRANGERS,
                                  words(wire.StatusReq()), wire.REFUSE_NOT_ALLOWED)
    same((answered, grown), (STRANGERS, {"refused_roles": STRANGERS}), "refused and counted")

    codes, grown = world.phase(f"{MUTATED} mutated frames", attack_mutated, world.ipc, MUTATED, number, seconds=3600)
    print(f"    answers to one in thirty-two: {codes}")
    check(codes.get(f"Refuse {wire.REFUSE_BAD_FRAME}", 0) > 0, codes)
    check(grown["refused_frames"] + grown["refused_versions"] > 0.8 * MUTATED, grown)  # the others are good, or not in their place

    huge = article(1)
    huge.document.body = "y" * 400000
    large = words(wire.Publish(msgno=1, host=HOST, epoch=1, observation=huge))
    bad = bytearray(large)
    bad[-1] ^= 1
    for name, address, key, frame in (
        ("flood of PUBLISH without HELLO", world.address, "mallory", large),
        ("flood behind a bad frame", world.address, "mallory", bytes(bad)),
        ("flood of HELLO", world.address, "mallory", words(hello("flood"))),
        ("flood of PING", world.address, "mallory", words(wire.Ping(nonce=1))),
        ("flood of ASK", world.consumers, "eve", words(wire.Ask(errand=wire.ERRAND_SOURCES))),
        ("flood of SUBSCRIBE", world.consumers, "eve", words(wire.Subscribe(version_min=1, version_max=2, stream=1, credit=4096))),
    ):
        world.phase(name, attack_flood, address, world.key(key), frame, FLOOD_S, seconds=FLOOD_S + 60)
    for name, frame in (
        ("flood of LEASE_REQ in a session", words(wire.LeaseReq(capacity=9, hosts=[f"h{i}.example:443" for i in range(1000)]))),
        ("flood of OFFER in a session", words(wire.Offer(url="https://x.example/1", source_id="town", row=wire.Row(
            title="x", url="https://x.example/1")))),
        ("PUBLISH beyond its credit", words(wire.Publish(msgno=1 << 40, host=HOST, epoch=1, observation=article(1)))),
    ):
        world.phase(name, attack_flood, world.address, world.key("mallory"), frame, FLOOD_S, True, seconds=FLOOD_S + 60)

    world.phase("honest peers alone again", wait, QUIET_S)
    world.honest.kill()
    world.honest.wait()
    world.sampling = False
    report(world)

    with step("the honest peers noticed nothing"):
        text = world.log.read_text()
        check("trouble" not in text, "".join(line for line in text.splitlines(True) if line.startswith("trouble"))[:500])
        for name, begin, end, *_ in world.phases:
            sent = len(world.latencies("sent", begin, end - 0.2))
            acked, delivered = world.latencies("ack", begin, end - 0.2), world.latencies("deliver", begin, end - 0.2)
            check(end - begin < 1 or sent > 0, f"{name}: nothing was sent")
            last = name == world.phases[-1][0]
            check(len(acked) >= sent - 25 * last and len(delivered) >= sent - 25 * last,
                  f"{name}: {sent} sent, {len(acked)} acknowledged, {len(delivered)} delivered")

    with step("memory stays within bounds, and is given back", 30):
        peak = max(p[3] for p in world.phases)
        print(f"    {quiet_mib:.0f} MiB before, {peak:.0f} at most")
        if "GOVWIRE_SLOW" not in os.environ:  # a sanitizer keeps what was freed
            check(peak < quiet_mib + AT_MOST_MIB, "too much")
            until(lambda: world.rss_mib() < quiet_mib + AFTER_MIB)
            print(f"    {world.rss_mib():.0f} MiB after")

    with step("each kind of refusal of a peer is told once a minute"):
        last = {}
        for when, kind, peer in world.told():
            before = last.get((kind, peer))
            check(before is None or when - before > 59, f"{kind} of {peer} was told after {when - (before or 0):.1f} s")
            last[(kind, peer)] = when
        kinds = {kind for kind, _ in last}
        print(f"    {sum(world.counters().values())} refusals of {len(kinds)} kinds: {len(world.told())} lines")
        check({"refused_handshakes", "refused_keys", "refused_roles", "refused_versions", "refused_frames"} <= kinds, kinds)


if sys.argv[1:2] == ["honest"]:
    honest(*sys.argv[2:])
main(__name__)
