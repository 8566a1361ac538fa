# SPDX-License-Identifier: Apache-2.0
"""A list that no longer is what it was: each way to go wrong is polled, named, an event, and over when it is mended."""
import json
import sqlite3

from kit import ministry, wire
from kit.run import check, main, same, step

DAYS = 40


def rows(*, dates=True, hrefs="/article/{n}.html", count=12):
    items = "".join(f'<li><a href="{hrefs.format(n=n)}">{ministry.title(n)}</a>'
                    f'{f"<span>{ministry.day(n)}</span>" if dates else ""}</li>' for n in range(1, count + 1))
    return ministry.page("Announcements", f'<div class="list"><ul>{items}</ul></div>')


def test_states(home):
    """Rows gone, dates gone, all links to other sites, and nothing new for six weeks."""
    shown = {"list": rows()}
    usual = ministry.site(40)
    server = home.serve(lambda path: shown["list"] if path == "/index.html" else usual(path))
    home.source("m", f"{server.url}/index.html")

    def poll(page):
        shown["list"] = page
        home.govwire("up", "--dir", home.dir, "--once")
        status = json.loads(home.govwire("status", "--dir", home.dir, "--json").out())["sources"][0]
        listed = home.govwire("source", "list", "--dir", home.dir).out()
        check(status["state"] in listed and status["reason"] in listed, f"source list does not say so: {listed}")
        return status["state"], status["reason"]

    def detail():
        return home.events("source")[-1]["data"]["detail"]

    with step("a list that is fine"):
        same(poll(rows()), ("ok", ""), "state")

    with step("no rows any more"):
        same(poll(ministry.page("Announcements", "<p>The site has been renewed.</p>")), ("broken", "empty_list"), "state")
        same(poll(rows()), ("ok", ""), "mended")

    with step("a fifth of the rows"):
        same(poll(rows(count=2)), ("broken", "selector_drift"), "state")
        check("2 rows where 12" in detail(), detail())
        same(poll(rows()), ("ok", ""), "mended")

    with step("no dates any more"):
        same(poll(rows(dates=False)), ("degraded", "no_dates"), "state")
        check("none of 12 rows" in detail(), detail())
        same(poll(rows()), ("ok", ""), "mended")

    with step("all rows lead to other sites"):
        # By another name for this machine, which is another site; the articles are there too.
        other = server.url.replace("127.0.0.1", "localhost")
        same(poll(rows(hrefs=other + "/article/{n}.html")), ("broken", "selector_drift"), "state")
        check("other sites" in detail(), detail())
        same(poll(rows()), ("ok", ""), "mended")

    with step("the same rows for six weeks, where news came daily"):
        store = sqlite3.connect(home.dir / "state" / "store.db")
        for url, blob in store.execute("SELECT url, target FROM targets").fetchall():
            target = wire.Target.FromString(blob)
            target.first_seen_ms -= DAYS * 86400000
            store.execute("UPDATE targets SET target = ? WHERE url = ?", (target.SerializeToString(), url))
        store.commit()
        store.close()
        same(poll(rows()), ("degraded", "frozen_list"), "state")
        check(f"{DAYS} days" in detail(), detail())

    with step("and one new row ends it"):
        same(poll(rows(count=13)), ("ok", ""), "state")
        kinds = [(e["type"].removeprefix("gov.source."), e["data"].get("reason", "")) for e in home.events("source")]
        same(kinds, [(s, r) for pair in [("broken", "empty_list"), ("broken", "selector_drift"), ("degraded", "no_dates"),
                                         ("broken", "selector_drift"), ("degraded", "frozen_list")]
                     for s, r in (pair, ("ok", ""))], "events")


main(__name__)
