# SPDX-License-Identifier: Apache-2.0
"""A source is paused and resumed while govwire runs; its file and its log say so."""
import json
import signal

from kit import ministry
from kit.run import NOT_FOUND, check, main, same, step, until

FILE = """# Two of one town
- id: a   # the first
  url: {0}/a/index.html
  poll: 1s
  fetch: {{allow_private_networks: true, delay: 0s}}
- id: b
  url: {0}/b/index.html
  poll: 1s
  fetch: {{allow_private_networks: true, delay: 0s}}
"""


def test_control(home):
    """Pause, resume, log; and files that are left to their owner."""
    usual = ministry.site(2)
    gone = set()
    server = home.serve(lambda path: NOT_FOUND if path in gone else usual(path.removeprefix("/a").removeprefix("/b")))
    file = home.dir / "sources.d" / "town.yaml"
    file.write_text(FILE.format(server.url))

    def control(what, ident, expect=0):
        return home.govwire("source", what, ident, "--dir", home.dir, expect=expect)

    def states():
        status = json.loads(home.govwire("status", "--dir", home.dir, "--json").out())
        return {s["id"]: s["state"] for s in status["sources"]}

    def polls(path):
        return server.paths().count(path)

    home.start("govwire", "up", "--dir", home.dir)
    with step("both are polled"):
        until(lambda: polls("/a/index.html") > 1 and polls("/b/index.html") > 1)
    with step("one is paused: its file has one line more, and it is asked no more"):
        control("pause", "b")
        same(file.read_text(), FILE.format(server.url).replace("- id: b\n", "- paused: true\n  id: b\n"), "the file")
        until(lambda: states() == {"a": "ok", "b": "paused"}, 0.2)
        before, others = polls("/b/index.html"), polls("/a/index.html")
        until(lambda: polls("/a/index.html") > others + 2)
        same(polls("/b/index.html"), before, "polls of the paused source")
        check("paused" in home.govwire("source", "list", "--dir", home.dir).out(), "source list does not say so")
    with step("it is resumed: the file is as it was"):
        control("resume", "b")
        same(file.read_text(), FILE.format(server.url), "the file")
        until(lambda: polls("/b/index.html") > before)
        check("already" in control("resume", "b").out(), "resumed twice")
    with step("each change of its state is an event, and the last is a recovery"):
        def changes():
            return [(e["source"], e["type"].removeprefix("gov.source."), e["data"].get("previous")) for e in home.events("source")]

        wanted = [("/sources/b", state, previous) for state, previous in (("paused", "ok"), ("new", "paused"), ("ok", "new"))]
        until(lambda: len(changes()) >= 3, 0.2)
        same(changes(), wanted, "changes")
        control("pause", "b")
        until(lambda: len(changes()) == 4, 0.2)
        control("resume", "b")
        until(lambda: len(changes()) == 6, 0.2)
        same([state for _, state, _ in changes()[3:]], ["paused", "new", "ok"], "a second time")
    with step("the log tells what happened to it"):
        gone.add("/b/index.html")
        until(lambda: "not_found" in home.govwire("source", "log", "b", "--dir", home.dir).out(), 0.2)
        same(home.govwire("source", "log", "a", "--dir", home.dir).out(), "", "log of the other")
        log = home.govwire("source", "log", "b", "--dir", home.dir, "--json", "--from", "2020-01-01", "--to", "2099-01-01").out()
        check(all(json.loads(line)["source"] == "/sources/b" for line in log.splitlines()), log)
    with step("what cannot be edited safely is left as it is"):
        flow = '{id: c, url: "%s/a/index.html"}\n' % server.url
        (home.dir / "sources.d" / "c.yaml").write_text(flow)
        err = control("pause", "c", expect=1).err()
        check("c.yaml:1" in err, err)
        same((home.dir / "sources.d" / "c.yaml").read_text(), flow, "the file")
        control("pause", "nobody", expect=1)


def test_stopped(home):
    """What is known of the sources is shown while nothing runs, too."""
    pages = ministry.site(3)
    server = home.serve(pages)
    home.source("town", f"{server.url}/index.html", "poll: 1h\n")
    home.source("gone", f"{server.url}/nothing.html", "poll: 1h\n")
    with step("a run that ends"):
        home.govwire("up", "--once", "--dir", home.dir, expect=1)
    with step("rows, news and what comes next stand in the store"):
        status = json.loads(home.govwire("status", "--dir", home.dir, "--json").out())
        gone, town = status["sources"]
        same((status["running"], gone["id"], gone["state"], town["id"], town["state"]), (False, "gone", "broken", "town", "ok"), "states")
        same((town["rows_usual"], town["pending"], gone["rows_usual"]), (3, 0, 0), "rows")
        check({"last_poll", "last_success", "last_new", "next_poll"} <= town.keys() and "last_success" not in gone, status)
        check("rows" not in town and "delay_ms" not in town, "what nobody knows is said")
        check(town["next_poll"] > town["last_poll"] >= town["last_success"], town)


MANY = 10000


def test_many(home):
    """Ten thousand sources are more than a frame holds; each of them is shown."""
    lines = (f"- {{id: s{i:05}, url: 'http://127.0.0.1:9/{i}', paused: true, fetch: {{allow_private_networks: true}}}}\n" for i in range(MANY))
    (home.dir / "sources.d" / "many.yaml").write_text("".join(lines))

    def shown():
        return [s["id"] for s in json.loads(home.govwire("status", "--dir", home.dir, "--json").out())["sources"] if s["state"] == "paused"]

    wanted = [f"s{i:05}" for i in range(MANY)]
    up = home.start("govwire", "up", "--dir", home.dir)
    with step("by a running govwire", 120):
        until(lambda: '"live"' in up.err(), 0.2)
        until(lambda: reported(home) == MANY, 0.5)
        same(shown(), wanted, "sources")
    with step("and from what it left", 120):
        up.kill(signal.SIGTERM)
        up.wait()
        same(shown(), wanted, "sources")
        same(len(home.govwire("source", "list", "--dir", home.dir).out().splitlines()), MANY, "source list")


def reported(home):
    """How many an agent has told of: only those have a delay."""
    return sum("delay_ms" in s for s in json.loads(home.govwire("status", "--dir", home.dir, "--json").out())["sources"])


main(__name__)
