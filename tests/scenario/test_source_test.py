# SPDX-License-Identifier: Apache-2.0
"""One look at a source before it is watched."""
import json

from kit import ministry
from kit.run import check, main, same, step

HOME_PAGE = ministry.page("Welcome", "<h1>Welcome</h1>")


def with_pages(pages):
    usual = ministry.site(3)
    return lambda path: pages.get(path) or usual(path)


def test_source_test(home):
    """A source that is fine, one that is not there, two that say nothing."""
    with step("a list and its first article are shown, with the reasons"):
        server = home.serve(ministry.site(3))
        home.source("ministry", f"{server.url}/index.html")
        shown = home.govwire("source", "test", "ministry", "--dir", home.dir).out()
        for n in (1, 2, 3):
            check(ministry.title(n) in shown, f"row {n} is missing:\n{shown}")
        check("sure to" in shown, f"no evidence is shown:\n{shown}")
        articles = {path for path in server.paths() if path.startswith("/article/")}
        same(articles, {"/article/1.html"}, "articles asked for")
        check(not (home.dir / "state").exists(), "it wrote into the directory of the source")

    with step("and as JSON, from a file"):
        file = home.dir / "sources.d" / "ministry.yaml"
        found = json.loads(home.govwire("source", "test", file, "--json").out())
        same([row["title"] for row in found["list"]["items"]], [ministry.title(n) for n in (1, 2, 3)], "rows")
        same(found["document"]["title"], ministry.title(1), "title")

    with step("a list that is not there: 1"):
        home.source("gone", f"{server.url}/nothing.html")
        err = home.govwire("source", "test", "gone", "--dir", home.dir, expect=1).err()
        check("could not be fetched" in err, err)

    with step("a page that is no list, and a row that is no article: 3"):
        server = home.serve(with_pages({"/home.html": HOME_PAGE, "/article/1.html": ministry.listing(40)}))
        home.source("nolist", f"{server.url}/home.html")
        home.source("noarticle", f"{server.url}/index.html")
        home.govwire("source", "test", "nolist", "--dir", home.dir, expect=3)
        home.govwire("source", "test", "noarticle", "--dir", home.dir, expect=3)

    with step("a private address without permission: 1, and it says so"):
        err = home.govwire("source", "test", f"{server.url}/index.html", expect=1).err()
        check("loopback" in err, err)


main(__name__)
