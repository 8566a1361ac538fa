# SPDX-License-Identifier: Apache-2.0
"""A running govwire follows its sources and their definitions."""
import json
import signal

from kit import ministry
from kit.run import alive, check, children_of, main, same, step, until


def test_up(home):
    """New articles, a second source, a changed one, a removed one; then it is asked to end."""
    count = {"m": 3, "n": 2}
    server = home.serve(lambda path: ministry.site(count["m"])(path))
    other = home.serve(lambda path: ministry.site(count["n"])(path))
    home.source("m", f"{server.url}/index.html", "poll: 1s\n")
    (home.dir / "bodies.csv").write_text("name,canonical,level,region\nBureau of District 1,Riverton District Bureau,county,US-OH\n")
    up = home.start("govwire", "up", "--dir", home.dir)

    def printed():
        return [json.loads(line) for line in up.out().splitlines(keepends=True) if line.endswith("\n")]

    def status():
        return json.loads(home.govwire("status", "--dir", home.dir, "--json").out())

    with step("what is on the list is printed, as backlog"):
        until(lambda: len(printed()) == 3)
        check(all(e["data"]["backlog"] for e in printed()), "not backlog")

    with step("a body of the user's own is its issuer"):
        same({i["canonical"] for e in printed() for i in e["data"]["document"].get("issuers", [])}, {"Riverton District Bureau"}, "issuers")

    with step("what is added is printed, as news"):
        count["m"] = 5
        until(lambda: len(printed()) == 5)
        check(not any(e["data"].get("backlog") for e in printed()[3:]), "news taken for backlog")

    with step("a second up is refused, and says who runs"):
        err = home.govwire("up", "--dir", home.dir, expect=75).err()
        check(str(up.pid) in err, err)

    with step("a new source is picked up"):
        home.source("n", f"{other.url}/index.html")
        until(lambda: len(printed()) == 7)
        same({e["source"] for e in printed()[5:]}, {"/sources/n"}, "its events")

    with step("one that moved is read at its new place"):
        moved = home.serve(ministry.site(4))
        home.source("n", f"{moved.url}/index.html")
        until(lambda: len(printed()) == 11)

    with step("one that is removed is watched no more"):
        (home.dir / "sources.d" / "n.yaml").unlink()
        until(lambda: [s["id"] for s in status()["sources"]] == ["m"], 0.2)

    with step("status shows both collectors and a source that is well"):
        shown = until(lambda: (s := status())["agents"][0]["collectors"] == 2 and s, 0.2)
        same(shown["sources"][0]["state"], "ok", "state")
        same(shown["sources"][0]["pending"], 0, "pending articles")

    with step("a supervisor is told that it works"):
        check("1 of 1 agents connected" in home.govwire("healthcheck", "--dir", home.dir).out(), "healthcheck")

    with step("SIGTERM ends all of it, with 0"):
        family = children_of(up.pid)
        up.kill(signal.SIGTERM)
        same(up.wait(), 0, "exit code")
        until(lambda: not any(map(alive, family)))
        same(json.loads(home.govwire("status", "--dir", home.dir, "--json").out())["running"], False, "running")
        check("no broker runs" in home.govwire("healthcheck", "--dir", home.dir, expect=69).err(), "healthcheck")


main(__name__)
