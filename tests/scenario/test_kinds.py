# SPDX-License-Identifier: Apache-2.0
"""Every way a list is delivered, served live and polled by the address alone."""
import gzip
import json
import urllib.parse

from kit import ministry
from kit.run import check, main, same, step
from kit.site import Site

ROWS = 6


def polled(done):
    """What the agent said of each source's list: id -> (rows, how)."""
    seen = {}
    for line in done.err().splitlines():
        if line.startswith("{") and (entry := json.loads(line))["event"] == "polled" and "rows=" in entry["text"]:
            words = dict(part.split("=", 1) for part in entry["text"].split(" ", 2))
            seen[entry["subject"].removeprefix("source:")] = (int(words["rows"]), words["how"])
    return seen


def test_second_requests(home):
    """The test ministry's lists that need a second request, the cookie of the first, or both."""
    with Site() as site:
        home.source("unit", site.url("/zh/tzgg/"))
        home.source("channel", site.url("/zh/channel/"))
        home.source("jpage", site.url("/zh/jpage/"))
        home.source("session", site.url("/zh/session/"),
                    'list: {pages: 2, values: {token: "#list@data-token"}, kind: json,\n'
                    '  then: {url: "/zh/session/rows.json?token={token}&page={n}"}}\n')
        with step("one run reads them all"):
            seen = polled(home.govwire("up", "--dir", home.dir, "--once"))
            same({i: how for i, (_, how) in seen.items()},
                 {"unit": "family:jpaas", "channel": "family:channel-search", "jpage": "family:hanweb",
                  "session": "family:channel-search"},
                 "how they were read")
            same([seen[i][0] for i in ("unit", "channel", "jpage", "session")], [15, 4, 4, 5], "rows")

        with step("each asked for its rows as the page says"):
            asked = {(r["path"], r.get("query")) for r in site.log()}
            rows = {path: query for path, query in asked if query}
            check("/searchList/7f3a90c2d5e1486b9a0c4d2e6f8b1a35" in rows, rows)
            query = urllib.parse.parse_qs(rows["/module/web/jpage/dataproxy.jsp"])
            same((query["columnid"], query["unitid"], query["webid"]), (["1540"], ["4821907"], ["3"]), "ids of the page")
            sessions = [r for r in site.log() if r["path"] == "/zh/session/rows.json"]
            same([r["status"] for r in sessions], [200, 200], "answers to the session's requests")
            check(all("JSESSIONID=5C0A77D1" in r["cookie"] for r in sessions), f"{sessions}")
            check(not any(r.get("cookie") for r in site.log() if not r["path"].startswith("/zh/session/")),
                  "a cookie went elsewhere")
        with step("and everything became events"):
            same(len(home.events()), 15 + 5, "events")


def rows_of(kind):
    return [(f"/{kind}/article/{n}.html", ministry.title(n), ministry.day(n)) for n in range(1, ROWS + 1)]


def items(kind, form='<li><a href="{0}">{1}</a><span>{2}</span></li>'):
    return "".join(form.format(*row) for row in rows_of(kind))


