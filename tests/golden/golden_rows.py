# SPDX-License-Identifier: Apache-2.0
"""Every row of the article reader's tables has a page that notices when it is gone: at most 5 % have none, and those are named."""
import os
import subprocess
import sys

from kit import golden

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "..", "tests", "rule_rows")


def cases(kind):
    folder = os.path.join(HERE, kind)
    return ["%s\t%s\t%s\n" % (kind, golden.page_of(folder, n), golden.url_of(folder, n))
            for n in golden.cases(folder) if not golden.site_option(folder, n)]


if __name__ == "__main__":
    sys.exit(subprocess.run([TOOL], input="".join(cases("article") + cases("reading")), text=True, check=False).returncode)
