# SPDX-License-Identifier: Apache-2.0
"""Saved lists against what they must give, through `govwire list`.

Each NAME.expect in list/ goes with one answer NAME.<html|xml|json|js|csv|txt|gz> and, if there, the site file NAME.yaml. Its
first line is "url: ADDRESS"; the rest is what the command says. `tests/tools/golden --update` rewrites them from what it says now
(read the diff); a new case needs a NAME.expect with the url line alone."""
import json
import os
import subprocess
import sys

from kit import golden

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "list")
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "govwire")


def run(name, url):
    answer = golden.page_of(HERE, name)
    command = [GOVWIRE, "list", "--url", url] + golden.site_option(HERE, name)
    done = subprocess.run(command + [answer], capture_output=True, text=True, timeout=20)
    lines = [f"url: {url}"]
    if done.returncode != 0:
        return lines + [f"exit: {done.returncode}", "error: " + done.stderr.strip().replace(answer, "FILE")]
    record = json.loads(done.stdout)
    lines.append(f"how: {record['how']}")
    following = record["next"] if isinstance(record["next"], list) else [record["next"]]
    lines += [f"next: {n}" for n in following if n]
    lines += ["warning: " + w.split("warning: ", 1)[1] for w in done.stderr.splitlines() if "warning: " in w]
    lines += [f"{i['date'] or '-'} | {i['title']} | {i['url']}" for i in record["items"]]
    return lines


if __name__ == "__main__":
    sys.exit(golden.compare_all(HERE, run, "lists"))
