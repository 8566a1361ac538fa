# SPDX-License-Identifier: Apache-2.0
"""govwire-collector between an agent (played here) and a site that misbehaves."""
import hashlib
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

import zmq

from kit import wire
from kit.badsite import Site, article, bomb, LONG

BIN = os.environ.get("GOVWIRE_BIN", "build/dev/bin")
SLOW = float(os.environ.get("GOVWIRE_SLOW", "1"))  # how much slower than a plain build this one is
STEP = 30 * SLOW


def boot_ms():
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)


def children(parent):
    """{pid: name} of a process's living children."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as stat:
                name, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == parent and rest.split()[0] != "Z":
            found[int(pid)] = name
    return found


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def queued_s(*pids):
    """Seconds that the threads of these processes were ready to run and the machine was busy with others."""
    total = 0
    for pid in pids:
        for task in os.listdir("/proc/%d/task" % pid):
            try:
                with open("/proc/%d/task/%s/schedstat" % (pid, task)) as file:
                    total += int(file.read().split()[1])
            except OSError:
                pass  # it ended meanwhile
    return total / 1e9


class Seen:
    """What the collector said about one job."""

    def __init__(self, number):
        self.number = number
        self.stages, self.permits, self.body, self.outcome = [], [], b"", None
        self.body_last = False
        self.times = {}

    @property
    def observation(self):
        return self.outcome.observation

    @property
    def failure(self):
        return wire.Failure.Name(self.observation.failure)


class Agent:
    """The agent's side of the jobs conversation; permits are given at once unless `permit` says otherwise."""

    def __init__(self, *arguments):
        self.dir = tempfile.mkdtemp(prefix="gw-collector-")
        self.endpoint = "ipc://%s/jobs" % self.dir
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind(self.endpoint)
        self.seen, self.robots, self.peer, self.ready = {}, [], None, None
        self.number = 0
        self.permit = lambda request: (0, 3600000)
        self.process = subprocess.Popen([os.path.join(BIN, "govwire-collector"), "--connect", self.endpoint,
                                         *arguments], stdin=subprocess.DEVNULL)
        self.until(lambda: self.ready)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(STEP)
        self.socket.close()
        self.context.term()
        shutil.rmtree(self.dir, True)
        return code

    def send(self, message):
        self.socket.send_multipart([self.peer, wire.pack(message)])

    def pump(self, timeout_ms=50):
        if not self.socket.poll(timeout_ms):
            return
        while self.socket.poll(0):
            self.peer, frame = self.socket.recv_multipart()
            self.handle(wire.unpack(frame, check=len(frame) < 4096))

    def handle(self, message):
        kind = type(message).__name__
        if kind == "Ready":
            self.ready = message
            return
        if kind == "RobotsSeen":
            self.robots.append(message)
            return
        seen = self.seen[message.job]
        seen.times[kind] = time.monotonic()
        if kind == "Stage":
            seen.stages.append(message.stage)
            seen.times["stage%d" % message.stage] = time.monotonic()
        elif kind == "PermitReq":
            seen.permits.append((wire.RequestKind.Name(message.kind), message.url))
            answer = self.permit(message)
            if isinstance(answer, str):
                self.send(wire.Elsewhere(job=message.job, url=message.url, reason=answer))
            else:
                self.send(wire.Permit(job=message.job, url=message.url, not_before_ms=boot_ms() + answer[0],
                                      not_after_ms=boot_ms() + answer[1]))
        elif kind == "BodyPart":
            assert message.offset == len(seen.body) and not seen.body_last
            seen.body += message.bytes
            seen.body_last = message.last
        elif kind in ("Result", "Failed"):
            assert seen.outcome is None, "two outcomes"
            seen.outcome = message

    def until(self, condition, seconds=STEP):
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None:
                raise AssertionError("the collector ended with %s" % self.process.returncode)
            if time.monotonic() > end:
                raise AssertionError("not within %gs" % seconds)
            self.pump()

    def job(self, url, purpose=wire.PURPOSE_ARTICLE, target=None, permit=True, robots=(404, b""), want_body=False,
            fetch=None, **source):
        """Give it out, do not wait. robots: (status, text) as the agent knows it, or None."""
        self.number += 1
        job = wire.Job(job=self.number, purpose=purpose, url=url, want_body=want_body)
        job.source.id = "town"
        job.source.url = url
        job.source.fetch.allow_private_networks = True
        for key, value in (fetch or {}).items():
            setattr(job.source.fetch, key, value)
        if "list" in source:
            job.source.list.CopyFrom(source["list"])
        if target:
            job.target.CopyFrom(target)
        if robots:
            job.robots.host = "%s:%s" % tuple(url.split("/")[2].rsplit(":", 1))
            job.robots.status, job.robots.text = robots
            job.robots.fetched_ms = int(time.time() * 1000)
        if permit and robots:
            job.permit.job, job.permit.url = self.number, url
            job.permit.not_before_ms, job.permit.not_after_ms = boot_ms(), boot_ms() + 3600000
        seen = self.seen[self.number] = Seen(self.number)
        seen.started = time.monotonic()
        self.send(job)
        return seen

    def run(self, url, **options):
        seen = self.job(url, **options)
        self.until(lambda: seen.outcome)
        return seen

    def readers(self):
        """Processes of the readers (the fetcher's children; so is the nursery, which is not among them)."""
        return [pid for pid, name in children(self.process.pid).items() if name == "govwire-reader"]


