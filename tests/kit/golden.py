# SPDX-License-Identifier: Apache-2.0
"""Files of expected lines beside the pages they are about. With --write they are rewritten from what is said now: read the diff."""
import difflib
import os
import sys


def cases(folder):
    """The names that have a NAME.expect."""
    return sorted(f[:-7] for f in os.listdir(folder) if f.endswith(".expect"))


def page_of(folder, name):
    """The one page NAME.<anything> that goes with NAME.expect."""
    found = [f for f in os.listdir(folder) if f.startswith(name + ".") and not f.endswith((".expect", ".yaml"))]
    if len(found) != 1:
        sys.exit(f"{name}: expected one page, found {found}")
    return os.path.join(folder, found[0])


def url_of(folder, name):
    """NAME.expect begins with "url: ADDRESS", which may be empty."""
    with open(os.path.join(folder, name + ".expect"), encoding="utf-8") as file:
        return file.readline().split("url:", 1)[1].strip()


def site_option(folder, name):
    site = os.path.join(folder, name + ".yaml")
    return ["--site", site] if os.path.exists(site) else []


def differs(path, got):
    """Whether the lines `got` are not those of the file; the difference is printed. With --write they become the file's."""
    expected = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            expected = file.read().splitlines()
    got = [line.rstrip() for line in got]
    if got == [line.rstrip() for line in expected]:
        return False
    name = os.path.basename(path)
    if "--write" in sys.argv:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(got) + "\n")
        print("wrote", name)
        return False
    print("\n".join(difflib.unified_diff(expected, got, name, "now", lineterm="")))
    return True


def compare_all(folder, run, what):
    """Exit code: run(name, url) gives the lines of each case."""
    names = cases(folder)
    failed = sum(differs(os.path.join(folder, name + ".expect"), run(name, url_of(folder, name))) for name in names)
    print(f"{len(names)} {what}, {failed} differ")
    return 1 if failed or not names else 0
