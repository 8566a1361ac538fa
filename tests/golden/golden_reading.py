# SPDX-License-Identifier: Apache-2.0
"""What the article reader finds on a page before it decides: facts of every layer, and lines marked by phrases, labels and the
names of their boxes. `tests/tools/golden --update` rewrites reading/*.expect from what it says now (read the diff)."""
import os
import subprocess
import sys

from kit import golden

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reading")
TOOL = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "..", "tests", "read_page")


def run(name, url):
    done = subprocess.run([TOOL, golden.page_of(HERE, name), url], capture_output=True, text=True, timeout=20, check=True)
    return [f"url: {url}"] + done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(golden.compare_all(HERE, run, "readings"))
