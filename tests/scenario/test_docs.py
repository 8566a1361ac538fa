#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every command shown in the README and the docs works as written.

Blocks marked ```sh are run in order in one clean directory per page, `sh background` beside the others; of every other mention of a command
(`govwire …` in a block or between back quotes) the command, sub-command and options must exist in its --help.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.environ["GOVWIRE_BIN"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ENV = {**os.environ, "PATH": BIN + ":/usr/bin:/bin"}


def wait_for_server(text):
    """A block in the background that names a port is ready when the port answers."""
    port = re.search(r"--port (\d+)", text)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port.group(1)}/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{text}: port {port.group(1)} does not answer")


def run_blocks(page):
    """Run the page's ```sh blocks; returns how many."""
    blocks = re.findall(r"^```sh([^\n]*)\n(.*?)^```", page.read_text(), re.M | re.S)
    background = []
    with tempfile.TemporaryDirectory() as tmp:
        try:
            for how, text in blocks:
                if "background" in how:
                    background.append(subprocess.Popen(["sh", "-c", "exec " + text], cwd=tmp, env=ENV, stderr=subprocess.DEVNULL))
                    wait_for_server(text)
                    continue
                run = subprocess.run(["sh", "-eu", "-c", text], cwd=tmp, env=ENV, capture_output=True, text=True, timeout=120)
                assert run.returncode == 0, f"{page.name}: exit {run.returncode}\n{text}\n{run.stdout}\n{run.stderr}"
        finally:
            for process in background:
                process.terminate()
                process.wait(30)
    return len(blocks)


def help_of(words):
    run = subprocess.run(["govwire", *words, "--help"], env=ENV, capture_output=True, text=True, timeout=20)
    return run.stdout if run.returncode == 0 else None


def check_mentions(page):
    """Commands and options that a page names exist; returns how many were looked at."""
    text = page.read_text()
    mentions = re.findall(r"`(govwire [^`\n]+)`", text) + re.findall(r"^ {4}(govwire [^\n#>|]+)", text, re.M)
    for mention in mentions:
        words = re.findall(r"'[^']*'|\S+", mention)[1:]
        names = []
        for word in words[:2]:
            if re.fullmatch(r"[a-z]+", word) and help_of(names + [word]):
                names.append(word)
            else:
                break
        assert names or words[0].startswith("-"), f"{page.name}: no such command: {mention}"
        helped = help_of(names) or ""
        parents = helped + (help_of(names[:1]) or "")
        for option in [w for w in words if w.startswith("--")]:
            assert option.split("=")[0] in parents or option in ("--help", "--version"), f"{page.name}: no option {option}: {mention}"
    return len(mentions)


ran = sum(run_blocks(page) for page in PAGES)
seen = sum(check_mentions(page) for page in PAGES if page.name != "commands.md")
assert ran >= 6 and seen >= 10, f"only {ran} blocks and {seen} mentions were found: the pages changed their form"
print(f"{ran} blocks run, {seen} mentions checked")