class Collector(unittest.TestCase):
    arguments = ()

    def setUp(self):
        self.site = Site().__enter__()
        self.addCleanup(self.site.__exit__)
        self.agent = Agent(*self.arguments)
        self.addCleanup(self.agent.close)

    def failed(self, path, reason, **options):
        seen = self.agent.run(self.site.url(path), **options)
        self.assertEqual(seen.failure, "FAILURE_" + reason)
        self.assertEqual(type(seen.outcome).__name__, "Failed")
        return seen


class Answers(Collector):
    def test_an_article(self):
        url = self.site.url("/article")
        seen = self.agent.run(url, want_body=True)
        observation = seen.observation
        self.assertEqual(observation.source_id, "town")
        self.assertEqual(observation.url, url)
        self.assertEqual(observation.response.status, 200)
        self.assertEqual(observation.response.final_url, url)
        self.assertEqual(observation.extractor, self.agent.ready.extractor)
        self.assertIn("approved the plan", observation.document.body)
        self.assertEqual(observation.document.url, url)
        self.assertEqual(observation.document.canonical_url, observation.target.url)
        self.assertEqual(hashlib.sha256(seen.body).digest(), observation.response.sha256)
        self.assertTrue(seen.body_last)
        self.assertEqual(seen.stages, [wire.JOB_STAGE_FETCHING, wire.JOB_STAGE_READING])
        self.assertEqual(seen.permits, [])  # the job brought it
        self.assertGreaterEqual(self.agent.ready.slots, 1)

    def test_unchanged_by_validators_and_by_digest(self):
        first = self.agent.run(self.site.url("/same")).observation
        self.assertTrue(first.HasField("document"))
        self.assertTrue(first.target.etag)
        again = self.agent.run(self.site.url("/same"), target=first.target).observation
        self.assertEqual(again.response.status, 304)
        self.assertTrue(again.unchanged)
        self.assertEqual(again.target.etag, first.target.etag)
        self.assertEqual(again.target.digest, first.target.digest)
        first = self.agent.run(self.site.url("/counter")).observation
        again = self.agent.run(self.site.url("/counter"), target=first.target).observation
        self.assertEqual(again.response.status, 200)
        self.assertNotEqual(again.response.sha256, first.response.sha256)
        self.assertTrue(again.unchanged)

    def test_a_newer_reader_sees_the_page_itself(self):
        target = self.agent.run(self.site.url("/same")).observation.target
        target.extractor -= 1
        again = self.agent.run(self.site.url("/same"), target=target).observation
        self.assertEqual(again.response.status, 200)
        self.assertTrue(again.HasField("document"))

    def test_encodings(self):
        observation = self.agent.run(self.site.url("/gbk")).observation
        self.assertIn("各区县人民政府", observation.document.body)
        self.assertTrue(observation.response.charset.startswith("gb"), observation.response.charset)
        self.assertIn("approved the plan", self.agent.run(self.site.url("/zipped")).observation.document.body)

    def test_plain_text(self):
        self.site.pages["/note.txt"] = ("text/plain; charset=utf-8", ("Market square\n\n" + LONG).encode())
        self.assertIn("approved the plan", self.agent.run(self.site.url("/note.txt")).observation.document.body)

    def test_too_long_for_a_frame(self):
        text = "\n".join("Paragraph %d. %s" % (i, LONG.split("\n")[0]) for i in range(3600))
        self.site.pages["/long"] = ("text/html", article("Long", text).encode())
        document = self.agent.run(self.site.url("/long")).observation.document
        self.assertTrue(document.truncated)
        self.assertGreater(len(document.body.encode()), 500000)

    def test_failures(self):
        for path, reason in (("/cut", "CUT_OFF"), ("/loop/a", "REDIRECT_LOOP"), ("/hop/9/article", "REDIRECT_LOOP"),
                             ("/metadata", "PRIVATE_ADDRESS"), ("/pdf", "WRONG_TYPE"), ("/wall", "CHALLENGE"),
                             ("/status/404", "NOT_FOUND"), ("/status/410", "GONE"), ("/status/403", "REFUSED"),
                             ("/status/500", "SERVER_ERROR"), ("/status/412", "CHALLENGE")):
            with self.subTest(path):
                seen = self.failed(path, reason)
                self.assertFalse(seen.outcome.quarantine)
                self.assertTrue(seen.observation.failure_detail)
        limited = self.failed("/status/429", "RATE_LIMITED").observation
        self.assertEqual(limited.response.retry_after_ms, 120000)
        self.failed("/slow/9", "TIMEOUT", fetch={"timeout_ms": 200})
        self.failed("/article", "PRIVATE_ADDRESS", fetch={"allow_private_networks": False})

    def test_bounded(self):
        for path in ("/endless", "/bomb"):
            with self.subTest(path):
                seen = self.agent.run(self.site.url(path))
                self.assertTrue(seen.observation.response.truncated)
                self.assertEqual(seen.observation.response.body_bytes, 8 << 20)


