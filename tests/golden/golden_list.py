# SPDX-License-Identifier: Apache-2.0
"""Saved lists against what they must give, through `govwire list`.

Each NAME.expect in list/ goes with one answer NAME.<html|xml|json|js|csv|txt|gz> and, if there, the site file NAME.yaml. Its
first line is "url: ADDRESS"; the rest is what the command says. `golden_list.py --write` rewrites them from what it says now
(read the diff); a new case needs a NAME.expect with the url line alone."""
import difflib
import json
import os
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "list")
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "govwire")


def answer_of(name):
    found = [f for f in os.listdir(HERE) if f.startswith(name + ".") and not f.endswith((".expect", ".yaml"))]
    if len(found) != 1:
        sys.exit(f"{name}: expected one answer, found {found}")
    return os.path.join(HERE, found[0])


def run(name, url):
    command = [GOVWIRE, "list", "--url", url]
    site = os.path.join(HERE, name + ".yaml")
    if os.path.exists(site):
        command += ["--site", site]
    answer = answer_of(name)
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


def main():
    failed = 0
    names = sorted(f[:-7] for f in os.listdir(HERE) if f.endswith(".expect"))
    for name in names:
        path = os.path.join(HERE, name + ".expect")
        with open(path, encoding="utf-8") as file:
            expected = file.read().splitlines()
        got = run(name, expected[0].split("url: ", 1)[1])
        if got == expected:
            continue
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(got) + "\n")
            print("wrote", name)
            continue
        failed += 1
        print("\n".join(difflib.unified_diff(expected, got, name + ".expect", "now", lineterm="")))
    print(f"{len(names)} lists, {failed} differ")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
