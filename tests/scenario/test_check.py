# SPDX-License-Identifier: Apache-2.0
"""govwire check and govwire source over good, broken and mutated files: message, place and exit code."""
import json
import os
import random
import re
import subprocess
import tempfile
import unittest

GOVWIRE = os.path.join(os.environ.get("GOVWIRE_BIN", "build/dev/bin"), "govwire")
SEED = int(os.environ.get("GOVWIRE_SEED", "20261122"))
PLACE = re.compile(r"^(warning: )?(.*?):(\d+):(\d+): (.+)$")

# One key per line, so that a mutation of a line is a mutation of a key.
EVERY_KEY = """\
id: town
url: https://www.example.gov.cn/col/index.html
name:
  zh: 某市经济和信息化局
  en: Town Bureau
region: "330200"
level: municipal
zone: "+08:00"
poll: 10m
revisit: [1h, 1d, 7d]
withdrawal:
  confirmations: 3
  over: 24h
list:
  kind: html
  item: "ul.list li"
  title: "a@title | a"
  url: "a@href"
  date: "span.date"
  next: "index_{n}.html"
  pages: 2
  backfill: 5
  include: "通知|公告"
  exclude: "test"
  hosts: same-site
  in: page
  request:
    method: POST
    headers:
      Referer: "{list_url}"
    body: "page={n}"
  values:
    unit: "script@querydata"
  then:
    url: "/api?id={unit}&page={n}"
    method: GET
article:
  title: h1
  body: "#zoom"
  published: "meta[name=PubDate]@content"
  source: ".source"
  author: ".author"
  remove: [".share", ".ad"]
charset: gb18030
date_order: ymd
fetch:
  delay: 10s
  timeout: 20s
  connect_timeout: 5s
  allow_private_networks: false
  tls: legacy
  user_agent: watcher/1
  proxy: "http://proxy.example:3128"
  robots: ignore
  reason: agreed with the office
paused: false
"""
LINES = EVERY_KEY.splitlines()
KEY = re.compile(r"^( *)([A-Za-z_]+):(.*)$")
KEYS = {KEY.match(line).group(2) for line in LINES} | {"family", "ca_file", "json", "file"}
FREE = {"zh", "en", "unit", "Referer"}  # the names of maps are the writer's own
MISSED_BY = {"fetch.reason": "  tls: legacy"}  # whose line the error is on when the key says nothing
TEXT = "expected text, found"
BAD_VALUES = {  # key: values that its line may not have, and what is said of them
    "id": [("a/b", "an id is"), (".x", "an id is"), ("x" * 65, "an id is"), ("''", "empty text")],
    "url": [("www.example.cn", "not an absolute URL"), ("javascript:x", "not an http"), ("http://", "without a host"),
            ("http://a:b@c/", "user name"), ("http://a..b/", "not a host name"), ("[]", TEXT)],
    "region": [("Ningbo", "GB/T 2260"), ("33020", "GB/T 2260"), ("DE-", "GB/T 2260")],
    "level": [("town", "is none of"), ("{}", TEXT)],
    "zone": [("8", "an offset like"), ("+8:00", "an offset like"), ("\"+08:60\"", "an offset like")],
    "poll": [("10", "a duration like"), ("1 hour", "a duration like"), ("0s", "out of range"), ("-1s", "a duration")],
    "revisit": [("[1d, 1h]", "have to grow"), ("[x]", "a duration like"), ("daily", "a list of them, or adaptive")],
    "withdrawal.confirmations": [("0", "out of range"), ("3.5", "a whole number"), ("[1]", TEXT)],
    "withdrawal.over": [("24", "a duration like"), ("0s", "out of range")],
    "list.kind": [("rss", "is none of"), ("HTML", "is none of")],
    "list.item": [("'ul >'", "column 5"), ("'li:hover'", "column"), ("'['", "column")],
    "list.title": [("'a@'", "column"), ("'a ~/x/'", "column"), ("'| a'", "column")],
    "list.date": [("'span >'", "column")],
    "list.next": [("'p_{m}.html'", "{m} is neither"), ("'a >'", "column")],
    "list.pages": [("0", "out of range"), ("1001", "out of range"), ("many", "a whole number")],
    "list.backfill": [("all", "rows or none"), ("0", "out of range")],
    "list.include": [("'('", "regex"), ("'[z-a]'", "regex"), ("'*'", "regex")],
    "list.exclude": [("'a{2,1}'", "regex")],
    "list.hosts": [("[a/b]", "not a host name"), ("other", "same-site")],
    "list.in": [("body", "is none of")],
    "list.request.method": [("PUT", "is none of"), ("get", "is none of")],
    "list.request.headers.Referer": [("\"a\\r\\nX: b\"", "line break")],
    "list.values.unit": [("'a >'", "column")],
    "article.remove": [("['a >']", "column"), ("['.x', {}]", TEXT)],
    "charset": [("klingon", "no charset"), ("'a b'", "not a charset")],
    "date_order": [("ydm", "is none of")],
    "fetch.delay": [("0s", "allow_private_networks"), ("5", "a duration like"), ("9d", "out of range")],
    "fetch.timeout": [("10ms", "out of range")],
    "fetch.allow_private_networks": [("yes", "neither true nor false"), ("1", "neither true nor false")],
    "fetch.tls": [("off", "is none of")],
    "fetch.proxy": [("proxy:3128", "expected http://")],
    "fetch.robots": [("none", "is none of")],
    "fetch.reason": [("null", "needs a reason")],
    "paused": [("maybe", "neither true nor false")],
}


