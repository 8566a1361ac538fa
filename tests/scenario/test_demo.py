#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`govwire demo --events 8`: eight valid events, a GBK page, an English page and a revision among them, and nothing left behind."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

GOVWIRE = pathlib.Path(os.environ["GOVWIRE_BIN"]) / "govwire"
GBK_PAGE = "_1101.html"  # tests/site/README.md: says its charset in its <meta> alone


def processes():
    """Command lines of what runs now, by pid."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[entry.name] = (entry / "cmdline").read_bytes()
            except OSError:
                pass
    return found


def check_event(event, seq):
    for key in ("specversion", "type", "id", "source", "subject", "time", "sequence", "data"):
        assert key in event, f"event {seq} has no {key}"
    assert event["specversion"] == "1.0" and re.fullmatch(r"\d{20}", event["sequence"]) and int(event["sequence"]) == seq
    document = event["data"]["document"]
    assert document["title"] and document["body"] and document["published"], f"event {seq} lacks title, body or time"
    for fact in document.get("dates", []) + document.get("amounts", []):
        if "span" in fact:
            start, end = fact["span"]
            assert document["body"].encode()[start:end].decode() == fact["quote"]


with tempfile.TemporaryDirectory() as tmp:
    env = {"PATH": "/usr/bin:/bin", "TMPDIR": tmp, "HOME": tmp}
    began = time.monotonic()
    run = subprocess.run([GOVWIRE, "demo", "--events", "8"], env=env, capture_output=True, text=True, timeout=90)
    took = time.monotonic() - began
    assert run.returncode == 0, f"exit {run.returncode}: {run.stderr}"
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(events) == 8, f"{len(events)} events"
    for i, event in enumerate(events):
        check_event(event, i + 1)
    subjects = [e["subject"] for e in events]
    gbk = [e for e in events if GBK_PAGE in e["subject"]]
    assert gbk and re.search("[一-鿿]{4}", gbk[0]["data"]["document"]["title"]), f"no GBK page among {subjects}"
    assert any(e["data"]["document"]["lang"] == "en" for e in events), "no English page"
    revised = [e for e in events if e["type"] == "gov.policy.revised"]
    assert revised, "nothing was revised"
    for event in revised:
        change = event["data"]["change"]
        assert change["significance"] == "date" and change["paragraphs"], f"a revision does not say what changed: {change}"
        first, second = change["paragraphs"][0].get("before"), change["paragraphs"][0].get("after")
        assert first and second and first != second
    assert os.listdir(tmp) == [], f"left behind: {os.listdir(tmp)}"
    assert not [c for c in processes().values() if tmp.encode() in c], "a process is left behind"
    print(f"eight events in {took:.1f} s")

    # A taken port is said so; an interrupted demo ends with 0 and leaves nothing either.
    demo = subprocess.Popen([GOVWIRE, "demo"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = re.search(r"http://\S+", demo.stderr.readline()).group(0)
    port = re.search(r":(\d+)/", url).group(1)
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
    demo.stdout.readline()
    taken = subprocess.run([GOVWIRE, "demo", "--port", port], env=env, capture_output=True, text=True, timeout=30)
    assert taken.returncode == 69 and port in taken.stderr, f"{taken.returncode}: {taken.stderr}"
    demo.terminate()
    demo.communicate(timeout=30)
    assert demo.returncode == 0, f"an interrupted demo ended with {demo.returncode}"
    assert os.listdir(tmp) == [], f"left behind: {os.listdir(tmp)}"
print("ok")
