# SPDX-License-Identifier: Apache-2.0
"""Two machines, each a directory: a broker that others reach by tcp, and who may join it with which key."""
import glob
import json
import os
import re
import signal
from unittest import mock

import zmq

from kit import ministry, wire
from kit.run import check, main, port_pair, same, step, until


CONTEXT = zmq.Context()


class World:
    """A broker in home.dir that listens at `address`, keys in home.path/keys, a ministry to watch."""

    def __init__(self, home):
        self.home = home
        self.keys = home.path / "mine"
        self.keys.mkdir()
        self.address = f"tcp://127.0.0.1:{port_pair()}"
        self.count = 3
        self.site = home.serve(lambda path: ministry.site(self.count)(path))
        home.source("m", f"{self.site.url}/index.html", "poll: 1s\n")
        self.start()

    def start(self):
        self.broker = self.home.start("govwire-broker", "--dir", self.home.dir, "--listen", self.address)
        until(lambda: '"ready"' in self.broker.err())

    def new(self, *names):
        for name in names:
            self.home.govwire("key", "new", name, cwd=self.keys)

    def key(self, name):
        return self.keys / f"{name}.key"

    def allow(self, name, role, note=True):
        """Allow it at the broker, which notices by itself, and put the broker's line into its file."""
        before = len(self.told("keys"))
        line = self.home.govwire("key", "allow", self.keys / f"{name}.pub", "--role", role, "--dir", self.home.dir).out()
        check(re.fullmatch(r"broker \S{40}\n", line), f"not a broker's line: {line!r}")
        if note:
            with open(self.key(name), "a", encoding="ascii") as file:
                file.write(line)
        until(lambda: len(self.told("keys")) > before)
        return line

    def agent(self, directory, key, settings=False):
        """An agent elsewhere; with settings, its govwire.yaml says where the broker and the key are."""
        path = self.home.path / directory
        path.mkdir(exist_ok=True)
        if settings:
            (path / "govwire.yaml").write_text(f'agent: {{broker: "{self.address}", key: ../mine/{key}.key}}\n')
            return self.home.start("govwire-agent", "--dir", path)
        return self.home.start("govwire-agent", "--dir", path, "--broker", self.address, "--key", self.key(key))

    def ask(self, *arguments, key, expect=0):
        return self.home.govwire(*arguments, "--broker", self.address, "--key", self.key(key), expect=expect)

    def counters(self):
        return json.loads(self.home.govwire("status", "--dir", self.home.dir, "--json").out())["counters"]

    def told(self, kind):
        return [line for line in self.broker.err().splitlines() if f'"event":"{kind}"' in line]