def govwire(*arguments, env=None):
    result = subprocess.run([GOVWIRE, *arguments], capture_output=True, text=True, timeout=60,
                            env={**os.environ, **(env or {})})
    assert result.returncode >= 0, f"govwire {arguments} died of signal {-result.returncode}: {result.stderr}"
    return result


class Directory(tempfile.TemporaryDirectory):
    def write(self, name, text):
        path = os.path.join(self.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path


class Check(unittest.TestCase):
    def setUp(self):
        self.directory = Directory()
        self.addCleanup(self.directory.cleanup)
        self.dir = self.directory.name

    def check(self, code, **environment):
        result = govwire("check", "--dir", self.dir, env=environment)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def test_good_files(self):
        self.assertEqual(self.check(0).stdout, "ok: 0 sources in 0 files, 0 warnings\n")
        self.directory.write("govwire.yaml", "agent: {collectors: 4}\nfetch: {timeout: 20s}\n")
        self.directory.write("sources.d/town.yaml", EVERY_KEY)
        self.directory.write("sources.d/two.yml", "- {id: a, url: 'http://a.example/'}\n"
                                                  "- {id: b, url: 'http://b.example/', poll: 1s}\n")
        result = self.check(0)
        self.assertEqual(result.stdout, "ok: 3 sources in 2 files, 1 warning\n")
        self.assertEqual(result.stderr, f"warning: {self.dir}/sources.d/two.yml:2:43: poll: every 1s is more often than "
                                        "the delay of 5s between requests allows\n")

    def test_every_file_with_errors_is_named(self):
        self.directory.write("govwire.yaml", "agnet: {}\nlog: {level: loud}\n")
        self.directory.write("sources.d/a.yaml", "id: a\nurl: http://a.example/\npol: 10m\n")
        self.directory.write("sources.d/b.yaml", "id: b\n\turl: http://b.example/\n")
        self.directory.write("sources.d/c.yaml", "id: c\nurl: http://c.example/\nfetch: {delay: 0s, robots: ignore}\n")
        self.directory.write("sources.d/d.yaml", "id: d\nurl: http://d.example/\n---\nid: e\n")
        self.directory.write("sources.d/f.yaml", "id: g\nurl: http://f.example/\n")
        self.directory.write("sources.d/g.yaml", "url: http://g.example/\nid: g\n")
        self.directory.write("sources.d/h.yaml", b"id: h\nurl: http://\xff/\n")
        result = self.check(78)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.replace(self.dir + "/", ""), """\
govwire.yaml:1:1: agnet: unknown key (did you mean agent?)
govwire.yaml:2:14: log.level: 'loud' is none of: error warn info debug
sources.d/a.yaml:3:1: pol: unknown key (did you mean poll?)
sources.d/b.yaml:2:1: found a tab character that violates indentation while scanning a plain scalar begun at line 1; YAML indents with blanks, not tabs
sources.d/c.yaml:3:16: fetch.delay: 0s needs allow_private_networks: true
sources.d/c.yaml:3:28: fetch.robots: ignore needs a reason, which the events record
sources.d/d.yaml:3:1: a second document; one file holds one
sources.d/h.yaml:2:13: invalid leading UTF-8 octet
sources.d/g.yaml:2:5: id: 'g' is another source's already, at sources.d/f.yaml:1
govwire: 9 errors, 0 warnings
""")

    def test_defaults_of_the_directory_hold_for_sources(self):
        self.directory.write("govwire.yaml", "fetch: {allow_private_networks: true, delay: 0s}\n")
        self.directory.write("sources.d/a.yaml", "id: a\nurl: http://127.0.0.1:1/\npoll: 1s\nfetch: {delay: 0s}\n")
        self.assertEqual(self.check(0).stderr, "")

    def test_secrets_are_not_shown(self):
        self.directory.write("sources.d/a.yaml", "id: a\nurl: ${TOWN_URL}\nzone: ${TOWN_ZONE}\npoll: ${TOWN_POLL:-x}\n"
                                                 "fetch: {proxy_file: proxy}\nregion: ${TOWN_REGION:?the code}\n")
        self.directory.write("sources.d/proxy", "topsecret\n")
        result = self.check(78, TOWN_URL="topsecret", TOWN_ZONE="topsecret")
        self.assertNotIn("topsecret", result.stderr)
        self.assertEqual(result.stderr.replace(self.dir + "/sources.d/", ""), """\
a.yaml:2:6: url: not usable (the value is not shown)
a.yaml:3:7: zone: not usable (the value is not shown)
a.yaml:4:7: poll: expected a duration like 90s, 10m, 1h or 7d, or adaptive, found …
a.yaml:5:21: fetch.proxy_file: not usable (the value is not shown)
a.yaml:6:9: region: TOWN_REGION: the code
govwire: 5 errors, 0 warnings
""")
        self.directory.write("sources.d/proxy", "http://proxy:3128\n")
        good = {"TOWN_URL": "http://topsecret.example/", "TOWN_ZONE": "Z", "TOWN_POLL": "1h", "TOWN_REGION": "DE"}
        self.check(0, **good)
        shown = govwire("source", "show", "a", "--dir", self.dir, env=good)
        self.assertEqual(shown.stdout, f"# {self.dir}/sources.d/a.yaml:1\n" + 'id: a\nurl: "${TOWN_URL}"\n'
                         'region: "${TOWN_REGION:?the code}"\nzone: "${TOWN_ZONE}"\npoll: 1h\n'
                         'fetch:\n  proxy: "(what proxy holds)"\n')

    def test_usage(self):
        for arguments, words in ((["check"], "--dir is missing"), (["check", "--dri", "x"], "'--dri'"),
                                 (["check", "--dir", self.dir, "x"], "unexpected argument 'x'"),
                                 (["source", "lits"], "did you mean 'list'?")):
            result = govwire(*arguments)
            self.assertEqual(result.returncode, 2)
            self.assertIn(words, result.stderr)
            self.assertIn("--help'.", result.stderr)
        self.assertEqual(govwire("check", "--dir", self.dir + "/none").returncode, 78)
        for command in (["check"], ["source", "add"], ["source", "list"], ["source", "show"]):
            shown = govwire(*command, "--help")
            self.assertEqual(shown.returncode, 0)
            self.assertIn("Example:\n  govwire " + " ".join(command), shown.stdout)

    # ---- add, list, show

    def test_add_list_show(self):
        url = "https://jxj.ningbo.gov.cn/col/index.html"
        fresh = self.dir + "/fresh"
        added = govwire("source", "add", url, "--dir", fresh)
        self.assertEqual((added.returncode, added.stdout), (0, fresh + "/sources.d/jxj-ningbo.yaml\n"))
        self.assertEqual(os.listdir(fresh + "/sources.d"), ["jxj-ningbo.yaml"])  # nothing half-written beside it
        again = govwire("source", "add", url, "--dir", fresh)
        self.assertEqual(again.returncode, 73)
        self.assertIn("exists", again.stderr)
        self.assertEqual(govwire("source", "add", url, "--id", "two", "--dir", fresh).returncode, 0)
        with open(fresh + "/sources.d/three.yaml", "w") as broken:
            broken.write("[")
        third = govwire("source", "add", url, "--id", "three", "--dir", fresh)
        self.assertEqual(third.returncode, 73)  # never over a file that is there
        os.unlink(fresh + "/sources.d/three.yaml")
        listed = govwire("source", "list", "--json", "--dir", fresh)
        self.assertEqual([json.loads(line)["id"] for line in listed.stdout.splitlines()], ["jxj-ningbo", "two"])
        self.assertEqual(json.loads(listed.stdout.splitlines()[1])["url"], url)
        plain = govwire("source", "list", "--dir", fresh)
        self.assertRegex(plain.stdout, r"\Ajxj-ningbo +new +- +https://\S+ +\(jxj-ningbo.yaml:2\)\ntwo +new ")
        shown = json.loads(govwire("source", "show", "two", "--json", "--dir", fresh).stdout)
        self.assertEqual(shown, {"id": "two", "url": url, "file": "two.yaml:2"})
        missing = govwire("source", "show", "tow", "--dir", fresh)
        self.assertEqual((missing.returncode, missing.stderr), (1, "govwire: no source 'tow' (did you mean 'two'?)\n"))

    def test_add_refuses(self):
        for url, extra, code in (("ftp://x/", [], 2), ("nowhere", [], 2), ("http://x/", ["--id", "../x"], 2)):
            self.assertEqual(govwire("source", "add", url, "--dir", self.dir, *extra).returncode, code)
        self.assertEqual(os.listdir(self.dir), [])
        warned = govwire("source", "add", "http://127.0.0.1:8000/", "--dir", self.dir)
        self.assertEqual(warned.returncode, 0)
        self.assertIn("127.0.0.1 is private", warned.stderr)

    def test_what_add_writes_can_be_uncommented(self):
        govwire("source", "add", "http://x.example/", "--dir", self.dir, "--id", "x")
        path = self.dir + "/sources.d/x.yaml"
        with open(path) as file:
            head, tail = file.read().split("\n#\n")
        with open(path, "w") as file:
            file.write(head + "\n" + re.sub(r"(?m)^# ", "", tail))
        result = self.check(78)
        self.assertEqual([line.split(": ", 1)[1] for line in result.stderr.splitlines()],
                         ["list.then.url: missing: where to send it", "1 error, 0 warnings"])

    # ---- mutations

    def mutations(self):
        """(text, line of the error, words of its message) of files that are wrong in one place."""
        rng = random.Random(SEED)
        above = []  # the keys that this one is below
        for number, line in enumerate(LINES):
            indent, key, value = KEY.match(line).groups()
            above[len(indent) // 2:] = [key]
            path = ".".join(above)

            def changed(new, at=number + 1, lines=1, rest=LINES, number=number):
                return "\n".join(rest[:number] + new + rest[number + lines:]) + "\n", at

            if key not in FREE:
                for typo in (self.typo(rng, key), self.typo(rng, key)):
                    yield *changed([indent + typo + ":" + value]), f"{typo}: unknown key"
                yield *changed([line, indent + key + ": null"] if value else [indent + key + ": null", line],
                               number + 2), f"{key}: doubled key"
            for bad, words in BAD_VALUES.get(path, ()):
                at = LINES.index(MISSED_BY[path]) if path in MISSED_BY else number
                yield *changed([f"{indent}{key}: {bad}"], at + 1), words
            if not value:
                block = 1
                while LINES[number + block].startswith(indent + " "):
                    block += 1
                yield *changed([f"{indent}{key}: [nothing]"], lines=block), "found"
            yield *changed([indent + "\t" + key + ":" + value]), None  # syntax: anywhere from here on
            yield *changed([f'{indent}{key}: "open']), None
            yield *changed([f"{indent}{key}: {{a: [}}"]), None

    @staticmethod
    def typo(rng, key):
        while True:
            at = rng.randrange(len(key))
            letter = rng.choice("abcdefghijklmnopqrstuvwxyz_")
            new = rng.choice((key[:at] + key[at + 1:], key[:at] + letter + key[at:], key[:at] + letter + key[at + 1:],
                              key[:at] + key[at:at + 2][::-1] + key[at + 2:], key[:at] + key[at].upper() + key[at + 1:]))
            if new and new not in KEYS and not new.endswith("_file") and new[0] not in "_" and new not in ("y", "n"):
                return new

    def test_no_mutated_file_is_accepted(self):
        expected = {}
        for n, (text, line, words) in enumerate(self.mutations()):
            name = f"m{n:04}.yaml"
            self.directory.write("sources.d/" + name, text.replace("id: town", f"id: town{n}", 1))
            expected[name] = (text, line, words)
        self.assertGreater(len(expected), 400)
        found = {}
        for report in self.check(78).stderr.splitlines()[:-1]:
            place = PLACE.match(report)
            self.assertTrue(place, report)
            if not place.group(1):
                found.setdefault(os.path.basename(place.group(2)), []).append((int(place.group(3)), place.group(5)))
        for name, (text, line, words) in expected.items():
            what = f"{name} (seed {SEED}), line {line}, '{words}', gave {found.get(name)}:\n{text}"
            self.assertIn(name, found, what)
            if words is None:
                self.assertTrue(any(at >= line for at, _ in found[name]), what)
            else:
                self.assertTrue(any(at == line and words in reason for at, reason in found[name]), what)

    def test_no_bytes_crash_it(self):
        rng = random.Random(SEED)
        base = EVERY_KEY.encode()
        for n in range(300):
            text = bytearray(base)
            for _ in range(rng.randint(1, 8)):
                at, kind = rng.randrange(len(text) or 1), rng.randrange(5)
                if kind == 0:
                    text[at:at + 1] = [rng.randrange(256)]
                elif kind == 1:
                    del text[at:at + rng.randint(1, 30)]
                elif kind == 2:
                    text[at:at] = text[rng.randrange(len(text) or 1):][:rng.randint(1, 60)]
                elif kind == 3:
                    text[at:at] = rng.choice((b"&a ", b"*a ", b"!x ", b"{", b"[", b"\"", b"'", b"|\n", b"\n---\n", b"\0",
                                              b"\xef\xbb\xbf", b"${", b"? ", b"<<: ", b"%YAML 1.1\n", b"\r", b"\xe2\x80\xa8"))
                else:
                    del text[at:]
            self.directory.write(f"sources.d/r{n:04}.yaml", bytes(text))
        result = self.check(78)
        for report in result.stderr.splitlines()[:-1]:
            self.assertRegex(report, PLACE, f"seed {SEED}")
        listed = govwire("source", "list", "--json", "--dir", self.dir)
        for line in listed.stdout.splitlines():
            self.assertRegex(json.loads(line)["id"], r"\A[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}\Z")
            self.assertRegex(json.loads(line)["url"], r"\Ahttps?://[a-z0-9_.-]+(:\d+)?/")


if __name__ == "__main__":
    unittest.main(verbosity=2)
