# SPDX-License-Identifier: Apache-2.0
"""The broker as who operates it knows it: commands, care of the store, and its death at any moment.

GOVWIRE_SEED=n repeats a run's random moments.
"""
import contextlib
import csv
import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from kit import wire
from kit.peers import BIN, SEED, STEP_S, page, canonical, rows_of, article, Consumer, status, Mount, BrokerTest


def change_store(path, statement):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)


class Commands(BrokerTest):
    """`govwire event` and `govwire status` beside a running broker, and without one."""

    def story(self):
        """Thirty notices, then one of them revised, then moved."""
        agent = self.agent()
        for i in range(30):
            agent.publish(article(i, body=f"第{i}号公告\n智能制造 in district {i}"))
        agent.publish(article(7, body="第7号公告\n智能制造 in district 70"))
        agent.settle()
        moved = article(8, body="第8号公告\n智能制造 in district 8")
        moved.response.status = 200
        moved.response.final_url = "http://town.example/new"
        moved.response.hops.add(url=page(8), status=301)
        agent.publish(moved)
        agent.settle()
        return agent

    def check_reading(self):
        self.assertEqual([e["data"]["seq"] for e in self.lines("tail", "--json")], list(range(12, 32)))
        self.assertEqual([e["data"]["seq"] for e in self.lines("tail", "--from", "29", "--json")], [29, 30, 31])
        self.assertEqual(len(self.govwire("event", "tail").splitlines()), 20)
        self.assertEqual([e["data"]["seq"] for e in self.lines("tail", "--query", "district", "--limit", "2", "--json")],
                         [30, 31])
        # Complete, newest first, two Han characters are enough.
        self.assertEqual([e["data"]["seq"] for e in self.lines("search", "制造 type:revised", "--json")], [31])
        self.assertEqual(len(self.lines("search", "制造", "--json")), 31)
        self.assertEqual([e["data"]["seq"] for e in self.lines("search", "制造", "--limit", "3", "--json")], [31, 30, 29])
        exported = self.lines("export", "--from", "2", "--to", "4")
        self.assertEqual([e["sequence"] for e in exported], [f"{n:020}" for n in (2, 3, 4)])
        rows = list(csv.reader(io.StringIO(self.govwire("event", "export", "--format", "csv"), newline="")))
        self.assertEqual((len(rows), rows[0][0], rows[31][2]), (32, "seq", "revised"))
        first = exported[0]
        self.assertEqual(self.lines("get", first["id"], "--json"), [first])
        self.assertIn("Notice 1", self.govwire("event", "get", "2"))
        self.govwire("event", "get", "99", code=1)
        self.govwire("event", "get", "nonsense", code=1)
        self.assertIn("column 1", self.govwire("event", "search", "nofield:x", code=2))
        self.assertIn("+ 智能制造 in district 70", self.govwire("event", "diff", "31"))
        self.govwire("event", "diff", "1", code=1)
        history = self.lines("history", page(7).replace("//", "//www."), "--json")
        self.assertEqual([e["type"] for e in history], ["gov.policy.published", "gov.policy.revised"])
        self.assertEqual(self.lines("history", "http://town.example/new", "--json")[0]["data"]["seq"], 9)
        self.govwire("event", "history", "http://town.example/none", code=1)

    def test_reading_needs_no_broker(self):
        self.story()
        self.check_reading()
        self.broker.kill()
        self.check_reading()

    def test_a_new_directory_has_no_events(self):
        self.broker.kill()
        shutil.rmtree(os.path.join(self.broker.dir, "state"), ignore_errors=True)
        self.assertEqual(self.govwire("event", "tail") + self.govwire("event", "search", "x"), "")
        self.assertEqual(json.loads(self.govwire("status", "--json"))["running"], False)

    def test_following_survives_restarts(self):
        agent = self.agent()
        agent.publish(article(0))
        agent.settle()
        follower = subprocess.Popen([os.path.join(BIN, "govwire"), "event", "tail", "--follow", "--from", "1", "--json",
                                     "--dir", self.broker.dir], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                    env=dict(os.environ, XDG_RUNTIME_DIR=self.broker.run))
        seqs = [json.loads(follower.stdout.readline())["data"]["seq"]]
        for i in range(1, 4):
            agent.publish(article(i))
            agent.settle()
            seqs.append(json.loads(follower.stdout.readline())["data"]["seq"])
            self.broker.kill()
            self.broker.start()
            agent.reconnect()
        agent.publish(article(9))
        agent.settle()
        seqs.append(json.loads(follower.stdout.readline())["data"]["seq"])
        self.assertEqual(seqs, [1, 2, 3, 4, 5])
        follower.send_signal(signal.SIGINT)
        self.assertEqual(follower.wait(timeout=STEP_S), 0)
        follower.stdout.close()

    def test_status_for_programs(self):
        agent = self.agent()
        seen = rows_of([])
        seen.health.state, seen.health.reason, seen.health.since_ms = "broken", "empty_list", seen.fetched_ms
        agent.publish(seen)
        agent.publish(article(1))
        agent.settle()
        report = wire.Report(hosts=1, collectors=2, outbox=4)
        report.sources.add(source_id="town", rows=5, pending=6, health=seen.health)
        agent.say(report)
        agent.say(wire.Ping(nonce=1))
        while type(agent.hear()).__name__ != "Pong":
            pass
        answer = json.loads(self.govwire("status", "--json"))
        self.assertEqual((answer["running"], answer["seq"], answer["outbox"]), (True, 1, 4))
        self.assertEqual(answer["agents"][0]["collectors"], 2)
        source = answer["sources"][0]
        self.assertEqual((source["id"], source["state"], source["reason"], source["pending"]),
                         ("town", "broken", "empty_list", 6))
        self.assertIn("empty_list", self.govwire("status"))
        self.broker.stop()
        answer = json.loads(self.govwire("status", "--json"))
        self.assertEqual((answer["running"], answer["seq"]), (False, 1))
        self.assertEqual(answer["sources"][0]["reason"], "empty_list")  # the store remembers
        self.assertIn("last_poll", answer["sources"][0])


