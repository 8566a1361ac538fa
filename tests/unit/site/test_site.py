# SPDX-License-Identifier: Apache-2.0
"""govwire-site over HTTP: validators, every fault as a client meets it, the journal, the program's own manners."""
import gzip
import http.client
import json
import os
import re
import signal
import subprocess
import time
import unittest
import urllib.parse

from kit.site import Site

PROGRAM = os.path.join(os.environ["GOVWIRE_BIN"], "govwire-site")


class SiteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site("--now", "2026-11-22T04:00:00Z", "--articles", 30)
        cls.article = "/zh/zcwj/202611/t20261121_1001.html"

    @classmethod
    def tearDownClass(cls):
        cls.site.stop()

    def setUp(self):
        self.site.clear()

    def ask(self, path, method="GET", timeout=10, **headers):
        connection = http.client.HTTPConnection(self.site.host, timeout=timeout)
        self.addCleanup(connection.close)
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        answer.body = answer.read() if method == "GET" else b""
        return answer

    # ---- as it should be

    def test_every_link_of_every_list_is_a_page(self):
        for column in ("/zh/zcwj/", "/zh/gzdt/", "/en/news/", "/load/"):
            page = self.site.get(column).decode()
            links = re.findall(r'<a href="(\./\d{6}/[^"]+|/en/news/\d{6}/[^"]+)"', page)
            self.assertGreater(len(links), 4, column)
            for link in links:
                self.assertIn(b"<h1>", self.site.get(column + link[2:] if link.startswith(".") else link))

    def test_a_column_whose_rows_come_by_a_second_request(self):
        page = self.site.get("/zh/tzgg/").decode()
        self.assertNotIn("/zh/tzgg/art/", page)
        unit = re.search(r' url="([^"]+)"', page).group(1)
        rows = []
        for number, expected in ((1, 15), (2, 5), (3, 0)):
            parameters = urllib.parse.quote('{"pageNo":%d,"pageSize":15}' % number)
            html = json.loads(self.site.get(f"{unit}?webId=x&paramJson={parameters}"))["data"]["html"]
            rows += re.findall(r'<a href="([^"]+)"', html)
            self.assertEqual(html.count("<li>"), expected)
        for path in rows:
            self.assertIn(b"<h1>", self.site.get(path))
        self.assertEqual(self.ask(unit).status, 404)

    def test_validators(self):
        first = self.ask(self.article)
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
        self.assertEqual(modified, "Sat, 21 Nov 2026 08:00:00 GMT")
        self.assertEqual(self.ask(self.article, If_None_Match=etag).status, 304)
        self.assertEqual(self.ask(self.article, If_None_Match=f'"x", W/{etag}').status, 304)
        self.assertEqual(self.ask(self.article, If_Modified_Since=modified).status, 304)
        self.assertEqual(self.ask(self.article, If_None_Match='"x"', If_Modified_Since=modified).status, 200)
        self.assertEqual(self.ask(self.article, If_Modified_Since="Sat, 21 Nov 2026 07:59:59 GMT").status, 200)
        not_modified = self.ask(self.article, If_None_Match=etag)
        self.assertEqual((not_modified.headers["ETag"], not_modified.body), (etag, b""))

    def test_a_change_changes_the_validators(self):
        path = "/en/news/202611/20261122-content_2001.html"
        with Site("--now", "2026-11-22T04:00:00Z") as site:
            self.site, kept = site, self.site
            try:
                before = self.ask(path)
                site.change()
                after = self.ask(path, If_None_Match=before.headers["ETag"])
                self.assertEqual(after.status, 200)
                self.assertNotEqual(after.headers["Last-Modified"], before.headers["Last-Modified"])
                self.assertIn(b"until January 21, 2027", after.body)
            finally:
                self.site = kept

    def test_gzip_for_those_who_take_it(self):
        packed = self.ask(self.article, Accept_Encoding="gzip, br")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), self.ask(self.article).body)

    def test_head_has_no_body(self):
        answer = self.ask(self.article, method="HEAD")
        self.assertEqual((answer.status, answer.read()), (200, b""))

    def test_robots(self):
        self.assertNotIn("Crawl-delay", self.site.get("/robots.txt").decode())
        self.site.control(crawl_delay=7)
        self.assertIn("Crawl-delay: 7\n", self.site.get("/robots.txt").decode())
        self.site.control(crawl_delay=0)

    def test_unknown_paths(self):
        for path in ("/zh/zcwj/nothing.html", "/zh/zcwj/202611/t20261121_9999.html", "/fault/nonsense/zh/zcwj/", "/fault/", "/zh/zcwj/index_0.html",
                     "/zh/zcwj/202611/t20261121_1001.htmlx", "/load/202611/t20261122_.html"):
            self.assertEqual(self.ask(path).status, 404, path)

    # ---- misbehaving

    def test_slow_and_drip(self):
        begin = time.monotonic()
        self.assertEqual(self.ask("/fault/slow:300ms" + self.article).status, 200)
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)
        begin = time.monotonic()
        self.assertEqual(self.ask("/fault/drip:20k" + self.article).body, self.ask(self.article).body)
        self.assertGreaterEqual(time.monotonic() - begin, 0.2)

    def test_cut_off(self):
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.ask("/fault/cut:100" + self.article)
        self.assertEqual(len(caught.exception.partial), 100)

    def test_error_pages(self):
        busy = self.ask("/fault/status:503:30" + self.article)
        self.assertEqual((busy.status, busy.headers["Retry-After"]), (503, "30"))
        for code in (404, 410, 429, 500):
            self.assertEqual(self.ask(f"/fault/status:{code}{self.article}").status, code)
        soft = self.ask("/fault/soft404" + self.article)
        self.assertEqual(soft.status, 200)
        self.assertIn("页面不存在", soft.body.decode())

    def test_redirects(self):
        path, seen = "/fault/loop" + self.article, set()
        while path not in seen:
            seen.add(path)
            answer = self.ask(path)
            self.assertEqual(answer.status, 302)
            path = answer.headers["Location"]
        path, codes = "/fault/chain:2:301" + self.article, []
        while path:
            answer = self.ask(path)
            codes.append(answer.status)
            path = answer.headers["Location"]
        self.assertEqual(codes, [301, 301, 200])

    def test_bodies_that_do_not_end_or_are_huge(self):
        connection = http.client.HTTPConnection(self.site.host, timeout=10)
        connection.request("GET", "/fault/endless/zh/zcwj/")
        answer = connection.getresponse()
        self.assertIsNone(answer.headers["Content-Length"])
        self.assertEqual(len(answer.read(5_000_000)), 5_000_000)
        connection.close()
        self.assertEqual(len(self.ask("/fault/huge:3m/zh/zcwj/").body), 3 << 20)
        bomb = self.ask("/fault/bomb:20m/zh/zcwj/")
        self.assertLess(len(bomb.body), 200_000)
        self.assertGreaterEqual(len(gzip.decompress(bomb.body)), 20 << 20)

    def test_labels(self):
        self.assertEqual(self.ask("/fault/charset:gb2312" + self.article).headers["Content-Type"], "text/html; charset=gb2312")
        self.site.fault(self.article, "type:image/png")
        self.assertEqual(self.ask(self.article).headers["Content-Type"], "image/png")

    def test_challenge(self):
        for code in (412, 521, 200):
            answer = self.ask(f"/fault/challenge:{code}{self.article}")
            self.assertEqual(answer.status, code)
            self.assertIn(b"<script>", answer.body)
            self.assertLess(len(answer.body), 4096)
            self.assertIsNotNone(answer.headers["Set-Cookie"])

    def test_silence(self):
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
            self.ask("/fault/close" + self.article)
        with self.assertRaises(TimeoutError):
            self.ask("/fault/hang" + self.article, timeout=0.2)

    def test_reader_killers(self):
        self.assertEqual(self.ask("/fault/deep/zh/zcwj/").body.count(b"<div>"), 10000)
        self.assertEqual(self.ask("/fault/spans/zh/zcwj/").body.count(b"<span>"), 300000)
        self.assertEqual(self.ask("/fault/attributes:500/zh/zcwj/").body.count(b' a'), 500)

    def test_pages_without_their_content(self):
        self.assertEqual(self.ask("/fault/empty" + self.article).body, b"")
        rows = self.ask("/fault/norows/zh/zcwj/")
        self.assertNotIn(b'href="./', rows.body)
        one, two = self.ask("/fault/dynamic" + self.article), self.ask("/fault/dynamic" + self.article)
        self.assertIsNone(one.headers["ETag"])
        self.assertIsNone(one.headers["Last-Modified"])
        self.assertNotEqual(one.body, two.body)

    def test_faults_by_control(self):
        self.site.fault("/zh/zcwj/", "status:500", times=2)
        self.assertEqual([self.ask(self.article).status for _ in range(3)], [500, 500, 200])
        with self.assertRaises(Exception):
            self.site.fault("/zh/", "nonsense")

    # ---- the journal and the program

    def test_the_journal(self):
        begin = len(self.site.log())
        before = time.time() * 1000
        self.ask(self.article, User_Agent='tést "quoted"\\', If_None_Match='"x"')
        self.ask("/nowhere?a=1&b=2")
        self.site.fault("/zh/", "close", times=1)
        with self.assertRaises(Exception):
            self.ask("/zh/zcwj/")
        entries = self.site.log(since=begin)
        self.assertEqual([(e["path"], e["status"]) for e in entries], [(self.article, 200), ("/nowhere", 404), ("/zh/zcwj/", 0)])
        self.assertEqual(entries[0]["user_agent"], 'tést "quoted"\\')
        self.assertEqual(entries[0]["if_none_match"], '"x"')
        self.assertEqual(entries[1]["query"], "a=1&b=2")
        self.assertEqual(entries[2]["fault"], "close")
        self.assertTrue(before - 5 <= entries[0]["t_ms"] <= time.time() * 1000 + 5)
        self.assertEqual(len(self.site.gaps_ms(since=begin)), 2)

    def test_it_ends_at_once_with_sleepers(self):
        for end in (lambda p: p.send_signal(signal.SIGTERM), lambda p: p.stdin.close()):
            site = Site()
            connection = http.client.HTTPConnection(site.host, timeout=10)
            connection.request("GET", "/fault/hang/")
            while not site.log(path="/fault/hang/"):
                pass
            begin = time.monotonic()
            end(site.process)
            self.assertEqual(site.process.wait(timeout=10), 0)
            self.assertLess(time.monotonic() - begin, 5)
            connection.close()
            site.stop() if not site.process.stdin.closed else site.process.stdout.close()

    def test_usage(self):
        def run(*args):
            return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=10)
        self.assertIn("slow:DURATION", run("--help").stdout)
        self.assertEqual(run("--port", "many").returncode, 2)
        self.assertEqual(run("extra").returncode, 2)
        taken = run("--port", self.site.host.split(":")[1])
        self.assertEqual(taken.returncode, 69)
        self.assertIn("is taken", taken.stderr)


if __name__ == "__main__":
    unittest.main()
