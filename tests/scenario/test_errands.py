# SPDX-License-Identifier: Apache-2.0
"""What readers and operators elsewhere ask of a broker and its agents beside events: sources, histories, the quarantine, and to poll now."""
import json
import os
import random
import time

import zmq

from kit import ministry, wire
from kit.run import check, main, port_pair, same, step, until
from test_keys import World, peer
from test_quarantine import put_away

PAGE, OTHER = (f"20261122T04120012{i}Z-0a1b2c3d" for i in range(2))


class Elsewhere:
    """A home whose quarantine is an agent's directory, not the broker's."""

    def __init__(self, directory):
        self.dir = directory


def begin(home):
    world = World(home)
    world.new("east", "reader", "boss")
    for name, role in (("east", "agent"), ("reader", "consumer"), ("boss", "operator")):
        world.allow(name, role)
    world.agent("E", "east")
    until(lambda: len(home.events()) == 3, 0.2)
    return world


def test_reading(home):
    """A reader is told what the broker's own machine would say, and may change nothing."""
    world = begin(home)

    def alike(*arguments):
        here = home.govwire(*arguments, "--dir", home.dir).out()
        same(world.ask(*arguments, key="reader").out(), here, " ".join(arguments))
        return here

    with step("the sources with their states, as text and as JSON"):
        until(lambda: " ok " in home.govwire("source", "list", "--dir", home.dir).out(), 0.2)
        alike("source", "list")
        same(json.loads(alike("source", "list", "--json"))["state"], "ok", "state")

    with step("what happened to one document, by any of its names"):
        subject = home.events()[0]["subject"]
        same(len(alike("event", "history", subject, "--json").splitlines()), 1, "events")
        alike("event", "history", subject)
        for nothing in ("http://nobody.example/", "::"):
            err = world.ask("event", "history", nothing, key="reader", expect=1).err()
            same(err, home.govwire("event", "history", nothing, "--dir", home.dir, expect=1).err(), "why not")

    with step("the log of a source"):
        alike("source", "log", "m", "--json")

    with step("the quarantine of the agent, which is another directory"):
        there = home.path / "E"
        same(world.ask("quarantine", "list", key="reader").out(), "", "an empty one")
        page = ministry.article(7)
        put_away(Elsewhere(there), PAGE, page)
        put_away(Elsewhere(there), OTHER, bytes(range(256)) * 5000)  # of more than one part
        for what in (("list",), ("list", "--json"), ("show", PAGE), ("show", PAGE, "--json"), ("replay", PAGE)):
            same(world.ask("quarantine", *what, key="reader").out(), home.govwire("quarantine", *what, "--dir", there).out(), what)
        same(world.ask("quarantine", "bytes", OTHER, key="reader").out_path.read_bytes(), bytes(range(256)) * 5000, "bytes")
        err = world.ask("quarantine", "show", "20261122T041200123Z-ffffffff", key="reader", expect=1).err()
        check("nothing in quarantine has the id" in err, err)
        world.ask("quarantine", "show", "..", key="reader", expect=2)
        check("is not an id" in world.ask("quarantine", "show", "x", key="reader", expect=1).err(), "not said")

    with step("an operator drops an entry, a reader does not"):
        err = world.ask("quarantine", "drop", PAGE, key="reader", expect=77).err()
        check("ORDER is not for the role consumer" in err, err)
        world.ask("quarantine", "drop", PAGE, key="boss")
        world.ask("quarantine", "drop", PAGE, key="boss", expect=1)
        same(len(world.ask("quarantine", "list", key="boss").out().splitlines()), 1, "entries that are left")

    with step("no order comes in as a question"):
        socket = peer(world, "reader", consumers=True)
        socket.send(wire.pack(wire.Ask(errand=wire.ERRAND_POLL, subject="m")))
        answer = wire.unpack(socket.recv())
        check(isinstance(answer, wire.Refuse) and "not for ASK" in answer.reason, answer)
        socket.close()


