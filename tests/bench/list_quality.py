# SPDX-License-Identifier: Apache-2.0
"""Lists of real sites against their gold, first as the command finds them by itself, then with the site files of tests/sites.

The pages are not part of the repository: GOVWIRE_CORPUS names the folder that holds gov/meta.jsonl, gov/pages and
gov/score_gov.py. Without it this says so and is skipped."""
import json
import os
import subprocess
import sys
import tempfile

CORPUS = os.environ.get("GOVWIRE_CORPUS", "")
GOV = os.path.join(CORPUS, "gov")
HERE = os.path.dirname(os.path.abspath(__file__))
SITES = os.path.join(HERE, "..", "sites")
GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/release/bin"), "govwire")

# name, least value without a site file, with them
LEAST = [("f1_macro", 0.97, 0.99), ("title_macro", 0.98, 0.99), ("date_macro", 0.97, 0.99), ("lists90", 15 / 16, 1.0),
         ("zero_list_empty", 1.0, 1.0)]


def lists():
    with open(os.path.join(GOV, "meta.jsonl"), encoding="utf-8") as file:
        for line in file:
            page = json.loads(line)
            if isinstance(page.get("gold"), dict) and "items" in page["gold"]:
                yield page


def read(page, with_sites):
    site = os.path.join(SITES, page["id"] + ".yaml")
    command = [GOVWIRE, "list", "--url", page["url"]]
    if with_sites and os.path.exists(site):
        command += ["--site", site]
    path = os.path.join(GOV, page["file"])
    done = subprocess.run(command + [path], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        print(f"{page['id']}: {done.stderr.strip()}")
        return {"id": page["id"], "items": []}
    return {**json.loads(done.stdout), "id": page["id"]}


def score(with_sites):
    with tempfile.TemporaryDirectory() as folder:
        found, figures = os.path.join(folder, "lists.jsonl"), os.path.join(folder, "figures.json")
        with open(found, "w", encoding="utf-8") as file:
            for page in lists():
                file.write(json.dumps(read(page, with_sites), ensure_ascii=False) + "\n")
        subprocess.run([sys.executable, os.path.join(GOV, "score_gov.py"), "--meta", os.path.join(GOV, "meta.jsonl"), "--lists",
                        found, "--json", figures], check=True, stdout=subprocess.DEVNULL)
        with open(figures, encoding="utf-8") as file:
            return json.load(file)["lists"]


def main():
    if not CORPUS or not os.path.exists(os.path.join(GOV, "meta.jsonl")):
        print("skipped: GOVWIRE_CORPUS does not name the folder with gov/meta.jsonl")
        return 77
    alone, told = score(False), score(True)
    missed = 0
    print(f"{'':18}{'alone':>8}{'least':>8}{'sites':>8}{'least':>8}")
    for name, least_alone, least_told in LEAST:
        good = alone[name] >= least_alone and told[name] >= least_told
        missed += not good
        print(f"{name:18}{alone[name]:8.4f}{least_alone:8.4f}{told[name]:8.4f}{least_told:8.4f}{'' if good else '  missed'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
