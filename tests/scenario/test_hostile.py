# SPDX-License-Identifier: Apache-2.0
"""A page made to hurt is put away with its bytes and the reason; the others arrive as if it were not there."""
import json

from kit import ministry
from kit.run import check, main, same, step

ARTICLES = 120
SLACK_S = 0.250

HTML = {"Content-Type": "text/html; charset=utf-8"}


def hostile(inner):
    return (200, HTML, b"<!DOCTYPE html><html><head><title>Notice</title></head><body>" + inner + b"</body></html>")


# Small pages that grow to many times their size as a tree, and some that are only long to read. Tags nested into each other the
# wrong way pass the reader's memory on any machine; the others are read up to where reading stops, unless the machine is too slow.
PAGES = {
    "/tables.html": hostile(b"<table><tr><td>" * 150_000),
    "/spans.html": hostile(b"<span>a</span>" * 500_000),
    "/misnested.html": hostile(b"".join(b"<a href=%d><b><i><p>x</a>" % n for n in range(40_000))),
    "/attributes.html": hostile(b"<i a b c d e f g h>x</i>" * 300_000),
}
CERTAIN = {"/misnested.html"}


def longest_silence(server):
    """The longest time between two requests for ordinary articles: what a page in the reader could delay."""
    times = [t for t, path in server.requests if path.startswith("/article/")]
    return max(b - a for a, b in zip(times, times[1:]))


def collect(home, name, server, expect):
    home.source(name, f"{server.url}/index.html")
    p = home.govwire("up", "--dir", home.dir, "--once", expect=expect)
    same(len({path for path in server.paths() if path.startswith("/article/")}), ARTICLES, "articles asked for")
    return p


def test_hostile(home):
    """Hostile pages among ordinary ones."""
    with step("ordinary articles alone", 60):
        calm = home.serve(ministry.site(ARTICLES))
        collect(home, "calm", calm, 0)
        same(len(home.events()), ARTICLES, "events")
        (home.dir / "sources.d" / "calm.yaml").unlink()

    with step("the same with hostile ones among them: they stay unread, and the command says so", 120):
        server = home.serve(ministry.site(ARTICLES, PAGES))
        collect(home, "hostile", server, 1)

    with step("every ordinary article arrived"):
        titles = [
            e["data"]["document"]["title"] for e in home.events() if e["source"].endswith("/hostile")
        ]
        missing = {ministry.title(n) for n in range(1, ARTICLES + 1)} - set(titles)
        same(missing, set(), "missing articles")

    with step("the hostile ones lie in quarantine, with their bytes and the reason"):
        lines = home.govwire("quarantine", "list", "--dir", home.dir, "--json").out().splitlines()
        entries = {"/" + e["url"].rsplit("/", 1)[1]: e for e in map(json.loads, lines)}
        for path, entry in entries.items():
            check(path in PAGES, f"{path} is an ordinary page")
            check(entry["reason"] in ("reader_time", "reader_memory", "reader_crash"), f"its reason is {entry['reason']}")
            shown = home.govwire("quarantine", "show", "--dir", home.dir, entry["id"]).out()
            check(entry["reason"] in shown and entry["sha256"] in shown, f"show says:\n{shown}")
            kept = home.govwire("quarantine", "bytes", "--dir", home.dir, entry["id"]).out_path.read_bytes()
            same(kept, PAGES[path][2], f"{path}: the bytes kept")
        same(CERTAIN - set(entries), set(), "hostile pages that were read as if they were not")

    with step("and nobody waited for them"):
        calm_s, hostile_s = longest_silence(calm), longest_silence(server)
        print(f"    longest silence: {calm_s * 1000:.0f} ms without, {hostile_s * 1000:.0f} ms with hostile pages", flush=True)
        check(hostile_s <= calm_s + SLACK_S, "ordinary transfers were delayed")

    with step("a dropped entry is gone"):
        for entry in entries.values():
            home.govwire("quarantine", "drop", "--dir", home.dir, entry["id"])
            home.govwire("quarantine", "drop", "--dir", home.dir, entry["id"], expect=1)
        same(home.govwire("quarantine", "list", "--dir", home.dir).out(), "", "the list")


main(__name__)