class Care(BrokerTest):
    """`govwire store`, and what a store goes through."""

    def test_a_backup_restores_as_a_new_generation(self):
        agent = self.agent()
        for i in range(5):
            agent.publish(article(i))
        agent.settle()
        copy = os.path.join(self.broker.base, "copy.db")
        self.govwire("store", "backup", copy)  # beside the running broker
        self.govwire("store", "backup", copy, code=73)
        for i in range(5, 8):
            agent.publish(article(i))
        agent.settle()
        consumer = self.consumer()
        consumer.collect(8)
        store_id = consumer.subscribed.store_id
        self.govwire("store", "restore", copy, code=75)
        self.broker.stop()
        self.assertIn("5 events, generation 2", self.govwire("store", "restore", copy))
        self.assertIn("5 events", self.govwire("store", "verify"))
        self.broker.start()
        # The consumer's cursor is of another generation: it is told, not skipped over.
        stale = self.keep(Consumer(self.broker, store_id=store_id, generation=1, **{"from": 9}))
        self.assertEqual(stale.expect("Refuse").code, wire.REFUSE_BAD_CURSOR)
        # The agent's outbox has gone on; what it sends next is taken, and what it saw again is known or new.
        agent.reconnect()
        self.assertEqual((agent.welcome.generation, agent.welcome.acked_msgno), (2, 0))
        agent.publish(article(6))
        agent.publish(article(3))
        agent.settle()
        self.assertEqual(self.consumer().collect(6), [1, 2, 3, 4, 5, 6])

    def test_damage_is_found_and_ends_the_broker(self):
        agent = self.agent()
        for i in range(300):
            agent.publish(article(i, body="x" * 2000))
            if i % 100 == 99:
                agent.settle()
        self.broker.stop()
        store = os.path.join(self.broker.dir, "state", "store.db")
        self.assertIn("300 events", self.govwire("store", "verify"))
        size = os.path.getsize(store)
        with open(store, "r+b") as damaged:
            damaged.seek(size // 2)
            damaged.write(os.urandom(size // 4))
        self.assertIn("fault", self.govwire("store", "verify", code=65))
        self.broker.start()
        try:
            consumer = self.keep(Consumer(self.broker))
            while consumer.hear(5) is not None:
                pass
        except (RuntimeError, ValueError):
            pass  # it may end before it listens
        self.assertEqual(self.broker.process.wait(timeout=STEP_S), 65)
        self.broker.log.close()

    def test_a_full_disk_is_waited_out(self):
        """Nothing is acknowledged that is not stored, and room is all it needs to go on."""
        self.broker.endpoint("consumers")
        self.broker.kill()
        state = os.path.join(self.broker.dir, "state")
        shutil.rmtree(state, ignore_errors=True)
        os.makedirs(state)
        if os.geteuid() != 0 or not Mount.works(state):
            self.skipTest("mounting a small file system needs root")
        mount = self.keep(Mount(state, "6m"))
        self.broker.start()
        agent = self.agent()
        for i in range(200):
            agent.publish(article(i, body=f"{i} " + "x" * 100000))
        pongs = 0
        while pongs < 10:  # until ten heartbeats brought no ACK
            agent.say(wire.Ping(nonce=1))
            kind = agent.take(agent.hear())
            pongs = pongs + 1 if kind == "Pong" else 0
            if kind == "Pong":
                time.sleep(0.3)  # the pace of the heartbeat; the store tries again each second
        self.assertTrue(agent.outbox)
        acked = 200 - len(agent.outbox)
        self.assertEqual(status(self.broker).policy_seq, acked)
        mount.resize("200m")
        agent.settle()
        self.assertEqual(self.consumer().collect(200), list(range(1, 201)))
        self.broker.stop()
        self.assertIn("events", self.govwire("store", "verify"))

    def test_the_index_is_made_anew(self):
        agent = self.agent()
        agent.publish(article(1, body="智能制造"))
        agent.settle()
        while status(self.broker).index_lag:
            pass
        self.broker.stop()
        index = os.path.join(self.broker.dir, "state", "index.db")
        self.assertIn("1 events", self.govwire("store", "reindex"))
        self.assertEqual(len(self.lines("search", "智能", "--json")), 1)
        with open(index, "wb") as damaged:
            damaged.write(os.urandom(50000))
        self.assertEqual(len(self.lines("search", "智能", "--json")), 1)
        self.broker.start()
        while status(self.broker).index_lag:
            pass
        self.assertEqual(len(self.lines("search", "智能", "--json")), 1)

    def test_retention_makes_a_gap(self):
        agent = self.agent()
        for i in range(3):
            agent.publish(article(i))
        agent.settle()
        self.broker.stop()
        with open(os.path.join(self.broker.dir, "govwire.yaml"), "w", encoding="utf-8") as settings:
            settings.write("store: {retention: 1d}\n")
        store = os.path.join(self.broker.dir, "state", "store.db")
        change_store(store, "UPDATE policy_events SET stored_ms = stored_ms - 2 * 86400000")
        self.broker.start()
        while self.govwire("event", "export"):
            time.sleep(0.1)  # it looks a second after its start
        agent.reconnect()
        agent.publish(article(7))
        agent.settle()
        consumer = self.consumer()
        gap = consumer.expect("Gap")
        self.assertEqual((getattr(gap, "from"), gap.to), (1, 3))
        self.assertEqual(consumer.collect(1), [4])


class Life(BrokerTest):
    def test_one_broker_per_directory_and_a_clean_end(self):
        self.broker.endpoint("consumers")
        status(self.broker)
        second = subprocess.run([os.path.join(BIN, "govwire-broker"), "--dir", self.broker.dir], timeout=STEP_S,
                                env=dict(os.environ, XDG_RUNTIME_DIR=self.broker.run), stderr=subprocess.PIPE)
        self.assertEqual(second.returncode, 75)
        agent = self.agent()
        self.assertEqual(self.broker.stop(), 0)
        self.assertEqual(agent.expect("Refuse").code, wire.REFUSE_STOPPING)

    def test_status_shows_agents_and_sequences(self):
        agent = self.agent()
        agent.publish(article(1))
        agent.settle()
        report = wire.Report(hosts=1, collectors=2, outbox=3, idle=True)
        report.sources.add(source_id="town", rows=5)
        agent.say(report)
        agent.say(wire.Ping(nonce=1))
        while type(agent.hear()).__name__ != "Pong":
            pass
        answer = status(self.broker)
        self.assertEqual((answer.policy_seq, answer.generation), (1, 1))
        self.assertEqual([(a.node, a.connected, a.report.outbox) for a in answer.agents], [("node", True, 3)])
        self.assertEqual([s.rows for s in answer.sources], [5])
        counters = {c.name: c.value for c in answer.counters}
        self.assertEqual(counters["intake_stored"], 1)

    def test_a_newer_store_is_left_alone(self):
        self.agent()
        self.broker.stop()
        store = os.path.join(self.broker.dir, "state", "store.db")
        change_store(store, "PRAGMA user_version = 999")
        self.broker.start()
        self.assertEqual(self.broker.process.wait(timeout=STEP_S), 65)
        self.broker.log.close()

    def test_killed_at_random_moments_nothing_is_lost_or_doubled(self):
        """Articles are published while the broker dies again and again, most often between a PUBLISH and its ACK."""
        articles, kills = 400, 12
        print(f"seed {SEED}", flush=True)
        agent = self.agent()
        agent.publish(rows_of([page(i) for i in range(articles)]))
        agent.settle()
        consumer = self.consumer(name="watcher")
        heard = []
        published = 0
        while published < articles or agent.outbox:
            for _ in range(random.randrange(1, 60)):
                if published < articles and len(agent.outbox) < 200:
                    agent.publish(article(published))
                    published += 1
            for _ in range(random.randrange(0, 40)):
                message = agent.hear(0.001)
                if message is not None:
                    agent.take(message)
            while (message := consumer.hear(0)) is not None:
                if type(message).__name__ == "Deliver":
                    heard.append(message.seq)
                    consumer.say(wire.Cack(seq=message.seq))
            if kills and random.random() < 0.4:
                kills -= 1
                self.broker.kill()
                self.broker.start()
                agent.reconnect()
                consumer.close()
                self.open.remove(consumer)
                consumer = self.consumer(name="watcher", **{"from": 0})
            elif published == articles:
                agent.settle()
        replay = self.consumer()
        self.assertEqual(replay.collect(articles), list(range(1, articles + 1)))
        urls = [event.subject for _, event in replay.events]
        self.assertEqual(sorted(urls), sorted(canonical(page(i)) for i in range(articles)))
        self.assertEqual({event.type for _, event in replay.events}, {"published"})
        # The durable one may have heard the last few before a kill twice, but misses none and never goes back further.
        while len(set(heard)) < articles:
            message = consumer.hear()
            if type(message).__name__ == "Deliver":
                heard.append(message.seq)
                consumer.say(wire.Cack(seq=message.seq))
        self.assertEqual(sorted(set(heard)), list(range(1, articles + 1)))
        second = self.consumer()
        self.assertEqual(second.collect(articles), list(range(1, articles + 1)))
        digest = [hashlib.sha256(e.SerializeToString()).digest() for _, e in replay.events]
        self.assertEqual(digest, [hashlib.sha256(e.SerializeToString()).digest() for _, e in second.events])


if __name__ == "__main__":
    unittest.main(verbosity=2)
