# SPDX-License-Identifier: Apache-2.0
"""Saved articles against what they must give, through `govwire extract`.

Each NAME.expect in article/ goes with one page NAME.<html|txt> and, if there, the site file NAME.yaml. Its first line is
"url: ADDRESS" (may be empty); the rest is what the command says of title, times, names and body, with the evidence. Policy
facts have tests of their own. `tests/tools/golden --update` rewrites them from what it says now (read the diff); a new case
needs a NAME.expect with the url line alone."""
import json
import os
import subprocess
import sys

from kit import golden

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "article")
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "govwire")
FIELDS = ["title", "published", "source", "author", "editor", "written", "effective", "expiry", "doc_number", "index_number"]


def run(name, url):
    page = golden.page_of(HERE, name)
    command = [GOVWIRE, "extract"] + (["--url", url] if url else []) + golden.site_option(HERE, name)
    done = subprocess.run(command + [page], capture_output=True, text=True, timeout=20, check=False)
    lines = [f"url: {url}"]
    if done.returncode != 0:
        return lines + [f"exit: {done.returncode}", "error: " + done.stderr.strip().replace(page, "FILE")]
    record = json.loads(done.stdout)
    if record.get("article") is False:
        return lines + ["no article: " + record["reason"]]
    evidence = record.get("evidence", {})
    for field in FIELDS:
        if field in record:
            from_ = evidence.get(field, {}).get("from")
            lines.append(f"{field}: {record[field]}" + (f"  [{from_}]" if from_ else ""))
    if "channel" in record:
        lines.append("channel: " + " > ".join(record["channel"]))
    lines += [f"attachment: {a['name']} {a['url']}" for a in record.get("attachments", []) if "url" in a]
    return lines + ["body:"] + ["  " + p for p in record.get("body", "").split("\n")]


if __name__ == "__main__":
    sys.exit(golden.compare_all(HERE, run, "articles"))
