# SPDX-License-Identifier: Apache-2.0
"""The test ministry (tests/site) as a context manager.

    with Site("--articles", "200") as site:
        site.fault("/load/", "status:503:1", times=2)
        ... site.url("/load/") ...
        assert all(r["status"] != 404 for r in site.log())
"""
import json
import os
import subprocess
import urllib.parse
import urllib.request


class Site:
    def __init__(self, *options):
        program = os.path.join(os.environ["GOVWIRE_BIN"], "govwire-site")
        # Its standard input is our pipe: however we end, it ends.
        self.process = subprocess.Popen([program, "--until-eof", *map(str, options)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening "):
            self.process.wait()
            raise RuntimeError(f"govwire-site did not start (exit {self.process.returncode})")
        self.base = line.split()[1].rstrip("/")
        self.host = urllib.parse.urlsplit(self.base).netloc

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=20)

    def url(self, path="/"):
        return self.base + path

    def get(self, path="/"):
        with urllib.request.urlopen(self.url(path), timeout=10) as answer:
            return answer.read()

    def control(self, **what):
        request = urllib.request.Request(f"{self.base}/_control?{urllib.parse.urlencode(what)}", method="POST", data=b"")
        urllib.request.urlopen(request, timeout=10).close()

    def fault(self, path, fault, times=0):
        """Requests whose path begins with `path` meet the fault, `times` times (0: until fault "none")."""
        self.control(path=path, fault=fault, times=times)

    def publish(self, n=1):
        self.control(publish=n)

    def change(self):
        self.control(change=1)

    def clear(self):
        self.control(clear=1)

    def log(self, since=0, path=None):
        """Requests so far, oldest first; from number `since`, those whose path begins with `path`."""
        entries = [json.loads(line) for line in self.get(f"/_log?from={since}").splitlines()]
        return [e for e in entries if path is None or e["path"].startswith(path)]

    def gaps_ms(self, **which):
        """Milliseconds between neighbouring requests: what politeness is measured by."""
        times = sorted(e["t_ms"] for e in self.log(**which))
        return [later - earlier for earlier, later in zip(times, times[1:])]