def test_control(home):
    """An operator elsewhere pauses, resumes and is shown what is written; a reader is not, for secrets may stand there."""
    world = begin(home)
    file = home.dir / "sources.d" / "m.yaml"
    file.write_text(file.read_text() + "list: {request: {headers: {X-Key: '${TOWN_KEY}'}}}\n")
    os.environ["TOWN_KEY"] = "s3cret"  # of the commands here; the broker has none, and keeps its last good version
    written = file.read_text()

    def order(what, expect=0, key="boss", ident="m"):
        return world.ask("source", what, ident, key=key, expect=expect)

    with step("what is written, without what it stands for"):
        there = order("show").out()
        check("${TOWN_KEY}" in there and "s3cret" not in there, there)
        here = home.govwire("source", "show", "m", "--dir", home.dir).out()
        same(there.splitlines()[1:], here.splitlines()[1:], "definition")
        same(json.loads(world.ask("source", "show", "m", "--json", key="boss").out())["url"], f"{world.site.url}/index.html", "url")
        check("ORDER is not for the role consumer" in order("show", 77, "reader").err(), "not said")
        check("no source 'nobody'" in order("show", 1, ident="nobody").err(), "not said")

    with step("paused and resumed, by one line of its file"):
        file.write_text(written.split("list:")[0])
        before = file.read_text()
        check("ORDER is not for" in order("pause", 77, "reader").err(), "not said")
        check("paused, by" in order("pause").out(), "not said")
        same(file.read_text(), "paused: true\n" + before, "the file")
        until(lambda: "paused" in world.ask("source", "list", key="reader").out(), 0.2)
        check("already" in order("pause").out(), "not said")
        check("watched, by" in order("resume").out(), "not said")
        same(file.read_text(), before, "the file")
        until(lambda: " ok " in world.ask("source", "list", key="reader").out(), 0.2)

    with step("what cannot be edited safely is left as it is"):
        flow = file.read_text().splitlines()
        file.write_text("{%s}\n" % ", ".join(line.replace("'", '"') for line in flow))
        text = file.read_text()
        check("is not edited here" in order("pause", 1).err(), "not said")
        same(file.read_text(), text, "the file")


def order(socket, subject):
    """What an order for a backup is answered with, once the broker is not too busy to say it."""
    while True:
        socket.send(wire.pack(wire.Order(errand=wire.ERRAND_BACKUP, subject=subject)))
        answer = wire.unpack(socket.recv())
        if not (isinstance(answer, wire.Refuse) and answer.code == wire.REFUSE_BUSY):
            return answer
        time.sleep(0.2)


def test_store(home):
    """An operator elsewhere verifies the store and takes a backup of it, into a file of his own machine."""
    world = begin(home)
    file = home.path / "copy.db"

    with step("verified there as here"):
        here = home.govwire("store", "verify", "--dir", home.dir).out()
        same(world.ask("store", "verify", key="boss").out(), here, "verify")
        check("ORDER is not for the role consumer" in world.ask("store", "verify", key="reader", expect=77).err(), "not said")

    with step("a backup that was fetched is a store, and nothing is left of it there"):
        world.ask("store", "backup", file, key="boss")
        before = home.govwire("event", "export", "--dir", home.dir).out()
        home.govwire("store", "restore", file, "--dir", home.path / "R")
        same(home.govwire("event", "export", "--dir", home.path / "R").out(), before, "events")
        check(not (home.dir / "state" / "backup").exists(), "the broker keeps its copy")

    with step("never over a file that is there, and none is left behind by a failure"):
        text = file.read_bytes()
        check("exists" in world.ask("store", "backup", file, key="boss", expect=73).err(), "not said")
        same(file.read_bytes(), text, "the file")
        world.ask("store", "backup", home.path / "other.db", key="reader", expect=77)
        check(not (home.path / "other.db").exists(), "an empty file is left")

    with step("one at a time: whoever lost its place is told"):
        socket = peer(world, "boss", consumers=True)
        answer = order(socket, "0123456789abcdef 0")
        same((answer.last, answer.outcome), (True, wire.OUTCOME_NOT_FOUND), "an answer to a token that is none")
        for subject in ("x" * 4000, "%s%n", " ", "-1", "0123456789abcdef 99999999999999999999999"):
            answer = order(socket, subject)
            same((answer.last, len(answer.part)), (True, 0), subject[:40])
            check(answer.outcome != wire.OUTCOME_DONE, subject[:40])
        socket.close()

    with step("what needs the broker to be stopped is not for elsewhere"):
        for what in (("restore", file), ("reindex",)):
            check("stop it" in world.ask("store", *what, key="boss", expect=2).err(), "not said")