class Permits(Collector):
    def test_every_hop_asks(self):
        url = self.site.url("/hop/2/article")
        seen = self.agent.run(url)
        self.assertEqual(seen.permits, [("REQUEST_REDIRECT", self.site.url("/hop/1/article")),
                                        ("REQUEST_REDIRECT", self.site.url("/article"))])
        self.assertEqual([hop.url for hop in seen.observation.response.hops], [url, self.site.url("/hop/1/article")])
        self.assertEqual(seen.observation.response.final_url, self.site.url("/article"))
        self.assertEqual(seen.observation.url, url)

    def test_waits_for_its_moment(self):
        self.agent.permit = lambda request: (400, 60000)
        seen = self.agent.run(self.site.url("/article"), permit=False)
        self.assertEqual([kind for kind, _ in seen.permits], ["REQUEST_FIRST"])
        self.assertGreaterEqual(self.site.asked("/article")[0][0] - seen.times["PermitReq"], 0.4)

    def test_asks_again_when_too_late(self):
        answers = [(-2000, -1000), (0, 60000)]
        self.agent.permit = lambda request: answers.pop(0)
        seen = self.agent.run(self.site.url("/article"), permit=False)
        self.assertEqual(len(seen.permits), 2)
        self.assertEqual(len(self.site.asked("/article")), 1)

    def test_elsewhere(self):
        self.agent.permit = lambda request: "held by another"
        seen = self.failed("/to/localhost/article", "REFUSED")
        self.assertEqual(seen.observation.failure_detail, "elsewhere: held by another")
        self.assertEqual(self.site.asked("/article"), [])

    def test_robots_is_fetched_obeyed_and_told(self):
        self.site.robots = "User-agent: *\nDisallow: /private\nCrawl-delay: 3\n"
        seen = self.agent.run(self.site.url("/article"), robots=None)
        self.assertEqual(seen.permits, [("REQUEST_ROBOTS", self.site.url("/robots.txt")),
                                        ("REQUEST_FIRST", self.site.url("/article"))])
        told = self.agent.robots[0]
        self.assertEqual((told.status, told.crawl_delay_ms, told.text.decode()), (200, 3000, self.site.robots))
        self.assertEqual(told.host, "127.0.0.1:%d" % self.site.port)
        self.failed("/private/x", "ROBOTS", robots=None)
        self.assertEqual(len(self.site.asked("/robots.txt")), 1)  # remembered
        self.assertEqual(self.site.asked("/private/x"), [])

    def test_robots_of_the_host_a_redirect_leads_to(self):
        self.site.robots = "User-agent: govwire\nDisallow: /article\n"
        seen = self.failed("/to/localhost/article", "ROBOTS")
        self.assertEqual([kind for kind, _ in seen.permits], ["REQUEST_ROBOTS"])
        self.assertEqual(seen.observation.response.final_url, self.site.url("/article", "localhost"))
        self.assertEqual(self.site.asked("/article"), [])

    def test_robots_that_cannot_be_read(self):
        self.site.robots_status = 503
        seen = self.failed("/article", "SERVER_ERROR", robots=None)
        self.assertIn("robots.txt", seen.observation.failure_detail)
        self.assertEqual(self.site.asked("/article"), [])
        self.assertEqual(self.agent.robots, [])

    def test_robots_ignored_when_told(self):
        self.site.robots = "User-agent: *\nDisallow: /\n"
        self.agent.run(self.site.url("/article"), robots=None, fetch={"robots": wire.ROBOTS_IGNORE})
        self.assertEqual(self.site.asked("/robots.txt"), [])