def test_join(home):
    """An agent joins from elsewhere when its key is allowed, while the broker runs; a consumer reads, an operator asks."""
    world = World(home)
    world.new("east", "reader", "boss")

    with step("a key without the broker's line is refused at once, and so is one that others can read"):
        err = home.run("govwire-agent", "--dir", home.dir, "--broker", world.address, "--key", world.key("east"), expect=78)
        check("no 'broker' line" in err.err(), err.err())
        line = world.allow("reader", "consumer")
        os.chmod(world.key("reader"), 0o644)
        check("chmod 600" in world.ask("event", "tail", key="reader", expect=77).err(), "not said")
        os.chmod(world.key("reader"), 0o600)

    with step("an agent whose key nobody allowed does not come in, and says why"):
        with open(world.key("east"), "a", encoding="ascii") as file:
            file.write(line)
        agent = world.agent("E", "east")
        until(lambda: "the broker does not know this key" in agent.err())
        until(lambda: world.counters()["refused_keys"] >= 2)
        same(len(world.told("refused_keys")), 1, "lines about it in its first minute")

    with step("allowed while the broker runs, it goes on by itself and brings what it sees"):
        world.allow("east", "agent", note=False)
        until(lambda: len(home.events()) == 3, 0.2)

    with step("a consumer elsewhere sees the same as one here"):
        here = home.govwire("event", "export", "--dir", home.dir).out()
        same(world.ask("event", "export", key="reader").out(), here, "export")
        same(world.ask("event", "tail", "--json", key="reader").out(), here, "tail")
        same(world.ask("event", "tail", "--json", "--limit", 1, key="reader").out(), here.splitlines(True)[-1], "the last")
        query = "title:" + json.loads(here.splitlines()[0])["data"]["document"]["title"].split()[2]
        for what in (("search", query), ("get", 2), ("get", 2, "--json"), ("search", query, "--json")):
            same(world.ask("event", *what, key="reader").out(), home.govwire("event", *what, "--dir", home.dir).out(), what)
        ident = json.loads(here.splitlines()[1])["id"]
        same(world.ask("event", "get", ident, key="reader").out(), home.govwire("event", "get", 2, "--dir", home.dir).out(), "by id")
        for nothing in (99, "0" * len(ident)):
            world.ask("event", "get", nothing, key="reader", expect=1)

    with step("and follows what comes, through a broker that is killed"):
        follower = home.start("govwire", "event", "tail", "--follow", "--from", 1, "--json", "--broker", world.address,
                              "--key", world.key("reader"))
        until(lambda: len(follower.out().splitlines()) == 3)
        world.count = 5
        until(lambda: len(follower.out().splitlines()) == 5)
        world.broker.kill()
        world.broker.wait()
        world.start()
        world.count = 6
        until(lambda: len(follower.out().splitlines()) == 6)
        same([int(json.loads(line)["sequence"]) for line in follower.out().splitlines()], [1, 2, 3, 4, 5, 6], "sequence")

    with step("an operator asks for the status; a consumer may not"):
        world.allow("boss", "operator")
        status = until(lambda: json.loads(world.ask("status", "--json", key="boss").out()), 0.2)
        same([a["connected"] for a in status["agents"]], [True], "agents")
        same([s["id"] for s in status["sources"]], ["m"], "sources")
        check("not for the role consumer" in world.ask("status", key="reader", expect=77).err(), "not said")

    with step("a key that is taken away ends what it began"):
        same([line.split()[:2] for line in home.govwire("key", "list", "--dir", home.dir).out().splitlines()],
             [["boss", "operator"], ["east", "agent"], ["reader", "consumer"]], "key list")
        home.govwire("key", "revoke", "reader", "--dir", home.dir)
        same(follower.wait(), 77, "exit code of the follower")
        check("not allowed any more" in follower.err(), follower.err())
        world.ask("event", "tail", key="reader", expect=77)
        home.govwire("key", "revoke", "reader", "--dir", home.dir, expect=1)

    with step("no secret stands in any log"):
        secrets = [re.search(r"^secret (\S+)", f.read_text(), re.M).group(1)
                   for f in [*world.keys.glob("*.key"), home.dir / "keys" / "broker.key"]]
        same(len(secrets), 4, "keys")
        for log in home.path.glob("[0-9]*-*"):
            check(not any(secret in log.read_text() for secret in secrets), f"a secret in {log}")


def test_roles(home):
    """Each key says what its role may say and nothing else; every refusal is counted, and told once."""
    world = World(home)
    world.new("east", "reader")
    line = world.allow("east", "agent")
    world.allow("reader", "consumer")

    with step("a consumer's key brings nothing in"):
        agent = world.agent("E", "reader", settings=True)
        until(lambda: "HELLO is not for the role consumer" in agent.err())
        until(lambda: world.counters()["refused_roles"] >= 2)
        same(len(world.told("refused_roles")), 1, "lines about it")
        agent.kill(signal.SIGTERM)
        agent.wait()

    with step("an agent's key reads nothing"):
        check("SUBSCRIBE is not for the role agent" in world.ask("event", "tail", key="east", expect=77).err(), "not said")

    with step("another role, and it may"):
        world.allow("reader", "operator", note=False)
        world.ask("status", key="reader")

    with step("SIGHUP reads the keys at once"):
        before = len(world.told("keys"))
        world.broker.kill(signal.SIGHUP)
        until(lambda: len(world.told("keys")) > before)

    with step("whoever has another broker's key is refused, and the broker counts it"):
        handshakes = world.counters()["refused_handshakes"]
        public = re.search(r"^public (\S+)", world.key("reader").read_text(), re.M).group(1)
        world.key("reader").write_text(world.key("reader").read_text().replace(line, f"broker {public}\n"))
        err = world.ask("event", "tail", key="reader", expect=69).err()
        check("another key than the 'broker' line" in err, err)
        check(world.counters()["refused_handshakes"] > handshakes, "not counted")
        err = home.govwire("event", "tail", "--broker", world.address, expect=69).err()
        check("wants a key" in err, err)

    with step("a broken key file lets nobody in, and the log names it"):
        (home.dir / "keys" / "allowed" / "east.pub").write_text("name east\npublic nonsense\nrole agent\n")
        until(lambda: any("east.pub:2: not a key" in line for line in world.told("key")))
        err = world.ask("event", "tail", key="east", expect=77).err()
        check("does not know this key" in err, err)


def peer(world, name, consumers=False):
    """A connection with that key to the agents' port, or to the consumers'."""
    words = dict(line.split() for line in world.key(name).read_text().splitlines() if line and line[0] != "#")
    socket = CONTEXT.socket(zmq.DEALER)
    socket.linger = 0
    socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = (words[w].encode() for w in ("broker", "public", "secret"))
    host, port = world.address.rsplit(":", 1)
    socket.connect(f"{host}:{int(port) + consumers}")
    return socket


