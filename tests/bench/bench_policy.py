# SPDX-License-Identifier: Apache-2.0
"""Instructions that understanding a document takes: linear in its length, also for text made to be hard, and little beside parsing the page.

Counted by callgrind (skipped without it), so that the figures hold on a busy machine. The pages are not part of the repository:
GOVWIRE_CORPUS names the folder that holds gov/pages; without it only the growth is measured. Use the release preset."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

BENCH = os.path.join(os.environ.get("GOVWIRE_BIN", "build/release/bin"), "..", "bench", "bench_policy")
CORPUS = os.environ.get("GOVWIRE_CORPUS", "")
GROWTH = 1.5  # instructions per byte may grow by this much over SIZES
SIZES = [8 * 1024, 32 * 1024, 128 * 1024]
SHARE = 0.06  # of the instructions of parsing
HARD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hard_texts.txt")
WORST_BYTES, WORST_MS, TRIES = 1024 * 1024, 100, 3  # CPU time of the slowest of the hard texts; parsing has the other 100


def instructions(names, *arguments):
    """Inclusive instructions of each of the named functions."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, BENCH, *arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", out], check=True, capture_output=True,
                              text=True).stdout
    found = {}
    for name in names:
        counts = [int(m.group(1).replace(",", "")) for m in re.finditer(r"^\s*([\d,]+)\s.*:%s\s" % name, text, re.M)]
        found[name] = max(counts, default=0)
    return found


def grows(mode):
    per_byte = []
    for size in SIZES:
        count = instructions(["gw_policy_read"], mode, str(size))["gw_policy_read"]
        per_byte.append(count / size)
        print("%s %7d bytes: %6.1f instructions per byte" % (mode, size, count / size))
    return per_byte[-1] <= GROWTH * per_byte[0]


def worst():
    """The best of some tries, as other work on the machine slows this one."""
    tries = [subprocess.run([BENCH, "worst", str(WORST_BYTES), HARD], check=True, capture_output=True, text=True).stdout.rstrip("\n")
             for _ in range(TRIES)]
    slowest = min(tries, key=lambda line: float(line.split(" ")[0]))
    print("slowest hard text of %d bytes: %s ms of CPU (at most %d)" % (WORST_BYTES, slowest, WORST_MS))
    return float(slowest.split(" ")[0]) <= WORST_MS


def share():
    pages = sorted(glob.glob(os.path.join(CORPUS, "gov", "pages", "*.html")))
    found = instructions(["gw_policy_read", "gw_page_parse", "gw_article_read"], "pages", *pages)
    part = found["gw_policy_read"] / found["gw_page_parse"]
    print("%d pages: parse %d, article %d, policy %d instructions: %.1f %% of the parse"
          % (len(pages), found["gw_page_parse"], found["gw_article_read"], found["gw_policy_read"], 100 * part))
    return part <= SHARE


def main():
    if not shutil.which("valgrind"):
        print("valgrind is not installed")
        return 77
    fine = [worst(), grows("grow"), grows("hard")]
    if CORPUS:
        fine.append(share())
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