def test_poll(home):
    """An operator has a source polled now: through back-off and a long pace, not through the host's delay."""
    world = World(home)
    world.new("east", "boss")
    world.allow("boss", "operator")
    pages = ministry.site(2)
    site = home.serve(lambda path: pages("/" + path.rsplit("/", 1)[1]))  # /ID/index.html

    def polls(path):
        return site.paths().count(path)

    (home.dir / "sources.d" / "slow.yaml").write_text(
        f"id: slow\nurl: {site.url}/slow/index.html\npoll: 6h\nfetch: {{allow_private_networks: true, delay: 0s}}\n")
    home.source("off", f"{site.url}/off/index.html", "paused: true\n")

    def states():
        return [(s["id"], s["state"]) for s in json.loads(home.govwire("status", "--dir", home.dir, "--json").out())["sources"]]

    def poll(ident, expect=0, key="boss"):
        return world.ask("source", "poll", ident, key=key, expect=expect)

    with step("without an agent nothing can be done"):
        check("no agent is connected" in poll("slow", 69).err(), "not said")

    with step("with one it is polled at once"):
        world.allow("east", "agent")
        world.agent("E", "east")
        until(lambda: polls("/slow/index.html") == 1)
        until(lambda: ("slow", "ok") in states(), 0.2)
        check("it is next" in poll("slow").out(), "not said")
        until(lambda: polls("/slow/index.html") == 2)

    with step("on the broker's machine, too"):
        home.govwire("source", "poll", "slow", "--dir", home.dir)
        until(lambda: polls("/slow/index.html") == 3)

    with step("what is paused, or unknown, is not"):
        check("is paused" in poll("off", 1).err(), "not said")
        check("no source 'nobody'" in poll("nobody", 1).err(), "not said")

    with step("the host's delay holds"):
        (home.dir / "sources.d" / "polite.yaml").write_text(
            f"id: polite\nurl: {site.url}/polite/index.html\npoll: 6h\nfetch: {{allow_private_networks: true, delay: 2s}}\n")
        until(lambda: polls("/polite/index.html") == 1)
        before = site.count()
        for ident in ("polite", "slow", "polite"):
            poll(ident)
        until(lambda: site.count() >= before + 2)
        times = [when for when, _ in site.requests][before - 1:]
        gaps = [b - a for a, b in zip(times, times[1:])]
        check(min(gaps) > 1.9, f"gaps of {gaps} s")

    with step("when the broker is gone it says so"):
        world.broker.kill()
        world.broker.wait()
        check("no broker runs" in home.govwire("source", "poll", "slow", "--dir", home.dir, expect=69).err(), "not said")


def test_versions(home):
    """Programs of before errands are never sent what they cannot read, and whoever asks is told."""
    context = zmq.Context()
    port = port_pair()
    with step("a broker that does not know ASK and ORDER"):
        router = context.socket(zmq.ROUTER)
        router.linger = 0
        router.bind(f"tcp://127.0.0.1:{port + 1}")
        for arguments in (("source", "poll", "m"), ("quarantine", "list")):
            asking = home.start("govwire", *arguments, "--broker", f"tcp://127.0.0.1:{port}")
            peer, frame = router.recv_multipart()
            refuse = wire.Refuse(code=wire.REFUSE_BAD_FRAME, reason=f"not a frame: type 0x{frame[0]:02x} is unknown")
            router.send_multipart([peer, wire.pack(refuse)])
            same(asking.wait(), 1, "exit code")
            check("perhaps it is of an earlier version" in asking.err(), asking.err())
        router.close()

    with step("an agent that does not know TASK is not sent one"):
        home.start("govwire-broker", "--dir", home.dir, "--listen", f"tcp://127.0.0.1:{port}", "--plain")
        agent = context.socket(zmq.DEALER)
        agent.linger = 0
        agent.connect(f"tcp://127.0.0.1:{port}")
        agent.send(wire.pack(wire.Hello(version_min=1, version_max=wire.VERSION, node="old", incarnation=random.randbytes(16))))
        check(isinstance(wire.unpack(agent.recv()), wire.Welcome), "no session")
        err = home.govwire("source", "poll", "m", "--dir", home.dir, expect=69).err()
        check("of an earlier version" in err, err)
        while agent.poll(100):
            check(not isinstance(wire.unpack(agent.recv()), wire.Task), "it was sent a TASK")

    with step("a broker that is busy is asked again"):
        other = port_pair()
        router = context.socket(zmq.ROUTER)
        router.linger = 0
        router.bind(f"tcp://127.0.0.1:{other + 1}")
        asking = home.start("govwire", "source", "poll", "m", "--broker", f"tcp://127.0.0.1:{other}")
        for answer in (wire.Refuse(code=wire.REFUSE_BUSY, reason="too many ask at once"), wire.Answer(last=True, reason="it is next")):
            peer, frame = router.recv_multipart()
            check(isinstance(wire.unpack(frame), wire.Order), "another question")
            router.send_multipart([peer, wire.pack(answer)])
        same((asking.wait(), asking.out()), (0, "m: it is next\n"), "outcome")
        router.close()

    with step("one that knows it and never answers is waited for a while"):
        agent = context.socket(zmq.DEALER)
        agent.linger = 0
        agent.connect(f"tcp://127.0.0.1:{port}")
        agent.send(wire.pack(wire.Hello(version_min=1, version_max=wire.VERSION, node="mute", errands=1, incarnation=random.randbytes(16))))
        check(isinstance(wire.unpack(agent.recv()), wire.Welcome), "no session")
        start = time.monotonic()
        check("does not answer" in home.govwire("source", "poll", "m", "--dir", home.dir, expect=69).err(), "not said")
        check(3 < time.monotonic() - start < 9, "not waited")

    with step("what it answers unasked is nobody's"):
        agent.send(wire.pack(wire.Done(task=12345, answer=wire.Answer(last=True))))
        agent.send(wire.pack(wire.Ping(nonce=1)))
        while not isinstance(message := wire.unpack(agent.recv()), wire.Pong):
            check(not isinstance(message, wire.Refuse), "its session ended")
    agent.close()


main(__name__)
