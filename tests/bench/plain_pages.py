#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""False facts on pages that announce nothing: sport, shopping, recipes, stories. Prints the mean per page; fails above one.

usage: plain_pages.py [--list]

The pages are those of plain_pages.txt, picked by hand; their bytes are found through GOVWIRE_CORPUS (without it: 77, skipped). What
counts is what facts/score_facts.py counts on its pages of that kind: every issuer, amount, quantity, person, reference, measure,
attachment and document number. Regions and dates of events are counted beside it: a page may well have a place and a day."""
import collections
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/release/bin"), "govwire")
CORPUS = os.path.join(os.environ.get("GOVWIRE_CORPUS", ""), "corpus")
FIELDS = ("issuers", "amounts", "quantities", "people", "references", "measures", "attachments")
MOST = 1.0  # false facts per page


def pages():
    """Rows of (category, set, id, file, url)."""
    metas, rows = {}, []
    for line in open(os.path.join(HERE, "plain_pages.txt"), encoding="utf-8"):
        if line.startswith("#"):
            continue
        category, name, prefix = line.split()
        if name not in metas:
            with open(os.path.join(CORPUS, name, "meta.jsonl"), encoding="utf-8") as file:
                found = [json.loads(row) for row in file]
            files = {f.rsplit(".", 1)[0]: f for f in os.listdir(os.path.join(CORPUS, name, "pages"))}
            metas[name] = [(m["id"], os.path.join(CORPUS, name, "pages", files[m["id"]]), m.get("url")) for m in found]
        rows += [(category, name, *meta) for meta in metas[name] if meta[0].startswith(prefix)]
    return rows


def extract(rows):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as manifest:
        for category, name, key, path, url in rows:
            manifest.write(json.dumps({"file": path, "id": f"{category} {name} {key}"} | ({"url": url.strip()} if url else {})) + "\n")
        manifest.flush()
        out = subprocess.run([GOVWIRE, "extract", "--json-errors", "--jobs", "2", "--manifest", manifest.name],
                             stdout=subprocess.PIPE, check=False)
    return [json.loads(line) for line in out.stdout.decode().splitlines()]


def main():
    if not os.path.isdir(CORPUS):
        print("GOVWIRE_CORPUS is not set")
        return 77
    by_category, fields, extra = collections.defaultdict(list), collections.Counter(), collections.Counter()
    for record in extract(pages()):
        count = {f: len(record.get(f, [])) for f in FIELDS} | {"doc_number": int("doc_number" in record)}
        by_category[record["id"].split()[0]].append(sum(count.values()))
        fields.update(count)
        extra["regions"] += len(record.get("regions", []))
        extra["event dates"] += sum(d["role"] not in ("published", "written") for d in record.get("dates", []))
        if "--list" in sys.argv and sum(count.values()):
            print(record["id"][:60], record.get("title"), {f: n for f, n in count.items() if n})
    total = [n for counts in by_category.values() for n in counts]
    for category, counts in by_category.items():
        print("%-16s %3d pages, %.2f false facts each" % (category, len(counts), sum(counts) / len(counts)))
    print(" ".join("%s %d" % item for item in (fields + extra).items()))
    mean = sum(total) / len(total)
    print("%d pages: %.2f false facts per page (at most %.0f), %d pages without any" % (len(total), mean, MOST, total.count(0)))
    return 0 if mean <= MOST and len(total) >= 60 else 1


if __name__ == "__main__":
    sys.exit(main())