class Lists(Collector):
    def rows(self, **options):
        return self.agent.run(self.site.url("/list/1"), purpose=wire.PURPOSE_LIST, **options)

    def test_one_page_and_several(self):
        observation = self.rows().observation
        self.assertEqual([row.url for row in observation.rows.rows],
                         [self.site.url("/article/%d" % (10 + i)) for i in range(5)])
        self.assertEqual(len(self.site.asked("/list/2")), 0)
        pages = wire.ListRule(pages=9, next="div.page a@href")
        seen = self.rows(list=pages)
        self.assertEqual(len(seen.observation.rows.rows), 15)
        self.assertEqual([kind for kind, _ in seen.permits], ["REQUEST_PAGE"] * 3)
        self.assertIn("page 4", seen.observation.rows.warning)  # missing, and no failure
        again = self.rows(list=pages, target=seen.observation.target).observation
        self.assertTrue(again.unchanged)

    def test_pages_stop_when_nothing_is_new(self):
        page = self.site.pages
        self.rows()
        url = self.site.url("/same-list?n=1")
        from kit.badsite import news_list
        rows = [("/article/%d" % i, "The council has decided matter number %d" % i, "2024-03-0%d" % (9 - i))
                for i in range(5)]
        for n in range(1, 9):
            page["/same-list?n=%d" % n] = ("text/html", news_list(
                rows, "<div class=\"page\"><a href=\"/same-list?n=%d\">Next page</a></div>" % (n + 1)).encode())
        seen = self.agent.run(url, purpose=wire.PURPOSE_LIST, list=wire.ListRule(pages=8, next="div.page a@href"))
        self.assertEqual(len(seen.observation.rows.rows), 5)
        self.assertEqual(len(seen.permits), 1)

    def test_request_rule(self):
        rule = wire.ListRule(pages=2)
        rule.request.url = "/list/{n}"
        rule.request.headers.add(key="Referer", value="{list_url}")
        rule.request.form.add(key="page", value="{n}")
        self.rows(list=rule)
        (_, _, headers, body), = self.site.asked("/list/2")
        self.assertEqual(headers["Referer"], self.site.url("/list/1"))
        self.assertEqual(body, b"page=2")


