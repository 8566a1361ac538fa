# SPDX-License-Identifier: Apache-2.0
"""What the scenarios share: programs started and stopped, a directory kept only on failure, a timeout per step.

A scenario is a file with functions `test_…(home)`, told like a story, and `main(__name__)` at its end. Each gets a Home:
a directory of its own, from which it starts programs and servers; whatever it started is ended with it.
"""
import contextlib
import http.server
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SKIP = 77
STEP_S = 60


class Skip(Exception):
    """Why a scenario cannot be told here."""


class Failed(AssertionError):
    """What was seen instead of what was expected."""


def check(condition, text):
    if not condition:
        raise Failed(text)


def same(seen, expected, what):
    if seen != expected:
        raise Failed(f"{what}: expected {expected!r}, got {seen!r}")


@contextlib.contextmanager
def step(text, seconds=STEP_S):
    """One step of the story: told as it begins, ended by force when it takes too long."""

    def late(_number, _frame):
        raise Failed(f"'{text}' took more than {seconds} s")

    print(f"  - {text}", flush=True)
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def until(condition, every_s=0.01):
    """Wait for a condition; the step's timeout bounds it. Returns what made it true."""
    while not (value := condition()):
        time.sleep(every_s)
    return value


def corpus():
    """The folder of real pages, which no repository may hold."""
    path = os.environ.get("GOVWIRE_CORPUS")
    if not path or not pathlib.Path(path).is_dir():
        raise Skip("GOVWIRE_CORPUS does not name the folder of real pages")
    return pathlib.Path(path)


def seed():
    """The seed of a scenario with chance in it: --seed N, GOVWIRE_SEED, or a new one. Printed, so that it can be told again."""
    value = os.environ.get("GOVWIRE_SEED")
    if "--seed" in sys.argv:
        value = sys.argv[sys.argv.index("--seed") + 1]
    value = int(value) if value else random.SystemRandom().randrange(1 << 32)
    print(f"  seed {value} (again: --seed {value})", flush=True)
    return value


def program(name):
    path = pathlib.Path(os.environ.get("GOVWIRE_BIN", "build/dev/bin")) / name
    check(path.exists(), f"{path} is not built")
    return str(path.resolve())


def port_pair():
    """A port with its successor free too: a broker takes the one for agents, the other for consumers."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


# ---- processes


def alive(pid):
    """Whether that process runs; one that only waits to be reaped does not."""
    with contextlib.suppress(OSError):
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        return stat[stat.rindex(")") + 2 :].split()[0] != "Z"
    return False


def children_of(pid):
    """All processes below pid, as {pid: [arguments]}."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            stat = (entry / "stat").read_text()
            state, parent = stat[stat.rindex(")") + 2 :].split()[:2]
            arguments = (entry / "cmdline").read_bytes().split(b"\0")[:-1]
            if state != "Z" and arguments:
                parents[int(entry.name)] = (int(parent), [a.decode(errors="replace") for a in arguments])
    found, level = {}, {pid}
    while level:
        level = {p for p, (parent, _) in parents.items() if parent in level and p not in found}
        found.update({p: parents[p][1] for p in level})
    return found


