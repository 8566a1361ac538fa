#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Grow the two forests that choose the blocks of an article, and say how well they do on pages they have not seen.

usage: learn.py --tools DIR [--work DIR] [--write] [--trees N] [--leaves N] …

The pages with gold are found through GOVWIRE_CORPUS (corpus/, gov/); DIR holds block_dump and grow_forest (build/<preset>/tests).
Every figure printed is cross-validated: each page is scored by trees grown on other pages. --write then grows on all pages and
writes collectors/article/forest_alone.inc and forest_around.inc. The same pages give the same forests."""
import argparse
import hashlib
import importlib.util
import json
import os
import re
import struct
import subprocess
import sys
from array import array
from collections import Counter, defaultdict

FULL = ["scrapinghub", "zhwce", "magichtml", "wcxb", "fundus", "newspaper4k", "readability"]
SNIPPETS = ["trafilatura", "goose3", "gne"]
FOLDS = 5
COPY = 8  # tokens


def load_scorer(corpus):
    spec = importlib.util.spec_from_file_location("score", os.path.join(corpus, "score.py"))
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


class Page:
    def __init__(self, group, meta, path, body, snippets):
        self.group, self.meta, self.path, self.body, self.snippets = group, meta, path, body, snippets
        self.blocks, self.tokens = [], []


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def find_pages(root, deal_number=0):
    pages = []
    for group in FULL + SNIPPETS:
        folder = os.path.join(root, "corpus", group)
        files = {n.rsplit(".", 1)[0]: n for n in os.listdir(os.path.join(folder, "pages"))}
        for m in read_lines(os.path.join(folder, "meta.jsonl")):
            body = m.get("body") if group in FULL else None
            if not body and not m.get("with"):
                continue
            if body and len(body) < 60:
                continue
            pages.append(Page(group, m, os.path.join(folder, "pages", files[m["id"]]), body, (m.get("with"), m.get("without"))))
    for m in read_lines(os.path.join(root, "gov", "meta.jsonl")):
        if m["kind"] == "article":
            pages.append(Page("gov", m, os.path.join(root, "gov", m["file"]), m["gold"]["body_text"], (None, None)))
    pages.sort(key=lambda p: hashlib.sha256((p.meta.get("sha256") or p.meta["id"]).encode()).hexdigest())
    deal(pages, deal_number)
    return pages


def site(page):
    host = re.sub(r"^[a-z]+://(www\.)?", "", page.meta.get("url") or "").split("/")[0].split(":")[0]
    parts = host.split(".")
    keep = 3 if len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3 else 2
    return ".".join(parts[-keep:]) or page.meta.get("sha256") or page.meta["id"]


def deal(pages, number):
    """the fold of each page: pages of one site, and copies of one page, are never on both sides"""
    order = sorted({site(p) for p in pages}, key=lambda s: hashlib.sha256(("%d%s" % (number, s)).encode()).hexdigest())
    fold = {s: i % FOLDS for i, s in enumerate(order)}
    for p in pages:
        p.fold = fold[site(p)]


def dump(tools, pages, prefix, *scores):
    text = "".join("%s\t%s\n" % (p.path, p.meta.get("url") or "") for p in pages)
    command = [os.path.join(tools, "block_dump"), prefix] + list(scores)
    out = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True).stdout.split()
    with open(prefix + ".pages", encoding="utf-8") as f:
        counts = [int(line) for line in f]
    with open(prefix + ".texts", encoding="utf-8", newline="\n") as f:
        texts = f.read().split("\n")
    at = 0
    for page, n in zip(pages, counts):
        page.blocks = [line.split("\t", 1)[1] for line in texts[at:at + n]]
        page.tokens = [int(line.split("\t", 1)[0]) for line in texts[at:at + n]]
        at += n
    return int(out[0]), int(out[1])


# ---- which blocks the gold body holds

def positions(gold_grams, tokens):
    """the two diagonals on which most of the block's 3-grams meet the gold's: [(matches, position)]"""
    votes = Counter()
    for j in range(len(tokens) - 2):
        for g in gold_grams.get((tokens[j], tokens[j + 1], tokens[j + 2]), ())[:40]:
            votes[(g - j) // 4] += 1
    return [(n, max(0, d * 4)) for d, n in votes.most_common(3)]


def chain(candidates, gold_length):
    """the heaviest candidates in the order of both texts: {block: (start, end)} and the tokens they cover"""
    best = []
    for k, (b, at, n, cover) in enumerate(candidates):
        top, back = 0, -1
        for j in range(k - 1, max(-1, k - 400), -1):
            other, start, length, _ = candidates[j]
            if other < b and start + length * 0.7 - 4 <= at and best[j][0] > top:
                top, back = best[j][0], j
        best.append((top + n, back))
    found, k = {}, max(range(len(best)), key=lambda i: best[i][0]) if best else -1
    tokens = 0
    while k >= 0:
        b, at, n, cover = candidates[k]
        found[b] = (at, at + n, cover)
        tokens += n
        k = best[k][1]
    return found, tokens


def align(gold, blocks):
    """per block the share of its tokens that the gold body holds there"""
    grams = defaultdict(list)
    for i in range(len(gold) - 2):
        grams[gold[i], gold[i + 1], gold[i + 2]].append(i)
    share = [0.0] * len(blocks)
    candidates = []
    for b, tokens in enumerate(blocks):
        if len(tokens) < 5:
            continue
        hits = sum(1 for j in range(len(tokens) - 2) if (tokens[j], tokens[j + 1], tokens[j + 2]) in grams)
        cover = hits / (len(tokens) - 2)
        if cover >= 0.5:
            for n, at in positions(grams, tokens):
                if n * 3 >= hits:
                    candidates.append((b, at, len(tokens), cover))
    found, covered = chain(candidates, len(gold))
    # A second copy of the whole text in one block is not how the page shows it.
    fine, fine_covered = chain([c for c in candidates if c[2] < 0.5 * len(gold) or len(gold) < 60], len(gold))
    if fine_covered > 0.75 * covered:
        found = fine
    for b, (at, end, cover) in found.items():
        share[b] = cover
    # Short blocks belong to the gold where they stand right behind or before their neighbours.
    order = sorted(found)
    for b, tokens in enumerate(blocks):
        if b in found or len(tokens) >= 5 or not tokens:
            continue
        before = [x for x in order if x < b]
        after = [x for x in order if x > b]
        low = found[before[-1]][1] if before else None
        high = found[after[0]][0] if after else len(gold)
        if low is None and not (after and after[0] - b <= 3):
            continue
        low = max(0, high - 12) if low is None else low
        for i in range(max(0, low - 6), min(low + 12 if before else high, len(gold)) - len(tokens) + 1):
            if gold[i:i + len(tokens)] == tokens:
                share[b] = 1.0
                found[b] = (i, i + len(tokens), 1.0)
                order = sorted(found)
                break
    return share


def label(pages, score):
    rows = bytearray()
    for number, page in enumerate(pages):
        blocks = [score.toks(t) for t in page.blocks]
        if page.body:
            gold = score.toks(page.body)
            share = align(gold, blocks)
            copies = {" ".join(t) for t, s in zip(blocks, share) if s >= 0.5 and len(t) >= COPY}
            total = len(gold) + 20
            for tokens, s in zip(blocks, share):
                weight = min(30.0, 100.0 * (len(tokens) + 2) / total)
                if s < 0.5 and " ".join(tokens) in copies:
                    weight = 0  # which of two copies counts is not for the forests to say
                rows += struct.pack("<ffii", s, weight, number, page.fold)
            page.share = share
        else:
            inside = [score.ws(x) for x in page.snippets[0] or []]
            outside = [score.ws(x) for x in page.snippets[1] or []]
            page.share = []
            for text in page.blocks:
                t = score.ws(text)
                yes, no = any(x in t for x in inside), any(x in t for x in outside)
                rows += struct.pack("<ffii", 1.0 if yes else 0.0, 8.0 if yes != no else 0.0, number, page.fold)
                page.share.append(1.0 if yes else 0.0)
    return rows


# ---- how well

def evaluate(pages, scores, score, threshold):
    result = defaultdict(list)
    snippets = defaultdict(lambda: [0, 0, 0])
    at = 0
    for page in pages:
        n = len(page.blocks)
        body = "\n".join(t for t, s in zip(page.blocks, scores[at:at + n]) if s > threshold)
        at += n
        if page.body and page.group == "scrapinghub":
            result[page.group].append(score.sh_match(page.body, body))
        elif page.body:
            result[page.group].append(score.prf(page.body, body)[2])
        if page.snippets[0]:
            t = score.ws(body)
            c = snippets[page.group]
            found = sum(score.ws(x) in t for x in page.snippets[0][:6])
            c[0] += found
            c[1] += len(page.snippets[0][:6]) - found
            c[2] += sum(score.ws(x) in t for x in (page.snippets[1] or [])[:6])
    out = {}
    for group, values in result.items():
        if group == "scrapinghub":
            p = [a / (a + b) for a, b, c in values if a + b > 0]
            r = [a / (a + c) for a, b, c in values if a + c > 0]
            p, r = sum(p) / max(1, len(p)), sum(r) / max(1, len(r))
            out[group] = 2 * p * r / (p + r) if p + r else 0
        else:
            out[group] = sum(values) / len(values)
    for group, (tp, fn, fp) in snippets.items():
        p, r = tp / max(1, tp + fp), tp / max(1, tp + fn)
        out[group + "*"] = 2 * p * r / (p + r) if p + r else 0
    return out


def show(name, figures):
    print("%-22s" % name + "  ".join("%s %.3f" % (k, v) for k, v in sorted(figures.items())), flush=True)


def read_scores(path):
    scores = array("h")
    with open(path, "rb") as f:
        scores.frombytes(f.read())
    return scores


def grow(tools, rows, columns, used, labels, options, **more):
    command = [os.path.join(tools, "grow_forest"), rows, str(columns), str(used), labels]
    for key, value in {**options, **more}.items():
        command += ["--" + key, str(value)]
    subprocess.run(command, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--work", default="/tmp/govwire-learn")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--per-page")
    parser.add_argument("--deal", type=int, default=0, help="another way to deal the sites to the folds")
    for name, value in (("trees", 120), ("leaves", 24), ("rate", 0.08), ("least", 15), ("lambda", 30), ("share", 0.15), ("bag", 0.6)):
        parser.add_argument("--" + name, default=value, type=float)
    a = parser.parse_args()
    root = os.environ.get("GOVWIRE_CORPUS")
    if not root:
        print("GOVWIRE_CORPUS is not set")
        return 77
    os.makedirs(a.work, exist_ok=True)
    options = {"trees": int(a.trees), "leaves": int(a.leaves), "rate": a.rate, "least": a.least, "lambda": getattr(a, "lambda"),
               "share": a.share, "bag": a.bag}
    score = load_scorer(os.path.join(root, "corpus"))
    pages = find_pages(root, a.deal)
    w = lambda name: os.path.join(a.work, name)
    alone, columns = dump(a.tools, pages, w("alone"))
    with open(w("labels"), "wb") as f:
        f.write(label(pages, score))
    print("%d pages, %d blocks, %d and %d features" % (len(pages), sum(len(p.blocks) for p in pages), alone, columns))
    perfect = array("h", [1 if s >= 0.5 else -1 for p in pages for s in p.share])
    show("all that blocks allow", {k: v for k, v in evaluate(pages, perfect, score, 0).items() if not k.endswith("*")})
    grow(a.tools, w("alone.rows"), columns, alone, w("labels"), options, folds=FOLDS, oof=w("scores1"))
    show("first forest", evaluate(pages, read_scores(w("scores1")), score, 0))
    dump(a.tools, pages, w("around"), w("scores1"))
    grow(a.tools, w("around.rows"), columns, columns, w("labels"), options, folds=FOLDS, oof=w("scores2"))
    scores = read_scores(w("scores2"))
    for threshold in (-200, -100, 0, 100):
        show("second forest, %d" % threshold, evaluate(pages, scores, score, threshold))
    dump(a.tools, pages, w("chosen"), w("scores1"), w("scores2"))
    with open(w("chosen.keep"), "rb") as f:
        show("as chosen", evaluate(pages, f.read(), score, 0))
    if a.per_page:
        with open(a.per_page, "w", encoding="utf-8") as f:
            at = 0
            for p in pages:
                n = len(p.blocks)
                f.write(json.dumps({"group": p.group, "id": p.meta["id"], "path": p.path, "figures": evaluate([p], scores[at:at + n], score, 0),
                                    "scores": list(scores[at:at + n]), "share": p.share}) + "\n")
                at += n
    if a.write:
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "collectors", "article")
        grow(a.tools, w("alone.rows"), columns, alone, w("labels"), options, out=os.path.join(here, "forest_alone.inc"), name="alone")
        grow(a.tools, w("around.rows"), columns, columns, w("labels"), options, out=os.path.join(here, "forest_around.inc"), name="around")
    return 0


if __name__ == "__main__":
    sys.exit(main())