class Hostile(Collector):
    """Issue 2, line 4."""

    def test_hostile_pages_land_in_quarantine_or_are_read(self):
        for path in ("/deep", "/tags"):
            with self.subTest(path):
                seen = self.agent.run(self.site.url(path))
                if type(seen.outcome).__name__ == "Failed":
                    self.assertIn(seen.failure, ("FAILURE_READER_TIME", "FAILURE_READER_MEMORY"))
                    self.assertTrue(seen.outcome.quarantine)
                    self.assertTrue(seen.body_last)
                    self.assertEqual(hashlib.sha256(seen.body).digest(), seen.observation.response.sha256)
        self.assertTrue(self.agent.run(self.site.url("/article")).observation.HasField("document"))

    def wait_for_readers(self, count=2):
        self.agent.until(lambda: len(self.agent.readers()) == count)
        return self.agent.readers()

    def transfers_meanwhile(self, target, condition):
        """Requests that need no reading, one after another, until the condition holds: the longest took this long, not
        counting what the machine made our processes wait for other work of its own."""
        ours = (os.getpid(), self.agent.process.pid)
        longest, count = 0, 0
        while not condition():
            queued = queued_s(*ours)
            seen = self.agent.run(self.site.url("/same"), target=target)
            self.assertTrue(seen.observation.unchanged)
            longest = max(longest, seen.times["Result"] - seen.started - (queued_s(*ours) - queued))
            count += 1
        self.assertGreater(count, 3)
        return longest

    def check_delay(self, scene):
        """`scene` returns the longest delay it saw. What our own processes cause is there each time it is played; what a
        busy machine causes is not."""
        delays = []
        while len(delays) < 3 and not (delays and delays[-1] < 0.25 * SLOW):
            delays.append(scene())
        self.assertLess(delays[-1], 0.25 * SLOW, delays)

    def test_killed_reader_costs_its_page_alone(self):
        target = self.agent.run(self.site.url("/same")).observation.target

        def scene():
            readers = self.wait_for_readers()
            for pid in readers:
                os.kill(pid, signal.SIGSTOP)
            page = self.agent.job(self.site.url("/article"))
            self.agent.until(lambda: wire.JOB_STAGE_READING in page.stages)
            slow = self.agent.job(self.site.url("/slow/1"))
            for pid in readers:
                os.kill(pid, signal.SIGKILL)
            longest = self.transfers_meanwhile(target, lambda: page.outcome and slow.outcome)
            self.assertEqual(page.failure, "FAILURE_READER_CRASH")
            self.assertIn("signal 9", page.observation.failure_detail)
            self.assertTrue(page.outcome.quarantine)
            self.assertEqual(page.body, article("Market square to be renewed", LONG).encode())
            self.assertTrue(slow.observation.HasField("document"))  # what came next found a new reader
            self.assertEqual(len(set(self.wait_for_readers()) & set(readers)), 0)
            return longest
        self.check_delay(scene)

    def test_hanging_reader_delays_no_transfer(self):
        target = self.agent.run(self.site.url("/same")).observation.target

        def scene():
            os.kill(self.wait_for_readers()[0], signal.SIGSTOP)
            pages = [self.agent.job(self.site.url("/article")) for _ in range(2)]  # one of them meets it
            longest = self.transfers_meanwhile(target, lambda: all(page.outcome for page in pages))
            outcomes = sorted(type(page.outcome).__name__ for page in pages)
            self.assertEqual(outcomes, ["Failed", "Result"])
            failed = next(page for page in pages if type(page.outcome).__name__ == "Failed")
            read = next(page for page in pages if page is not failed)
            self.assertEqual(failed.failure, "FAILURE_READER_TIME")
            self.assertEqual(failed.body, article("Market square to be renewed", LONG).encode())
            self.assertLess(read.times["Result"], failed.times["Failed"] - 5)  # the other reader went on
            return longest
        self.check_delay(scene)

    def test_many_at_once_with_hostile_ones_among_them(self):
        bomb()  # packed once, before anything is measured
        target = self.agent.run(self.site.url("/same")).observation.target

        def scene():
            hostile = [self.agent.job(self.site.url(path)) for path in ("/tags", "/deep", "/bomb", "/endless") * 2]
            honest = [self.agent.job(self.site.url("/article")) for _ in range(20)]
            longest = self.transfers_meanwhile(target, lambda: all(seen.outcome for seen in hostile + honest))
            for seen in honest:
                self.assertTrue(seen.observation.HasField("document"))
            print("longest transfer beside hostile pages: %.0f ms" % (longest * 1000))
            return longest
        self.check_delay(scene)


