# SPDX-License-Identifier: Apache-2.0
"""Programs that are not ours read events: in C with the installed library, in Python with the .proto files."""
import ctypes
import glob
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from kit import ministry
from kit.run import Skip, check, main, port_pair, same, step, until

BUILD = pathlib.Path(os.environ.get("GOVWIRE_BIN", "build/dev/bin")).resolve().parent
CC = shlex.split(os.environ.get("GOVWIRE_CC", "cc")) + shlex.split(os.environ.get("GOVWIRE_CFLAGS", ""))
ENDED = {"EVENT": 1, "MARK": 2, "CAUGHT_UP": 3, "GAP": 4}


class World:
    """A broker with its own agent here, reached over tcp with the key of `reader`."""

    def __init__(self, home, count):
        self.home = home
        self.count = count
        self.address = f"tcp://127.0.0.1:{port_pair()}"
        site = home.serve(lambda path: ministry.site(self.count)(path))
        home.source("m", f"{site.url}/index.html", "poll: 1s\n")
        for name in ("reader", "stranger"):
            home.govwire("key", "new", name, cwd=home.path)
            line = home.govwire("key", "allow", f"{name}.pub", "--role", "consumer", "--dir", home.dir, cwd=home.path).out()
            with open(self.key(name), "a", encoding="ascii") as file:
                file.write(line)
        home.govwire("key", "revoke", "stranger", "--dir", home.dir)
        self.start()
        home.start("govwire-agent", "--dir", home.dir)
        self.all(count)

    def start(self):
        self.broker = self.home.start("govwire-broker", "--dir", self.home.dir, "--listen", self.address)
        until(lambda: '"ready"' in self.broker.err())

    def key(self, name="reader"):
        return self.home.path / f"{name}.key"

    def all(self, count):
        """Every event as a line of JSON, once there are so many."""
        return until(lambda: len(lines := self.home.govwire("event", "export", "--dir", self.home.dir).out().splitlines()) >= count
                     and lines, 0.2)

    def found(self, query):
        return {json.loads(line)["data"]["seq"] for line in
                self.home.govwire("event", "search", query, "--dir", self.home.dir, "--json", "--limit", 1000).out().splitlines()}


