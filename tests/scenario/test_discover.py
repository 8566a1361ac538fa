# SPDX-License-Identifier: Apache-2.0
"""From a site's address to a source that works."""
import json

from kit import ministry
from kit.run import NOT_FOUND, check, main, same, step

HOME = ministry.page("Town Hall", "<h1>Welcome</h1><p>Everything about our town.</p>")
XML = {"Content-Type": "application/xml"}


def home_with(head):
    return HOME.replace(b"</head>", head.encode() + b"</head>")


def feed(count):
    items = "".join(f"<item><title>{ministry.title(n)}</title><link>/article/{n}.html</link>"
                    f"<pubDate>Mon, 0{n} Jan 2024 09:00:00 +0000</pubDate></item>" for n in range(1, count + 1))
    return 200, {"Content-Type": "application/rss+xml"}, f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def sitemap(count):
    urls = "".join(f"<url><loc>http://town.example/article/{n}.html</loc></url>" for n in range(count))
    return 200, XML, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def test_discover(home):
    """A list, a home page that links its feed, one whose feed has a usual name, a sitemap in robots.txt, and nothing."""
    (home.dir / "govwire.yaml").write_text("fetch: {allow_private_networks: true, delay: 0s}\n")
    usual = ministry.site(5)

    def serve(pages):
        return home.serve(lambda path: pages[path] if path in pages else usual(path))

    def discover(url, *more, expect=0):
        return home.govwire("source", "discover", url, "--dir", home.dir, *more, expect=expect)

    def found(url):
        return json.loads(discover(url, "--json").out())

    with step("a list is proposed as it is, with its rows, an article and what is missing"):
        server = serve({})
        text = discover(f"{server.url}/index.html").out()
        for part in (ministry.title(1), "5 rows, 5 with a date", "published", "neither ETag", f'url: "{server.url}/index.html"'):
            check(part in text, f"{part!r} is missing:\n{text}")
        asked = [path for path in server.paths() if path != "/robots.txt"]
        same(asked, ["/index.html", "/article/1.html"], "requests")

    with step("the file is a source that works"):
        file = home.path / "proposed.yaml"
        file.write_text(text)
        shown = home.govwire("source", "test", file, "--dir", home.dir, "--json").out()
        same(len(json.loads(shown)["list"]["items"]), 5, "rows")
        check(json.loads(shown)["warnings"], "no warnings")

    with step("source add --discover writes it, once"):
        path = home.govwire("source", "add", f"{server.url}/index.html", "--dir", home.dir, "--id", "town", "--discover").out()
        check("# Found: 5 rows" in open(path.strip(), encoding="utf-8").read(), "not the proposal")
        home.govwire("source", "add", f"{server.url}/index.html", "--dir", home.dir, "--id", "town", "--discover", expect=73)
        home.govwire("up", "--dir", home.dir, "--once")
        same(len(home.events()), 5, "events")

    with step("a home page without rows: the feed it links"):
        link = '<link rel="alternate" type="application/rss+xml" href="/n/news.rss">'
        server = serve({"/": home_with(link), "/n/news.rss": feed(4)})
        got = found(f"{server.url}/")
        same((got["source"]["url"], got["source"]["list"]["kind"]), (f"{server.url}/n/news.rss", "feed"), "proposal")
        same(got["document"]["title"], ministry.title(1), "article")

    with step("a home page with undated rows: the dated feed beats them"):
        rows = "".join(f'<li><a href="/article/{n}.html">{ministry.title(n)}</a></li>' for n in range(1, 9))
        page = home_with(link).replace(b"<h1>", f"<ul>{rows}</ul><h1>".encode())
        server = serve({"/": page, "/n/news.rss": feed(4)})
        got = found(f"{server.url}/")
        same(got["source"]["url"], f"{server.url}/n/news.rss", "proposal")
        same([o["rows"] for o in got["others"]][0], 8, "rows of the page itself")

    with step("a feed that nothing names, at a usual place"):
        server = serve({"/": HOME, "/feed.xml": feed(3)})
        same(found(f"{server.url}/")["source"]["url"], f"{server.url}/feed.xml", "proposal")

    with step("a sitemap that robots.txt names, behind an index"):
        pages = {"/": HOME}
        server = serve(pages)
        index = f"<sitemapindex><sitemap><loc>{server.url}/maps/1.xml</loc></sitemap></sitemapindex>"
        pages["/robots.txt"] = (200, {"Content-Type": "text/plain"},
                                f"User-agent: *\nAllow: /\nSitemap: {server.url}/maps/all.xml\n".encode())
        pages["/maps/all.xml"] = (200, XML, index.encode())
        pages["/maps/1.xml"] = (200, XML, sitemap(6)[2].replace(b"http://town.example", server.url.encode()))
        got = found(f"{server.url}/")
        same((got["source"]["url"], got["source"]["list"]["kind"]), (f"{server.url}/maps/all.xml", "sitemap"), "proposal")
        same(len(got["list"]["items"]), 6, "rows")

    with step("nothing: 3, after a dozen requests at most; not there: 1; no address: 2"):
        server = serve({"/": HOME})
        discover(f"{server.url}/", expect=3)
        check(len(server.paths()) <= 12, f"{server.paths()}")
        server = serve({"/index.html": NOT_FOUND})
        discover(f"{server.url}/index.html", expect=1)
        discover("town.example/news", expect=2)
        err = home.govwire("source", "discover", f"{server.url}/", expect=1).err()
        check("loopback" in err, err)
        (home.path / "quick").mkdir()
        (home.path / "quick" / "govwire.yaml").write_text("fetch: {delay: 50ms}\n")
        text = home.govwire("source", "discover", f"{serve({}).url}/index.html", "--allow-private-networks", "--dir",
                            home.path / "quick").out()
        check("allow_private_networks: true" in text, text)

    with step("all of it at the site's pace"):
        (home.dir / "govwire.yaml").write_text("fetch: {allow_private_networks: true, delay: 300ms}\n")
        server = serve({"/": home_with(link), "/n/news.rss": feed(4)})
        found(f"{server.url}/")
        times = [when for when, _ in server.requests]
        gaps = [after - before for before, after in zip(times, times[1:])]
        check(gaps and min(gaps) > 0.28, f"requests {gaps} s apart")


main(__name__)
