# SPDX-License-Identifier: Apache-2.0
"""An article that its site cut into three pages becomes one event with the text of all three."""
from kit import ministry
from kit.run import check, main, same, step

PARTS = ("The first part of the report describes how the flood banks of the eastern district were raised in spring, and what the works cost.",
         "The second part lists the pump stations that were replaced in summer, with the enterprises that supplied them and their terms.",
         "The third part says what remains to be done in autumn, who answers for it, and when the next report is to be expected.")
HEAD = "<h1>Report on flood control in three parts</h1><div class='info'>Time: 2024-06-01 09:00 Source: Bureau of District 1</div>"


def part(n, pager):
    return ministry.page("Report on flood control in three parts", f"{HEAD}<div id='zoom'><p>{PARTS[n]}</p><p>{PARTS[n][::-1].capitalize()}</p>"
                         f"<div class='pager'>{pager}</div></div>")


def by_links(n):
    names = ("report.html", "report_2.html", "report_3.html")
    links = " ".join(str(i + 1) if i == n else f"<a href='{name}'>{i + 1}</a>" for i, name in enumerate(names))
    return part(n, links + (f" <a href='{names[n + 1]}'>Next page</a>" if n < 2 else ""))


def by_script(n):
    return part(n, f"<script>createPageHTML(3, {n}, 't20240601_7', 'html');</script>")


def test_three_pages(home):
    """Pages linked by numbers, and pages that a script counts."""
    pages = {"/r/report.html": by_links(0), "/r/report_2.html": by_links(1), "/r/report_3.html": by_links(2),
             "/t/t20240601_7.html": by_script(0), "/t/t20240601_7_1.html": by_script(1), "/t/t20240601_7_2.html": by_script(2)}
    firsts = [path for path in pages if path in ("/r/report.html", "/t/t20240601_7.html")]
    asked = []

    def answer(path):
        asked.append(path)
        return ministry.listing(3, firsts) if path == "/index.html" else pages.get(path) or ministry.site(3)(path)

    server = home.serve(answer)
    home.source("m", f"{server.url}/index.html")
    with step("one run reads them"):
        home.govwire("up", "--dir", home.dir, "--once")
    with step("each is one event with all its text, in order"):
        for first in firsts:
            (event,) = [e for e in home.events() if e["data"]["document"]["url"].endswith(first)]
            body = event["data"]["document"]["body"]
            at = [body.find(p) for p in PARTS]
            check(0 <= at[0] < at[1] < at[2], f"{first}: {at} in {body!r}")
            same(event["data"]["document"].get("pages"), 3, f"{first}: pages")
    with step("no page was asked for twice, and none is an event of its own"):
        same([p for p in set(asked) if p in pages and asked.count(p) != 1], [], "pages asked for again")
        same(len(home.events()), 3 + len(firsts), "events")


main(__name__)