def answers():
    """kind -> {path: (content type, body)}; "" is the list's own path."""
    def feed(kind, item):
        return "".join(item.format(*row) for row in rows_of(kind))

    def objects(kind, **more):
        return [{"title": t, "url": u, "publishTime": d, **more} for u, t, d in rows_of(kind)]

    page = lambda inner: ("text/html; charset=utf-8", ministry.page("Announcements", inner))
    data = lambda value: ("application/json", json.dumps(value).encode())
    record = '<record><![CDATA[<li><a href="{0}">{1}</a><b>{2}</b></li>]]></record>'
    store = lambda kind: f"<datastore><totalpage>1</totalpage><recordset>{feed(kind, record)}</recordset></datastore>"
    escaped = lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    xml = "application/xml"
    return {
        "html": {"": page(f"<ul class=list>{items('html')}</ul>")},
        "table": {"": page(f"<table>{items('table', '<tr><td>{2}</td><td><a href={0}>{1}</a></td></tr>')}</table>")},
        "json": {"": data({"code": 0, "data": {"list": objects("json"), "total": ROWS}})},
        "jsonp": {"": ("application/javascript", b"jQuery123_4(" + json.dumps({"rows": objects("jsonp")}).encode() + b");")},
        "jsonhtml": {"": data({"success": True, "data": {"html": f"<ul>{items('jsonhtml')}</ul>"}})},
        "ajax": {"": data([{"command": "settings"}, {"command": "insert", "data": f"<ul>{items('ajax')}</ul>"}])},
        "datastore": {"": page(f"<script type=\"text/xml\">{store('datastore')}</script>")},
        "escaped": {"": page(f"<div id=x>{escaped(store('escaped'))}</div>")},
        "dataproxy": {"": ("text/xml", store("dataproxy").encode())},
        "script": {"": page("<script>var itemObj = " + json.dumps(objects("script")) + ";</script><ul id=l></ul>")},
        "scriptfile": {"": ("application/javascript", ("var list=" + json.dumps(objects("scriptfile"))).encode())},
        "comment": {"": page(f"<ul id=l></ul><!-- <ul>{items('comment')}</ul> -->")},
        "rss": {"": (xml, f'<rss version="2.0"><channel><title>N</title>'
                     f'{feed("rss", "<item><title>{1}</title><link>{0}</link><pubDate>{2}</pubDate></item>")}'
                     f"</channel></rss>".encode())},
        "atom": {"": (xml, f'<feed xmlns="http://www.w3.org/2005/Atom">'
                      f'{feed("atom", "<entry><title>{1}</title><link href=%{0}%/><updated>{2}T09:00:00Z</updated></entry>")}'
                      f"</feed>".replace("%", '"').encode())},
        "jsonfeed": {"": data({"version": "https://jsonfeed.org/version/1.1", "title": "N",
                               "items": [{"id": u, "url": u, "title": t, "date_published": d + "T09:00:00Z"}
                                         for u, t, d in rows_of("jsonfeed")]})},
        "sitemap": {"": (xml, f"<urlset>{feed('sitemap', '<url><loc>BASE{0}</loc><lastmod>{2}</lastmod></url>')}</urlset>".encode())},
        "sitemapgz": {"": ("application/gzip", "GZ" + "<urlset>"
                           + feed("sitemapgz", "<url><loc>BASE{0}</loc><lastmod>{2}</lastmod></url>") + "</urlset>")},
        "index": {"": (xml, b"<sitemapindex><sitemap><loc>BASE/index/1.xml</loc></sitemap></sitemapindex>"),
                  "1.xml": (xml, f"<urlset>{feed('index', '<url><loc>BASE{0}</loc></url>')}</urlset>".encode())},
        "news": {"": (xml, ('<urlset xmlns:news="n">' + feed("news",
                      "<url><loc>BASE{0}</loc><news:news><news:publication_date>{2}</news:publication_date>"
                      "<news:title>{1}</news:title></news:news></url>") + "</urlset>").encode())},
        "csv": {"": ("text/csv", "title,url,date\n".encode() + feed("csv", '"{1}",{0},{2}\n').encode())},
        "linked": {
            "": ("text/html", ministry.page("Town", "<h1>Town</h1>").replace(
                b"</head>", b'<link rel="alternate" type="application/rss+xml" href="/linked/feed.xml"></head>')),
            "feed.xml": (xml, f"<rss><channel>{feed('linked', '<item><title>{1}</title><link>{0}</link></item>')}"
                              f"</channel></rss>".encode())},
        "calendar": {"": ("text/calendar", ("BEGIN:VCALENDAR\r\n" + "".join(
            f"BEGIN:VEVENT\r\nSUMMARY:{t}\r\nURL:{u}\r\nDTSTART:{d.replace('-', '')}T090000Z\r\nEND:VEVENT\r\n"
            for u, t, d in rows_of("calendar")) + "END:VCALENDAR\r\n").encode())},
        "xml": {"": (xml, ("<?xml version='1.0'?><notices>" + feed(
            "xml", "<notice><name>{1}</name><link>{0}</link><date>{2}</date></notice>") + "</notices>").encode())},
        "robots": {"": ("text/plain", b"User-agent: *\nSitemap: BASE/sitemap/\n")},
    }