class Program:
    """A running program; its output goes to files in the scenario's directory. `prefix`: the command that runs it."""

    def __init__(self, home, name, *arguments, cwd=None, prefix=(), env=None):
        self.name = name
        home.started += 1
        self.out_path = home.path / f"{home.started:02}-{name}.out"
        self.err_path = home.path / f"{home.started:02}-{name}.err"
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(
                [*prefix, program(name), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd,
                env=dict(os.environ, **(env or {})),
            )
        self.pid = self.process.pid

    def running(self):
        return self.process.poll() is None

    def wait(self):
        """Its exit code; the step's timeout bounds the wait."""
        return self.process.wait()

    def kill(self, number=signal.SIGKILL):
        if self.running():
            self.process.send_signal(number)

    def out(self):
        return self.out_path.read_text()

    def err(self):
        return self.err_path.read_text()

    def tail(self, lines=15):
        return "\n".join(self.err().splitlines()[-lines:])


def run(home, name, *arguments, expect=0, cwd=None):
    """Run a program to its end. Returns it; fails when it ends otherwise than expected."""
    p = Program(home, name, *arguments, cwd=cwd)
    code = p.wait()
    check(code == expect, f"{name} {' '.join(map(str, arguments))} ended with {code}, not {expect}:\n{p.tail()}")
    return p


# ---- servers


class Server:
    """An HTTP server on loopback at a port the kernel chose. `answer(path)` gives bytes, or (status, headers, bytes).

    Requests behind the first `limit` wait until it is raised: a scenario can keep the world from running ahead of it.
    """

    def __init__(self, answer):
        outer = self
        self.limit = float("inf")

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                self.do_GET(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

            def do_GET(self, posted=None):
                with outer.lock:
                    outer.requests.append((time.monotonic(), self.path))
                    number = len(outer.requests)
                    while number > outer.limit:
                        outer.lock.wait()
                result = answer(self.path) if posted is None else answer(self.path, posted)
                if isinstance(result, bytes):
                    result = (200, {"Content-Type": "text/html; charset=utf-8"}, result)
                status, headers, body = result
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a killed client is what some scenarios are about

        self.lock = threading.Condition()
        self.requests = []  # (time, path)
        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def let(self, limit):
        with self.lock:
            self.limit = limit
            self.lock.notify_all()

    def count(self):
        with self.lock:
            return len(self.requests)

    def paths(self):
        with self.lock:
            return [path for _, path in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


NOT_FOUND = (404, {"Content-Type": "text/plain"}, b"not found\n")
TYPES = {".html": "text/html", ".txt": "text/plain", ".xml": "application/xml", ".json": "application/json"}


def files(folder):
    """The answers of a static server of that folder."""
    root = pathlib.Path(folder).resolve()

    def answer(path):
        file = (root / path.split("?")[0].lstrip("/")).resolve()
        if root not in file.parents or not file.is_file():
            return NOT_FOUND
        return (200, {"Content-Type": TYPES.get(file.suffix, "application/octet-stream")}, file.read_bytes())

    return answer


# ---- the home of one scenario


class Home:
    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"govwire-{name}-"))
        self.dir = self.path / "D"
        (self.dir / "sources.d").mkdir(parents=True)
        self.started = 0
        self.programs = []
        self.servers = []

    def serve(self, answer):
        server = Server(answer)
        self.servers.append(server)
        return server

    def start(self, name, *arguments):
        p = Program(self, name, *arguments)
        self.programs.append(p)
        return p

    def run(self, name, *arguments, expect=0, cwd=None):
        return run(self, name, *arguments, expect=expect, cwd=cwd)

    def govwire(self, *arguments, expect=0, cwd=None):
        return self.run("govwire", *arguments, expect=expect, cwd=cwd)

    def source(self, ident, url, more=""):
        """A source on loopback without delay; `more` is further YAML."""
        (self.dir / "sources.d" / f"{ident}.yaml").write_text(
            f"id: {ident}\nurl: {url}\nfetch: {{allow_private_networks: true, delay: 0s}}\n{more}"
        )

    def events(self, stream="policy"):
        """Everything stored, from the first."""
        out = self.govwire("event", "export", "--dir", self.dir, "--stream", stream, "--from", 1).out()
        return [json.loads(line) for line in out.splitlines()]

    def close(self):
        for p in self.programs:
            p.kill()
            p.wait()
        for server in self.servers:
            server.close()


def tell(name, story):
    """One scenario: its exit code."""
    home = Home(name)
    try:
        print(f"{name}: {(story.__doc__ or '').strip().splitlines()[0]}", flush=True)
        story(home)
    except Skip as why:
        home.close()
        shutil.rmtree(home.path, ignore_errors=True)
        print(f"SKIPPED {name}: {why}", flush=True)
        return SKIP
    except BaseException as what:  # also a KeyboardInterrupt: the processes must end
        if isinstance(what, Failed):
            print(f"FAILED {name}: {what}", flush=True)
        else:
            traceback.print_exc()
        home.close()
        print(f"its files are kept in {home.path}", flush=True)
        return 1
    home.close()
    shutil.rmtree(home.path, ignore_errors=True)
    print(f"ok {name}", flush=True)
    return 0


def main(module):
    """Tell every test_… of the module, or those named on the command line; the worst result is the exit code."""
    if module != "__main__":
        return
    stories = {n: f for n, f in vars(sys.modules["__main__"]).items() if n.startswith("test_") and callable(f)}
    wanted = [a for a in sys.argv[1:] if a in stories] or list(stories)
    codes = [tell(name, stories[name]) for name in wanted]
    sys.exit(1 if 1 in codes else SKIP if codes and all(c == SKIP for c in codes) else 0)