def says(world, name, message):
    """What the broker answers when that key says this as its first word."""
    socket = peer(world, name, isinstance(message, wire.Subscribe))
    socket.send(wire.pack(message))
    answer = wire.unpack(socket.recv())
    socket.close()
    return answer


def test_owners(home):
    """An outbox and a durable name belong to the key that used them first, as long as it is allowed."""
    run = home.path / "run"
    run.mkdir(0o700)
    with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=str(run)):
        tell_of_owners(World(home), glob.glob(f"{run}/govwire-*/consumers"))


def tell_of_owners(world, local):
    home = world.home
    world.new("east", "west", "desk", "thief", "boss")
    for name, role in (("east", "agent"), ("west", "agent"), ("desk", "consumer"), ("thief", "consumer"), ("boss", "operator")):
        with open(world.key(name), "a", encoding="ascii") as file:
            file.write(home.govwire("key", "allow", world.keys / f"{name}.pub", "--role", role, "--dir", home.dir).out())
    until(lambda: any("5 allowed" in line for line in world.told("keys")))
    hello = wire.Hello(version_min=1, version_max=wire.VERSION, node="east", incarnation=b"0123456789abcdef")
    durable = wire.Subscribe(version_min=1, version_max=wire.VERSION, stream=wire.STREAM_POLICY, credit=1, name="news desk")

    def accepted(name, message):
        check(isinstance(says(world, name, message), (wire.Welcome, wire.Subscribed)), f"{name} is refused")

    def refused(name, message, why):
        answer = says(world, name, message)
        check(isinstance(answer, wire.Refuse) and answer.code == wire.REFUSE_NOT_ALLOWED and why in answer.reason, f"{name}: {answer}")

    with step("whoever comes first has it"):
        accepted("east", hello)
        accepted("desk", durable)

    with step("another key is refused, whatever it subscribes to, and that is told once for each"):
        same(world.counters()["refused_owners"], 0, "refusals before")
        for _ in range(3):
            refused("west", hello, f"outbox:{hello.incarnation.hex()} belongs to the key 'east'")
            refused("thief", durable, "consumer:news%20desk belongs to the key 'desk'")
        refused("thief", wire.Subscribe(version_min=1, version_max=wire.VERSION, stream=wire.STREAM_SOURCE, name="news desk", **{"from": 1}),
                "belongs to the key 'desk'")
        same(world.counters()["refused_owners"], 7, "refusals")
        same(len(world.told("refused_owners")), 2, "lines about it")

    with step("its own key comes back, an operator and this machine may, names of their own are free"):
        accepted("east", hello)
        accepted("desk", durable)
        accepted("boss", durable)
        socket = CONTEXT.socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(f"ipc://{local[0]}")
        socket.send(wire.pack(durable))
        check(isinstance(wire.unpack(socket.recv()), wire.Subscribed), "refused on this machine")
        socket.close()
        durable.name = "mine"
        accepted("thief", durable)
        durable.name = "news desk"

    with step("a broker that was killed knows it still"):
        world.broker.kill()
        world.broker.wait()
        world.start()
        refused("west", hello, "belongs to the key 'east'")
        refused("thief", durable, "belongs to the key 'desk'")

    with step("what belonged to a key that was taken away is free"):
        before = len(world.told("keys"))
        home.govwire("key", "revoke", "east", "--dir", home.dir)
        until(lambda: len(world.told("keys")) > before)
        accepted("west", hello)
        line = world.allow("east", "agent", note=False)
        check(line, "not allowed again")
        refused("east", hello, "belongs to the key 'west'")


def test_doors(home):
    """An address that others reach is not opened without keys."""
    with step("no plain address but loopback"):
        err = home.run("govwire-broker", "--dir", home.dir, "--listen", "tcp://*:0", "--plain", expect=78).err()
        check("loopback" in err, err)
        err = home.run("govwire-agent", "--dir", home.dir, "--broker", "tcp://192.0.2.1:7600", expect=78).err()
        check("--key FILE is missing" in err, err)

    with step("a broker's key that others can read is not used"):
        (home.dir / "keys").mkdir()
        home.govwire("key", "new", "broker", cwd=home.dir / "keys")
        os.chmod(home.dir / "keys" / "broker.key", 0o640)
        err = home.run("govwire-broker", "--dir", home.dir, "--listen", "tcp://127.0.0.1:0", expect=77).err()
        check("broker.key: others can read this secret" in err, err)

    with step("one that is broken is named with its line"):
        (home.dir / "keys" / "broker.key").write_text("name broker\nsecret x\n")
        err = home.run("govwire-broker", "--dir", home.dir, "--listen", "tcp://127.0.0.1:0", expect=78).err()
        check("broker.key:2: not a key" in err, err)


main(__name__)