def test_kinds(home):
    """One source a kind, each known by its address alone; then the forms of paging."""
    kinds = answers()

    def answer(path):
        kind, _, rest = path.lstrip("/").partition("/")
        if rest.startswith("article/"):
            return ministry.article(int(rest.removeprefix("article/").removesuffix(".html")))
        if kind in kinds and rest in kinds[kind]:
            content_type, body = kinds[kind][rest]
            if isinstance(body, str) and body.startswith("GZ"):
                return 200, {"Content-Type": content_type}, gzip.compress(body[2:].replace("BASE", server.url).encode())
            body = body.encode() if isinstance(body, str) else body
            return 200, {"Content-Type": content_type}, body.replace(b"BASE", server.url.encode())
        return 404, {"Content-Type": "text/plain"}, b"not found\n"

    server = home.serve(answer)
    for kind in kinds:
        home.source(kind, f"{server.url}/{kind}/")
    with step("each list gives its six rows"):
        seen = polled(home.govwire("up", "--dir", home.dir, "--once"))
        same({kind: seen.get(kind, (0, ""))[0] for kind in kinds}, {kind: ROWS for kind in kinds}, "rows")
    with step("with the titles of the list, or of the article where the list has none"):
        titles = [e["data"]["document"]["title"] for e in home.events()]
        same(sorted(set(titles)), sorted(ministry.title(n) for n in range(1, ROWS + 1)), "titles")
        same(len(titles), (len(kinds) - 1) * ROWS, "events")  # robots leads to the rows of sitemap


def test_paging(home):
    """Three pages in each form that is known; the missing fourth is no failure."""
    def rows(form, page, following):
        rows = [(f"/{form}/article/{n}.html", ministry.title(n), ministry.day(n)) for n in range(page * 3 - 2, page * 3 + 1)]
        text = "".join(f'<li><a href="{u}">{t}</a><span>{d}</span></li>' for u, t, d in rows)
        return ministry.page("List", f"<ul>{text}</ul>{following}")

    forms = {  # of page n: its path, and what page n says about the next
        "links": (lambda n: f"list_{n}.html" if n > 1 else "", lambda n: f'<a href="list_{n + 1}.html">Next page</a>'),
        "rel": (lambda n: f"p{n}/" if n > 1 else "", lambda n: f'<a rel="next" href="/rel/p{n + 1}/">»</a>'),
        "query": (lambda n: f"?page={n}" if n > 1 else "", lambda n: f'<a href="?page={n + 1}">下一页</a>'),
        "numbers": (lambda n: f"?p={n}" if n > 1 else "", lambda n: "".join(
            f"<a href='?p={k}'>{k}</a>" if k != n else f"<b>{k}</b>" for k in range(1, 5))),
        "call": (lambda n: f"index_{n - 1}.html" if n > 1 else "",
                 lambda n: f'<script>createPageHTML(4, {n - 1}, "index", "html");</script>'),
        "template": (lambda n: f"index_{n - 1}.html" if n > 1 else "", lambda n: ""),
        "form": (lambda n: f" page={n}&size=3", lambda n: ""),
        "body": (lambda n: ' {"page": %d}' % n, lambda n: ""),
    }

    def answer(path, posted=b""):
        path += f" {posted.decode()}" if posted else ""
        form, _, rest = path.lstrip("/").partition("/")
        if rest.startswith("article/"):
            return ministry.article(int(rest.removeprefix("article/").removesuffix(".html")))
        for n in (1, 2, 3):
            if form in forms and rest == forms[form][0](n):
                return rows(form, n, forms[form][1](n))
        return 404, {"Content-Type": "text/plain"}, b"not found\n"

    server = home.serve(answer)
    for form in forms:
        more = {"template": ', next: "index_{n}.html"',
                "form": ', request: {method: POST, body: {page: "{n}", size: "3"}}',
                "body": """, request: {method: POST, body: '{"page": {n}}'}"""}.get(form, "")
        home.source(form, f"{server.url}/{form}/", f"list: {{pages: 9{more}}}\n")
    with step("all pages that there are"):
        seen = polled(home.govwire("up", "--dir", home.dir, "--once"))
        same({form: seen.get(form, (0, ""))[0] for form in forms}, {form: 9 for form in forms}, "rows")


main(__name__)
