#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well `govwire extract` understands documents: F1 and precision of each kind of fact, beside the goals.

usage: facts_quality.py [--bin govwire] [--verbose]

The documents and their scorer (facts/) are found through GOVWIRE_CORPUS; without it the program says so and exits 77 (skipped).
--verbose lists every fact that is wrong or missed. Exit code 1: a goal is missed."""
import argparse
import json
import os
import subprocess
import sys
import tempfile

GOALS = {  # field: least F1, least precision
    "issuers": (0.92, 0.95), "regions": (0.90, 0.94), "dates": (0.88, 0.93), "amounts": (0.95, 0.97), "quantities": (0.85, 0.90),
    "people": (0.88, 0.93), "references": (0.90, 0.94), "measures": (0.90, 0.93), "topics": (0.75, 0),
}
NUMBERS = ("own_doc_number", "index_number")  # at most one wrong and one missed
KIND_LEAST, FALSE_FACTS_MOST = 0.85, 1.0


def documents(govwire, texts):
    """The records of all texts; the scorer calls a document's own number own_doc_number."""
    done = subprocess.run([govwire, "extract", texts], capture_output=True, text=True, timeout=600, check=False)
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if "doc_number" in record:
            record["own_doc_number"] = record["doc_number"]
        yield record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=os.path.join(os.environ.get("GOVWIRE_BIN", "build/release/bin"), "govwire"))
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    corpus = os.environ.get("GOVWIRE_CORPUS", "")
    if not corpus:
        print("facts_quality: GOVWIRE_CORPUS is not set: skipped")
        return 77
    folder = os.path.join(corpus, "facts")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as out:
        for record in documents(args.bin, os.path.join(folder, "texts")):
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
        out.flush()
        command = [sys.executable, "-B", os.path.join(folder, "score_facts.py"), out.name, os.path.join(folder, "facts.jsonl")]
        scored = subprocess.run(command + (["--verbose"] if args.verbose else []), capture_output=True, text=True, timeout=600, check=True)
    if args.verbose:
        print(scored.stdout)
    result = json.loads(scored.stdout.splitlines()[-1])
    short = 0

    def row(name, text, ok):
        nonlocal short
        short += not ok
        print(f"{name:16s} {text:58s} {'ok' if ok else 'SHORT'}")

    for field, (f1, precision) in GOALS.items():
        got = result[field]
        row(field, f"F1 {got['f1']:.3f} (goal {f1})  precision {got['p']:.3f} (at least {precision})", got["f1"] >= f1 and got["p"] >= precision)
    for field in NUMBERS:
        got = result[field]
        row(field, f"{got['tp']} right, {got['fp']} wrong, {got['fn']} missed (at most 1 each)", got["fp"] <= 1 and got["fn"] <= 1)
    row("kind", f"{result['kind_accuracy_lenient']:.3f} lenient (goal {KIND_LEAST})", result["kind_accuracy_lenient"] >= KIND_LEAST)
    false = result["non_policy_false_facts"] / max(1, result["non_policy_documents"])
    row("false facts", f"{false:.2f} per page that announces nothing (at most {FALSE_FACTS_MOST})", false <= FALSE_FACTS_MOST)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
