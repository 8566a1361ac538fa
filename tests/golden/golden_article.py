# SPDX-License-Identifier: Apache-2.0
"""Saved articles against what they must give, through `govwire extract`.

Each NAME.expect in article/ goes with one page NAME.<html|txt> and, if there, the site file NAME.yaml. Its first line is
"url: ADDRESS" (may be empty); the rest is what the command says of title, times, names and body, with the evidence. Policy
facts have tests of their own. `golden_article.py --write` rewrites them from what it says now (read the diff); a new case
needs a NAME.expect with the url line alone."""
import difflib
import json
import os
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "article")
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "govwire")
FIELDS = ["title", "published", "source", "author", "editor", "written", "effective", "expiry", "doc_number", "index_number"]


def page_of(name):
    found = [f for f in os.listdir(HERE) if f.startswith(name + ".") and not f.endswith((".expect", ".yaml"))]
    if len(found) != 1:
        sys.exit(f"{name}: expected one page, found {found}")
    return os.path.join(HERE, found[0])


def run(name, url):
    command = [GOVWIRE, "extract"] + (["--url", url] if url else [])
    site = os.path.join(HERE, name + ".yaml")
    if os.path.exists(site):
        command += ["--site", site]
    page = page_of(name)
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


def main():
    failed = 0
    names = sorted(f[:-7] for f in os.listdir(HERE) if f.endswith(".expect"))
    for name in names:
        path = os.path.join(HERE, name + ".expect")
        with open(path, encoding="utf-8") as file:
            expected = file.read().splitlines()
        got = run(name, expected[0].split("url:", 1)[1].strip())
        got[0] = got[0].strip()
        if got == expected:
            continue
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(got) + "\n")
            print("wrote", name)
            continue
        failed += 1
        print("\n".join(difflib.unified_diff(expected, got, name + ".expect", "now", lineterm="")))
    print(f"{len(names)} articles, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