def tool(*words, expect=0, **more):
    run = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60, check=False, **more)
    check(run.returncode == expect, f"{' '.join(map(str, words))} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
    return run.stdout if expect == 0 else run.stderr


def install(home):
    """The tree as it is installed; its library directory."""
    prefix = home.path / "usr"
    tool("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix, pathlib.Path(glob.glob(str(prefix / "**" / "govwire.pc"), recursive=True)[0]).parent.parent


def test_c(home):
    """The library is found by pkg-config, shows nothing but its own names, and reads on where a program left off."""
    world = World(home, 8)
    prefix, lib = install(home)
    env = dict(os.environ, PKG_CONFIG_PATH=str(lib / "pkgconfig"), LD_LIBRARY_PATH=str(lib))

    with step("it is installed for compilers"):
        # The prefix of this test is not the one it was configured for.
        flags = shlex.split(tool("pkg-config", "--define-prefix", "--cflags", "--libs", "govwire", env=env))
        reader = home.path / "reader"
        tool(*CC, "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", reader,
             next(prefix.glob("**/examples/reader.c")), *flags)
        names = {line.split()[-1].split("@")[0] for line in tool("nm", "-D", "--defined-only", lib / "libgovwire.so").splitlines()}
        declared = set(re.findall(r"GOVWIRE_API [^(;]*?(govwire_\w+)\(", (prefix / "include/govwire.h").read_text()))
        same({n for n in names if not n.startswith(("_", "__"))}, declared, "names that can be seen")

    def read(*more, key="reader", expect=0):
        return tool(reader, world.address, world.key(key), home.path / "cursor", *more, expect=expect, env=env)

    with step("it reads what there is, as the commands print it"):
        same(read().splitlines(), world.all(8), "events")
        same((home.path / "cursor").read_text().split()[-1], "8", "cursor")
        same(read(), "", "the second time")

    with step("and goes on there"):
        world.count = 10
        more = world.all(10)[8:]
        same(read().splitlines(), more, "what came since")

    with step("the broker filters for it"):
        (home.path / "cursor").unlink()
        title = json.loads(more[0])["data"]["document"]["title"].split()[2]
        seqs = {json.loads(line)["data"]["seq"] for line in read(f"title:{title}").splitlines()}
        same(seqs, world.found(f"title:{title}"), "filtered")
        check(0 < len(seqs) < 10, f"the filter says nothing: {seqs}")
        check("nosuchfield" in read("nosuchfield:1", expect=1), "not said")

    with step("who is not allowed is told so"):
        check("does not know this key" in read(key="stranger", expect=1), "not said")


class Options(ctypes.Structure):
    _fields_ = [("broker", ctypes.c_char_p), ("key_file", ctypes.c_char_p), ("stream", ctypes.c_int), ("from_", ctypes.c_uint64),
                ("filter", ctypes.c_char_p), ("name", ctypes.c_char_p), ("window", ctypes.c_uint), ("store", ctypes.c_char_p),
                ("generation", ctypes.c_uint64), ("program", ctypes.c_char_p)]


class Item(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("seq", ctypes.c_uint64), ("from_", ctypes.c_uint64), ("event", ctypes.c_void_p),
                ("event_bytes", ctypes.c_size_t)]


class Reader:
    """One handle of the library, as another language has it."""

    def __init__(self, lib, world, **more):
        self.lib = lib
        self.handle = ctypes.c_void_p()
        more = {name: value.encode() if isinstance(value, str) else value for name, value in more.items()}
        options = Options(broker=world.address.encode(), key_file=str(world.key()).encode(), **more)
        self.opened = lib.govwire_open(ctypes.byref(options), ctypes.byref(self.handle))

    def next(self, timeout_ms=20000):
        item = Item()
        got = self.lib.govwire_next(self.handle, timeout_ms, ctypes.byref(item))
        return item if got > 0 else got

    def seqs(self, count, done=True):
        """Sequence numbers of the next events."""
        seen = []
        while len(seen) < count:
            item = self.next()
            check(not isinstance(item, int), f"{item} after {seen}: {self.lib.govwire_error()}")
            if item.kind == ENDED["EVENT"]:
                seen.append(item.seq)
            if done:
                self.lib.govwire_done(self.handle, item.seq)
        return seen

    def close(self):
        self.lib.govwire_close(self.handle)


def library(path):
    lib = ctypes.CDLL(path)
    for name in ("govwire_open", "govwire_next", "govwire_done", "govwire_close"):
        getattr(lib, name).argtypes = {"govwire_open": [ctypes.c_void_p, ctypes.c_void_p],
                                       "govwire_next": [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p],
                                       "govwire_done": [ctypes.c_void_p, ctypes.c_uint64],
                                       "govwire_close": [ctypes.c_void_p]}[name]
    lib.govwire_error.restype = lib.govwire_trouble.restype = lib.govwire_store.restype = ctypes.c_char_p
    lib.govwire_store.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    lib.govwire_trouble.argtypes = [ctypes.c_void_p]
    return lib


def test_library(home):
    """Names, windows, wrong words, and a broker that dies in between."""
    if os.environ.get("GOVWIRE_CFLAGS"):
        raise Skip("a sanitized library does not load into this python")
    lib = library(BUILD / "clients" / "c" / "libgovwire.so")
    world = World(home, 8)

    with step("a name keeps what was done under it"):
        reader = Reader(lib, world, name="n1", from_=1, window=4)
        same(reader.seqs(3, done=False), [1, 2, 3], "first reading")
        lib.govwire_done(reader.handle, 2)
        reader.close()
        reader = Reader(lib, world, name="n1", window=4)
        same(reader.seqs(4), [3, 4, 5, 6], "behind what was done")

    with step("a window that is full ends where it is full"):
        small = Reader(lib, world, from_=1, window=2)
        same(small.seqs(2, done=False), [1, 2], "the window")
        same(small.next(300), 0, "more than the window")
        lib.govwire_done(small.handle, 2)
        same(small.seqs(2), [3, 4], "behind it")
        generation = ctypes.c_uint64()
        store = lib.govwire_store(small.handle, ctypes.byref(generation))
        check(store and generation.value == 1, f"store {store}, generation {generation.value}")
        small.close()

    with step("a broker that is killed is waited for; nothing is lost, nothing comes twice"):
        follower = Reader(lib, world, from_=1)
        same(follower.seqs(8), list(range(1, 9)), "what there was")
        world.broker.kill()
        world.broker.wait()
        until(lambda: follower.next(300) == 0 and lib.govwire_trouble(follower.handle))
        world.count = 11
        world.start()
        same(follower.seqs(3), [9, 10, 11], "behind the kill")
        same(reader.seqs(5), [7, 8, 9, 10, 11], "under its name")
        follower.close()
        reader.close()

    with step("what is wrong is said, and which way it is wrong"):
        for more, code, said in (({"from_": 99}, -3, "beyond the end"), ({"from_": 1, "store": "other", "generation": 1}, -3, "another store"),
                                 ({"filter": "nosuchfield:1"}, -1, "nosuchfield"), ({"name": "n1", "filter": "town"}, -1, "another stream or filter")):
            wrong = Reader(lib, world, **more)
            same(wrong.opened, 0, f"open with {more}")
            same(wrong.next(), code, f"answer to {more}")
            check(said in lib.govwire_error().decode(), f"{more}: {lib.govwire_error()}")
            wrong.close()
        for more in ({"stream": 7}, {"key_file": None}):
            wrong = Reader.__new__(Reader)
            wrong.handle = ctypes.c_void_p()
            options = Options(broker=b"tcp://192.0.2.1:7600", **{"key_file": str(world.key()).encode(), **more})
            same(lib.govwire_open(ctypes.byref(options), ctypes.byref(wrong.handle)), -1, f"open with {more}")


def test_python(home):
    """The example needs the .proto files and two Debian packages, and nothing of ours."""
    world = World(home, 8)
    prefix, _ = install(home)
    proto = prefix / "share/govwire/proto"
    made = home.path / "made"
    made.mkdir()

    with step("the messages are made from the installed .proto files"):
        tool("protoc", f"--proto_path={proto}", f"--python_out={made}", *sorted(proto.glob("*.proto")))
        example = next(prefix.glob("**/examples/subscribe.py"))

    def begin(name, *arguments):
        out = open(home.path / name, "w", encoding="utf-8")
        process = subprocess.Popen([sys.executable, "-B", example, world.address, *map(str, arguments)], cwd=made, stdout=out,
                                   stderr=subprocess.STDOUT, env=dict(os.environ, PYTHONPATH=str(made)))
        return process, (home.path / name).read_text

    def expected(lines):
        events = [json.loads(line) for line in lines]
        return "".join(f"{e['data']['seq']} {e['type'].removeprefix('gov.policy.')} {e['data']['document']['title']}\n" for e in events)

    with step("it reads behind its cursor, and what comes"):
        process, said = begin("all", world.key(), 3)
        world.count = 9
        lines = world.all(9)
        until(lambda: process.poll() is not None or said().count("\n") >= 6)
        process.kill()
        process.wait()
        same(said(), expected(lines[3:]), "what it printed")

    with step("the broker filters for it"):
        title = json.loads(lines[0])["data"]["document"]["title"].split()[2]
        seqs = world.found(f"title:{title}")
        process, said = begin("filtered", world.key(), 0, f"title:{title}")
        until(lambda: process.poll() is not None or said().count("\n") >= len(seqs))
        process.kill()
        process.wait()
        same(said(), expected([line for line in lines if json.loads(line)["data"]["seq"] in seqs]), "what it printed")
        process, said = begin("wrong", world.key(), 0, "nosuchfield:1")
        check(process.wait() != 0 and "nosuchfield" in said(), said())


main(__name__)
