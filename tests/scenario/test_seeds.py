# SPDX-License-Identifier: Apache-2.0
"""Five real announcements go in, five policy events that say the same come out."""
import json
import pathlib
import re

from kit.run import Failed, check, corpus, files, main, same, step

FIELDS = ("title", "published", "source", "author")


def squeezed(text):
    return re.sub(r"\s+", "", text or "")


def check_body(gold, body, what):
    first = gold.get("body_first40_any") or [gold["body_first40"]]
    check(any(squeezed(body).startswith(f) for f in first), f"{what}: the body begins {squeezed(body)[:60]!r}")
    check(squeezed(body).endswith(gold["body_last40"]), f"{what}: the body ends {squeezed(body)[-60:]!r}")
    for leak in gold["must_not_leak"]:
        check(leak not in body, f"{what}: {leak!r} leaked into the body")


def check_fields(gold, document, what, list_may_fill):
    """A field the page does not give is absent; in events the list's row may fill it, and says so."""
    origin = {field: e.get("from") for field, e in document.get("evidence", {}).items()}
    for field in FIELDS:
        seen = document.get(field)
        if gold[field] is None and list_may_fill and seen is not None:
            same(origin.get(field), "list", f"{what}: {field} is {seen!r}; its evidence")
        else:
            same(seen, gold[field], f"{what}: {field}")
    check_body(gold, document.get("body"), what)


def in_text(field, value, text):
    """Whether a bare text says this field at all."""
    if value is None:
        return False
    if field == "published":
        return value[:10] in text
    return value in text


def test_seeds(home):
    """Once over the list, once more, and the same pages by hand."""
    seeds = corpus() / "seeds"
    golds = {g["id"]: g for g in map(json.loads, (seeds / "gold.jsonl").read_text().splitlines())}
    server = home.serve(files(seeds))
    home.source("seeds", f"{server.url}/index.html")

    with step("up --once stores five published events", 60):
        first = home.govwire("up", "--dir", home.dir, "--once")
        events = home.events()
        same(len(events), 5, "events in the policy stream")
        same(sorted(int(e["sequence"]) for e in events), [1, 2, 3, 4, 5], "their sequence")
        same({e["type"] for e in events}, {"gov.policy.published"}, "their types")
        same([json.loads(l)["id"] for l in first.out().splitlines()], [e["id"] for e in events], "what up printed")

    with step("they say what the pages say"):
        for event in events:
            document = event["data"]["document"]
            ident = pathlib.PurePath(document["url"]).stem
            check_fields(golds.pop(ident), document, ident, list_may_fill=True)
            check(event["data"]["backlog"], f"{ident}: not marked as backlog of a first poll")
        same(golds, {}, "pages without an event")

    with step("a second run adds nothing", 60):
        second = home.govwire("up", "--dir", home.dir, "--once")
        same(second.out(), "", "what the second run printed")
        same(home.events(), events, "the stream after the second run")
        third = home.govwire("up", "--dir", home.dir, "--once", "--revisit", "all")
        same(third.out(), "", "what a run over every known article printed")
        same(home.events(), events, "the stream after it")

    with step("extract gives the same documents from the pages, and from the texts what they have"):
        golds = {g["id"]: g for g in map(json.loads, (seeds / "gold.jsonl").read_text().splitlines())}
        for ident, gold in golds.items():
            html = json.loads(home.govwire("extract", seeds / f"{ident}.html").out())
            check_fields(gold, html, f"{ident}.html", list_may_fill=False)
            text_path = seeds / f"{ident}.txt"
            text = text_path.read_bytes().decode(errors="replace")
            document = json.loads(home.govwire("extract", text_path).out())
            for field in FIELDS:
                if in_text(field, gold[field], text):
                    same(document.get(field), gold[field], f"{ident}.txt: {field}")
                elif gold[field] is None and document.get(field) is not None:
                    raise Failed(f"{ident}.txt: {field} was invented: {document[field]!r}")
            check_body(gold, document.get("body"), f"{ident}.txt")


main(__name__)