class Tls(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="gw-tls-")
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.agent = Agent("--ca-dir", self.dir)
        self.addCleanup(self.agent.close)

    def certificate(self, name, days):
        """A self-signed certificate for loopback and its key."""
        certificate, key, request = (os.path.join(self.dir, name + end) for end in (".pem", ".key", ".csr"))
        for command in (["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext",
                         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", request],
                        ["x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-copy_extensions", "copy",
                         "-out", certificate]):
            try:
                subprocess.run(["openssl"] + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            except FileNotFoundError:
                self.skipTest("no openssl program")
        return certificate, key

    def site(self, paths, **settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for key, value in settings.items():
            setattr(context, key, value)
        if settings:
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(*paths)
        site = Site(context).__enter__()
        self.addCleanup(site.__exit__)
        return site

    def ask(self, site, **fetch):
        seen = self.agent.run(site.url("/article"), fetch=fetch)
        return seen.failure[len("FAILURE_"):] if seen.observation.failure else "ok"

    def test_trust(self):
        paths = self.certificate("good", 30)
        site = self.site(paths)
        self.assertEqual(self.ask(site), "TLS_CHAIN")
        self.assertEqual(self.ask(site, ca_file=paths[0]), "ok")
        self.assertEqual(self.ask(site), "TLS_CHAIN")  # the connection of the other source is not ours
        self.assertEqual(self.ask(site, tls=wire.TLS_LEGACY), "TLS_CHAIN")  # legacy still verifies
        self.assertEqual(self.ask(site, tls=wire.TLS_INSECURE), "ok")
        self.assertEqual(self.ask(site), "TLS_CHAIN")
        self.assertEqual(self.ask(site, ca_file=os.path.join(self.dir, "none.pem")), "TLS_CHAIN")

    def test_expired(self):
        paths = self.certificate("old", -1)
        self.assertEqual(self.ask(self.site(paths), ca_file=paths[0]), "TLS_EXPIRED")

    def test_legacy(self):
        paths = self.certificate("legacy", 30)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that TLS 1.0 is deprecated is the point
            site = self.site(paths, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1)
        self.assertEqual(self.ask(site, ca_file=paths[0]), "TLS_LEGACY")
        self.assertEqual(self.ask(site, ca_file=paths[0], tls=wire.TLS_LEGACY), "ok")


class Life(Collector):
    def test_stop_finishes_what_is_under_way(self):
        slow = self.agent.job(self.site.url("/slow/0.5"))
        self.agent.until(lambda: self.site.asked("/slow/0.5"))
        self.agent.send(wire.Stop(grace_ms=20000))
        end = time.monotonic() + STEP
        while self.agent.process.poll() is None and time.monotonic() < end:
            self.agent.pump()
        self.agent.pump()
        self.assertEqual(self.agent.process.poll(), 0)
        self.assertTrue(slow.observation.HasField("document"))

    def test_terminated_ends_with_all_its_processes(self):
        self.agent.until(lambda: len(self.agent.readers()) == 2)
        readers = self.agent.readers()
        self.agent.job(self.site.url("/slow/9"))
        self.agent.process.terminate()
        self.assertEqual(self.agent.process.wait(STEP), 0)
        self.assertEqual([pid for pid in readers if os.path.exists("/proc/%d" % pid)], [])

    def test_killed_takes_its_readers_along(self):
        self.agent.until(lambda: len(self.agent.readers()) == 2)
        readers = self.agent.readers()
        self.agent.process.kill()
        self.agent.process.wait(STEP)
        end = time.monotonic() + STEP
        while any(map(is_alive, readers)) and time.monotonic() < end:
            pass
        self.assertFalse(any(map(is_alive, readers)))

    def test_ends_without_its_nursery(self):
        self.agent.until(lambda: len(self.agent.readers()) == 2)
        nursery, = [pid for pid, name in children(self.agent.process.pid).items() if name == "govwire-nursery"]
        os.kill(nursery, signal.SIGKILL)
        self.assertEqual(self.agent.process.wait(STEP), 1)  # readers could not be replaced: the agent starts another
        self.assertEqual(children(self.agent.process.pid), {})

    def test_ends_when_its_parent_is_gone(self):
        directory = tempfile.mkdtemp(prefix="gw-collector-")
        self.addCleanup(shutil.rmtree, directory, True)
        parent = subprocess.Popen([sys.executable, "-c", "import subprocess, sys, time\n"
                                   "print(subprocess.Popen(sys.argv[1:]).pid, flush=True)\ntime.sleep(600)",
                                   os.path.join(BIN, "govwire-collector"), "--connect", "ipc://%s/jobs" % directory],
                                  stdout=subprocess.PIPE, text=True)
        child = int(parent.stdout.readline())
        parent.stdout.close()
        end = time.monotonic() + STEP
        while not children(child) and time.monotonic() < end:
            pass  # until it has asked to be told of its parent's end
        parent.kill()
        parent.wait()
        end = time.monotonic() + STEP
        while is_alive(child) and time.monotonic() < end:
            pass
        self.assertFalse(is_alive(child))


class Locked(Collector):
    def test_what_the_processes_may_do(self):
        self.agent.until(lambda: len(self.agent.readers()) == 2)

        def status(pid):
            with open("/proc/%d/status" % pid) as file:
                return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        if SLOW > 1:
            self.skipTest("builds with sanitizers are not locked")
        for pid in [self.agent.process.pid] + self.agent.readers():
            self.assertEqual((status(pid)["NoNewPrivs"], status(pid)["Seccomp"]), ("1", "2"))
        for pid in self.agent.readers():
            self.assertLessEqual(set(os.listdir("/proc/%d/fd" % pid)), {"0", "1", "2", "3"})


if __name__ == "__main__":
    unittest.main(verbosity=1)
