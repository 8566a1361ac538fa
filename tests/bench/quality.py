#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well `govwire extract` reads real pages: the table of the goals, measured.

usage: quality.py [--bin govwire] [--half even|odd] [--errors] [--keep DIR]

The pages and their scorers are found through GOVWIRE_CORPUS; without it the program says so and exits 77 (skipped).
--half takes only pages whose id hashes that way: tune on one half, watch the other.
--errors lists every page that misses a measure."""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile

GOALS = {  # (set, measure): goal; counts are "at most so many wrong"
    ("scrapinghub", "shingle4"): 0.970, ("zhwce", "body"): 0.925, ("magichtml", "body"): 0.945,
    ("trafilatura", "snippets"): 0.945, ("wcxb", "body"): 0.960, ("fundus", "body"): 0.955,
    ("gne", "title"): "1 wrong", ("trafilatura", "title"): 0.83, ("wcxb", "title"): 0.87, ("fundus", "title"): "1 wrong",
    ("gne", "date"): "1 wrong", ("zhwce", "date"): "3 wrong", ("htmldate", "date"): 0.925, ("trafilatura", "date"): 0.950,
    ("wcxb", "date"): 0.84, ("fundus", "date"): "1 wrong",
}
VALUE = {"shingle4": "f1", "body": "f1", "snippets": "f1", "title": "norm", "date": "accuracy"}


def in_half(page_id, half):
    return not half or (hashlib.sha256(page_id.encode()).digest()[0] % 2 == 0) == (half == "even")


def load(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def page_files(folder):
    return {name.rsplit(".", 1)[0]: os.path.join(folder, name) for name in os.listdir(folder)}


def extract(program, rows, work):
    """rows of (key, file, url) to {key: record}"""
    manifest = os.path.join(work, "manifest.jsonl")
    with open(manifest, "w", encoding="utf-8") as f:
        for key, path, url in rows:
            row = {"file": os.path.abspath(path), "id": key}
            if url:
                row["url"] = url
            f.write(json.dumps(row) + "\n")
    out = subprocess.run([program, "extract", "--json-errors", "--jobs", "2", "--manifest", manifest],
                         stdout=subprocess.PIPE, check=False)
    records = [json.loads(line) for line in out.stdout.decode("utf-8").splitlines()]
    return {r["id"]: r for r in records}


def show(name, measure, value, total, goal):
    if isinstance(goal, str):
        wrong = round((1 - value) * total)
        good = wrong <= int(goal.split()[0])
        text = "%d wrong of %d" % (wrong, total)
    else:
        good = value >= goal
        text = "%.3f" % value
    print("%-12s %-9s %-16s goal %-8s %s" % (name, measure, text, goal, "ok" if good else "SHORT"))


def score_corpus(corpus, program, half, errors, work):
    sets = sorted(s for s in os.listdir(corpus) if os.path.isfile(os.path.join(corpus, s, "meta.jsonl")))
    metas, rows = {}, []
    for s in sets:
        files = page_files(os.path.join(corpus, s, "pages"))
        metas[s] = [m for m in load(os.path.join(corpus, s, "meta.jsonl")) if in_half(m["id"], half)]
        rows += [(s + "|" + m["id"], files[m["id"]], m.get("url")) for m in metas[s]]
    found = extract(program, rows, work)
    trimmed = os.path.join(work, "corpus")
    with open(os.path.join(work, "out.jsonl"), "w", encoding="utf-8") as f:
        for s in sets:
            os.makedirs(os.path.join(trimmed, s))
            with open(os.path.join(trimmed, s, "meta.jsonl"), "w", encoding="utf-8") as meta:
                for m in metas[s]:
                    meta.write(json.dumps(m) + "\n")
                    r = found.get(s + "|" + m["id"], {})
                    f.write(json.dumps({"set": s, "id": m["id"], "title": r.get("title"), "published": r.get("published"),
                                        "author": r.get("author"), "body": r.get("body")}) + "\n")
    result, pages = os.path.join(work, "score.json"), os.path.join(work, "pages.jsonl")
    subprocess.run([sys.executable, "-B", os.path.join(corpus, "score.py"), os.path.join(work, "out.jsonl"), trimmed,
                    "--json", result, "--per-page", pages], check=True, stdout=subprocess.DEVNULL)
    with open(result, encoding="utf-8") as f:
        scores = json.load(f)
    for (s, measure), goal in GOALS.items():
        if measure in scores.get(s, {}):
            show(s, measure, scores[s][measure][VALUE[measure]], scores[s][measure]["n"], goal)
    for s in sets:
        for measure in ("body", "snippets", "title", "date", "author"):
            if (s, measure) not in GOALS and measure in scores[s] and not (s == "scrapinghub" and measure == "body"):
                value = scores[s][measure].get("hit", scores[s][measure].get(VALUE.get(measure, "hit")))
                print("%-12s %-9s %.3f" % (s, measure, value))
    if errors:
        list_errors(load(pages))


def list_errors(pages):
    for p in pages:
        if p.get("title") is False or p.get("date") is False or p.get("f1", 1) < 0.9 or p.get("without_in") or \
                ("with" in p and len(set(p["with"].split("/"))) == 2):
            print(json.dumps(p, ensure_ascii=False))


def score_gov(gov, program, half, errors, work):
    metas = [m for m in load(os.path.join(gov, "meta.jsonl")) if m["kind"] == "article" and in_half(m["id"], half)]
    found = extract(program, [(m["id"], os.path.join(gov, m["file"]), m.get("url")) for m in metas], work)
    trimmed, out, result = (os.path.join(work, n) for n in ("gov.jsonl", "gov_out.jsonl", "gov.json"))
    with open(trimmed, "w", encoding="utf-8") as meta, open(out, "w", encoding="utf-8") as f:
        for m in metas:
            meta.write(json.dumps(m) + "\n")
            r = found.get(m["id"], {})
            f.write(json.dumps({k: r.get(k) for k in ("id", "title", "published", "source", "author", "body")} |
                               {"id": m["id"]}) + "\n")
    done = subprocess.run([sys.executable, "-B", os.path.join(gov, "score_gov.py"), "--meta", trimmed, "--articles", out,
                           "--worst", "40", "--json", result], check=True, stdout=subprocess.PIPE)
    with open(result, encoding="utf-8") as f:
        a = json.load(f)["articles"]
    for k in ("title", "published_day", "source", "body_start", "body_end"):
        show("gov", k, a[k], a[k + "_n"], "1 wrong")
    print("gov          leaks     %d pages       goal 0        %s" %
          (round(a["leak_pages"] * a["leak_pages_n"]), "ok" if not a["leak_pages"] else "SHORT"))
    print("gov          author    %.3f   body f1 %.3f" % (a["author"] or 0, a["body_f1"]))
    if errors:
        print("\n".join(line for line in done.stdout.decode("utf-8").splitlines() if "failed" in line))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=os.path.join(os.environ.get("GOVWIRE_BIN", "build/release/bin"), "govwire"))
    parser.add_argument("--half", choices=["even", "odd"])
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--keep")
    a = parser.parse_args()
    root = os.environ.get("GOVWIRE_CORPUS")
    if not root or not os.path.isdir(os.path.join(root, "corpus")):
        print("skipped: GOVWIRE_CORPUS names no folder with corpus/ and gov/")
        return 77
    with tempfile.TemporaryDirectory() as work:
        if a.keep:
            os.makedirs(a.keep, exist_ok=True)
            work = tempfile.mkdtemp(dir=a.keep)
        score_corpus(os.path.join(root, "corpus"), a.bin, a.half, a.errors, work)
        score_gov(os.path.join(root, "gov"), a.bin, a.half, a.errors, work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
