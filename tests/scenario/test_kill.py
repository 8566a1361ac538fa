# SPDX-License-Identifier: Apache-2.0
"""Whoever is killed, whenever: nothing is lost and nothing is told twice."""
import json
import os
import random
import signal
import time

from kit import ministry
from kit.run import check, children_of, main, same, seed, step, until

ARTICLES, KILLS = 200, 20
AHEAD = 10  # requests that are answered while a victim is chosen
ROLES = ("up", "broker", "agent", "fetcher", "reader")


def role_of(arguments):
    name = os.path.basename(arguments[0])
    if name == "govwire-collector":
        return "reader" if "--reader" in arguments else "fetcher"
    return name.removeprefix("govwire-")


def victims(up, role):
    """The processes of that kind in this run."""
    below = children_of(up.pid).items()
    return [up.pid] if role == "up" else sorted(pid for pid, arguments in below if role_of(arguments) == role)


def kill_one(home, up, chance):
    """Kill a process of a kind chosen first, so that each kind is as likely as another, whatever else just starts or ends.
    Returns the `up` that runs then."""
    role = chance.choice(ROLES)
    found = until(lambda: victims(up, role) or not up.running())
    check(found is not True, f"up ended by itself:\n{up.tail()}")
    pid = chance.choice(found)
    time.sleep(chance.random() * 0.03)  # a moment within the work on one article; part of what the seed replays
    print(f"    kill -9 {role}", flush=True)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return up  # it had just ended itself (a reader that was replaced)
    if role != "up":
        return up
    up.wait()
    return home.start("govwire", "up", "--dir", home.dir, "--once")


def check_all_once(events):
    same([int(e["sequence"]) for e in events], list(range(1, ARTICLES + 1)), "the sequence")
    same({e["type"] for e in events}, {"gov.policy.published"}, "the types")
    titles = sorted(e["data"]["document"]["title"] for e in events)
    same(titles, sorted(ministry.title(n) for n in range(1, ARTICLES + 1)), "the titles")
    same(len({e["id"] for e in events}), ARTICLES, "distinct event ids")


def test_kill(home):
    """200 articles, 20 times kill -9 of a random process."""
    chance = random.Random(seed())
    server = home.serve(ministry.site(ARTICLES))
    home.source("ministry", f"{server.url}/index.html")
    moments = sorted(chance.sample(range(1, ARTICLES), KILLS))

    up = home.start("govwire", "up", "--dir", home.dir, "--once")
    for moment in moments:
        server.let(moment + AHEAD)
        with step(f"at request {moment}", 60):
            until(lambda: server.count() >= moment or not up.running(), 0.001)
            up = kill_one(home, up, chance)
    server.let(float("inf"))

    with step("what is left is collected", 120):
        code = up.wait()
        check(code == 0, f"up ended with {code}:\n{up.tail(40)}")

    with step("each article is stored once, and the sequence is dense"):
        events = home.events()
        check_all_once(events)

    with step("a consumer from 1 sees each once"):
        tail = home.govwire("event", "tail", "--dir", home.dir, "--from", 1, "--json").out()
        same([json.loads(line)["id"] for line in tail.splitlines()], [e["id"] for e in events], "what it saw")

    with step("and one more run finds nothing new", 60):
        again = home.govwire("up", "--dir", home.dir, "--once")
        same(again.out(), "", "what it printed")
        same(len(home.events()), ARTICLES, "events")
    print(f"    {server.count()} requests for {ARTICLES} articles", flush=True)


main(__name__)
