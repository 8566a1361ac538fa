# SPDX-License-Identifier: Apache-2.0
"""Texts of our own against the facts they must give, through `govwire extract`, and the promise behind every fact: its span of the body
is its quote, byte for byte.

Each NAME.txt in policy/ goes with a NAME.json: the facts without spans and confidence, so that a person can read the diff.
`tests/tools/golden --update` rewrites them from what the command says now; a new case needs the text alone. With GOVWIRE_CORPUS the spans
are checked over all its pages and texts too."""
import glob
import json
import os
import subprocess
import sys

from kit import golden

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "policy")
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "govwire")
CORPUS = os.environ.get("GOVWIRE_CORPUS", "")
LISTS = ["issuers", "regions", "people", "amounts", "quantities", "dates", "measures", "references"]
FIELDS = ["title", "kind", "doc_number", "index_number", "effective", "expiry", "topics", "addressees", "attachments"] + LISTS


def extract(paths):
    done = subprocess.run([GOVWIRE, "extract", *paths], capture_output=True, text=True, timeout=600, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def wrong_spans(record):
    body = record.get("body", "").encode()
    wrong = []
    for field in LISTS:
        for fact in record.get(field, []):
            if "span" not in fact:
                if fact.get("in") not in ("title", "meta"):
                    wrong.append("%s %s: %s without a place" % (record["id"], field, fact.get("quote")))
                continue
            start, end = fact["span"]
            if body[start:end] != fact["quote"].encode():
                wrong.append("%s %s: %r is not %r" % (record["id"], field, body[start:end], fact["quote"]))
    return wrong


def plain(record):
    def bare(fact):
        return {k: v for k, v in fact.items() if k not in ("span", "confidence")} if isinstance(fact, dict) else fact
    return {field: [bare(f) for f in record[field]] if isinstance(record[field], list) else record[field]
            for field in FIELDS if field in record}


def show(facts):
    lines = ["{"]
    for field, value in facts.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append("  %s: [" % json.dumps(field))
            lines += ["    " + json.dumps(item, ensure_ascii=False) + ("," if item is not value[-1] else "") for item in value]
            lines.append("  ],")
        else:
            lines.append("  %s: %s," % (json.dumps(field), json.dumps(value, ensure_ascii=False)))
    lines[-1] = lines[-1].rstrip(",")
    return lines + ["}"]


def explained(path):
    """What --explain prints for people, without colours as it is no terminal."""
    done = subprocess.run([GOVWIRE, "extract", "--explain", path], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def main():
    texts = sorted(glob.glob(os.path.join(HERE, "*.txt")))
    records = extract(texts)
    problems = [line for record in records for line in wrong_spans(record)]
    cases = [(path[:-4] + ".json", show(plain(record))) for path, record in zip(texts, records)]
    cases.append((os.path.join(HERE, "notice_joint.explain"), explained(os.path.join(HERE, "notice_joint.txt"))))
    failed = sum(golden.differs(path, got) for path, got in cases)
    more = []
    if CORPUS:
        more = extract(sorted(glob.glob(os.path.join(CORPUS, "*", "*", "pages", "*")) + glob.glob(os.path.join(CORPUS, "*", "pages", "*")) +
                              glob.glob(os.path.join(CORPUS, "facts", "texts", "*"))))
        problems += [line for record in more for line in wrong_spans(record)]
    print("\n".join(problems[:20]))
    print("%d texts, %d differ; spans of %d documents, %d wrong" % (len(texts), failed, len(records) + len(more), len(problems)))
    return 1 if failed or problems or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
