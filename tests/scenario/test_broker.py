# SPDX-License-Identifier: Apache-2.0
"""The broker as its peers know it: link, sources and streams."""
import os
import unittest

from kit import wire
from kit.peers import LIST, HOST, page, canonical, Peer, Agent, observation, rows_of, article, Consumer, status, BrokerTest


class Link(BrokerTest):
    def test_a_list_becomes_targets_before_its_ack(self):
        agent = self.agent()
        self.assertEqual([s.source.id for s in agent.sources], ["town"])
        agent.publish(rows_of([page(i) for i in range(50)] + ["http://other.example/1"]))
        agent.settle()
        # All rows were told before the ACK, also the one on a host that nobody held: it was granted with it.
        self.assertEqual(len(agent.targets), 51)
        self.assertEqual(agent.epochs["other.example:443"], 1)
        self.assertEqual(agent.targets["https://other.example/1"].row.url, "http://other.example/1")

    def test_what_is_known_comes_with_the_lease(self):
        agent = self.agent()
        agent.publish(rows_of([page(i) for i in range(2000)]))
        agent.settle()
        seen = article(7)
        seen.target.etag = '"v"'
        agent.publish(seen)
        agent.settle()
        agent.targets.clear()
        agent.reconnect()
        self.assertEqual(len(agent.targets), 2001)  # with the list's own
        self.assertEqual(agent.targets[canonical(page(7))].etag, '"v"')
        self.assertEqual(agent.epochs[HOST], 2)  # the same holder, the next epoch

    def test_a_lease_has_one_holder(self):
        first, second = self.agent(node="first"), self.keep(Agent(self.broker, node="second"))
        second.hello()
        second.expect("Welcome")
        while not second.expect("SourceDef").last:
            pass
        second.say(wire.LeaseReq(capacity=100, hosts=[HOST]))
        second.say(wire.Ping(nonce=1))
        self.assertEqual(type(second.hear()).__name__, "Pong")  # no grant came before it
        first.say(wire.Renew(held=[wire.HostEpoch(host=HOST, epoch=1), wire.HostEpoch(host="x:1", epoch=1)]))
        self.assertEqual(first.expect("Grant").epoch, 1)
        self.assertEqual(first.expect("Revoke").held.host, "x:1")
        first.say(wire.Bye())
        self.assertEqual(second.expect("Grant").epoch, 2)
        # What the first one still sends under its old epoch is kept aside.
        first.socket.close()
        Peer.__init__(first, self.broker.endpoint("agents"))
        first.hello(last_msgno=1)
        first.expect("Welcome")
        while not first.expect("SourceDef").last:
            pass
        msgno = first.publish(article(1), epoch=1)
        first.settle()
        self.assertEqual(first.nacks[msgno].code, "late")
        self.assertEqual(self.consumer().collect(1), [1])  # an unknown URL is published all the same

    def test_a_bad_message_is_a_dead_letter_and_the_next_is_taken(self):
        agent = self.agent()
        bad = article(1)
        bad.source_id = "nowhere"
        msgno = agent.publish(bad)
        agent.publish(article(2))
        agent.settle()
        self.assertEqual(agent.nacks[msgno].code, "dead")
        self.assertIn("nowhere", agent.nacks[msgno].reason)
        self.assertEqual(self.consumer().collect(1), [1])

    def test_repeats_are_taken_once(self):
        agent = self.agent()
        for i in range(5):
            agent.publish(article(i))
        agent.settle()
        agent.say(wire.Publish(msgno=3, host=HOST, epoch=1, observation=article(99)))
        agent.publish(article(5))
        agent.settle()
        self.assertEqual(self.consumer().collect(6), [1, 2, 3, 4, 5, 6])
        self.assertEqual(status(self.broker).policy_seq, 6)

    def refused(self, peer, code):
        while True:
            message = peer.hear()
            if type(message).__name__ == "Refuse":
                self.assertEqual(message.code, code, message.reason)
                return message

    def test_what_breaks_the_conversation_is_refused(self):
        agent = self.agent()
        agent.publish(article(1))
        agent.last += 1  # a message is missing
        agent.publish(article(2))
        self.refused(agent, wire.REFUSE_BAD_FRAME)
        agent.last, agent.outbox = 1, {}
        agent.reconnect()
        agent.say(wire.Publish(msgno=100000, host=HOST, epoch=1, observation=article(1)))
        self.refused(agent, wire.REFUSE_BAD_FRAME)
        agent.reconnect()
        agent.say(wire.Welcome(version=1, session=b"0" * 16, store_id="x", heartbeat_ms=1))
        self.refused(agent, wire.REFUSE_BAD_FRAME)
        stranger = self.keep(Agent(self.broker))
        stranger.publish(article(1))
        self.refused(stranger, wire.REFUSE_BUSY)
        stranger.hello(version_min=7, version_max=9)
        self.refused(stranger, wire.REFUSE_VERSION)
        frame = bytearray(wire.pack(wire.Ping(nonce=1)))
        frame[-1] ^= 1
        for garbage in (b"", b"x", b"\x10\x01\0\0\0\0\0\0\0\0", os.urandom(500), bytes(frame)):
            stranger = self.keep(Agent(self.broker))
            stranger.socket.send(garbage)
            self.refused(stranger, wire.REFUSE_BAD_FRAME)
        stranger.hello()
        self.assertIsNone(stranger.hear(0.2), "a connection that was refused was read again")
        agent.reconnect()  # honest ones are served

    def test_an_outbox_that_lost_its_end_is_refused(self):
        agent = self.agent()
        for i in range(3):
            agent.publish(article(i))
        agent.settle()
        agent.last = 2
        again = self.keep(Agent(self.broker, incarnation=agent.incarnation))
        again.last = 2
        again.hello()
        self.refused(again, wire.REFUSE_BEGIN_ANEW)

    def test_a_newer_session_takes_over(self):
        agent = self.agent()
        again = self.keep(Agent(self.broker, incarnation=agent.incarnation)).connect()
        self.refused(agent, wire.REFUSE_DUPLICATE)
        again.publish(article(1))
        again.settle()

    def test_an_unknown_outbox_may_begin_anywhere(self):
        agent = self.keep(Agent(self.broker))
        agent.last = 56
        agent.connect()
        agent.publish(article(1))
        agent.settle()
        self.assertEqual(agent.acked, 57)

    def test_a_dead_agents_hosts_become_free(self):
        dead = self.agent()
        dead.close()
        heir = self.keep(Agent(self.broker, node="heir"))
        heir.hello()
        heir.expect("Welcome")
        while not heir.expect("SourceDef").last:
            pass
        heir.say(wire.LeaseReq(capacity=100))
        message = None
        while type(message).__name__ not in ("Grant", "Refuse"):
            if message is None:
                heir.say(wire.Ping(nonce=1))
            message = heir.hear(1)
        self.assertEqual(message.epoch, 2)

    def test_the_window_moves_on(self):
        agent = self.agent()
        for i in range(3 * agent.welcome.credit_messages):
            agent.publish(article(i))
            if i % 100 == 99:
                agent.settle()
        agent.settle()


class Sources(BrokerTest):
    def test_files_are_watched(self):
        agent = self.agent()
        self.broker.write_source("city", "id: city\nurl: http://city.example/\n")
        news = agent.expect("SourceDef")
        self.assertEqual((news.source.id, news.removed, news.last), ("city", False, False))
        grant = agent.expect("Grant")  # its host was free
        self.assertEqual(grant.host, "city.example:443")
        self.assertTrue(agent.expect("TargetDef").last)
        os.unlink(os.path.join(self.broker.dir, "sources.d", "city.yaml"))
        gone = agent.expect("SourceDef")
        self.assertEqual((gone.source.id, gone.removed), ("city", True))

    def test_a_broken_file_keeps_its_last_good_version(self):
        agent = self.agent()
        consumer = self.consumer(stream=wire.STREAM_SOURCE)
        self.broker.write_source("town", "id: town\nurl: [nonsense\n")
        consumer.collect(1)
        event = consumer.events[0][1]
        self.assertEqual((event.source_id, event.type, event.source_change.reason), ("town", "degraded", "definition"))
        self.assertIn("town.yaml:", event.source_change.detail)
        agent.publish(article(1))  # it is still known
        agent.settle()
        self.assertEqual(self.consumer().collect(1), [1])
        self.broker.kill()  # and still after a restart with the broken file; the event comes once
        self.broker.start()
        agent.reconnect()
        self.assertEqual([s.source.id for s in agent.sources], ["town"])
        self.broker.write_source("town", f"id: town\nurl: {LIST}\npoll: 1h\n")
        self.assertEqual(agent.expect("SourceDef").source.poll_ms, 3600000)
        consumer = self.consumer(stream=wire.STREAM_SOURCE)
        consumer.collect(2)
        self.assertEqual([e.type for _, e in consumer.events], ["degraded", "ok"])


class Stream(BrokerTest):
    def publish_many(self, n, agent=None, **fields):
        agent = agent or self.agent()
        for i in range(n):
            agent.publish(article(i, **fields))
            if i % 100 == 99:
                agent.settle()
        agent.settle()
        return agent

    def test_replay_goes_over_into_live(self):
        agent = self.publish_many(300)
        consumer = self.consumer()
        self.assertEqual((consumer.subscribed.last, getattr(consumer.subscribed, "from")), (300, 1))
        self.assertEqual(consumer.collect(300), list(range(1, 301)))
        self.assertEqual(consumer.expect("CaughtUp").seq, 300)
        agent.publish(article(1000))
        agent.settle()
        self.assertEqual(consumer.collect(301)[-1], 301)
        self.assertEqual(consumer.events[-1][1].document.title, "Notice 1000")

    def test_without_a_cursor_it_is_from_now(self):
        agent = self.publish_many(3)
        consumer = self.consumer(**{"from": 0})
        agent.publish(article(9))
        agent.settle()
        self.assertEqual(consumer.collect(1), [4])

    def test_credit_bounds_what_is_on_its_way(self):
        self.publish_many(300)
        consumer = self.consumer(credit=7)
        consumer.collect(7, cack=False)
        self.assertIsNone(consumer.hear(0.5))
        consumer.say(wire.Cack(seq=3))
        self.assertEqual(consumer.collect(10, cack=False), list(range(1, 11)))
        self.assertIsNone(consumer.hear(0.5))
        consumer.say(wire.Cack(seq=10, credit=100))
        consumer.collect(110, cack=False)
        self.assertIsNone(consumer.hear(0.5))
        self.assertEqual(consumer.collect(110), list(range(1, 111)))

    def test_a_filter_skips_and_marks(self):
        agent = self.publish_many(50)
        consumer = self.consumer(filter='title:"Notice 17" OR title:"Notice 31"')
        self.assertEqual(consumer.collect(2), [18, 32])
        self.assertEqual(consumer.expect("CaughtUp").seq, 50)
        self.assertEqual(consumer.expect("Mark").seq, 50)
        agent.publish(article(60))
        agent.settle()
        self.assertEqual(consumer.expect("Mark").seq, 51)

    def test_a_name_keeps_its_position(self):
        self.publish_many(20)
        consumer = self.consumer(name="paper", filter="notice")
        consumer.collect(20)
        consumer.say(wire.Ping(nonce=1))
        while type(consumer.hear()).__name__ != "Pong":  # then it has heard the last CACK, too
            pass
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        again = self.consumer(name="paper", filter="notice", **{"from": 0})
        self.assertEqual(getattr(again.subscribed, "from"), 21)
        newer = self.consumer(name="paper", filter="notice", **{"from": 0})
        self.assertEqual(again.expect("CaughtUp").seq, 20)
        self.assertEqual(again.expect("Refuse").code, wire.REFUSE_DUPLICATE)
        newer.say(wire.Bye())
        changed = self.keep(Consumer(self.broker, name="paper", filter="other", **{"from": 0}))
        self.assertEqual(changed.expect("Refuse").code, wire.REFUSE_BAD_FILTER)
        self.consumer(name="paper", filter="other", **{"from": 5})

    def test_wrong_subscriptions_are_refused(self):
        for code, fields in ((wire.REFUSE_BAD_FILTER, {"filter": "nofield:x"}), (wire.REFUSE_BAD_CURSOR, {"from": 5}),
                             (wire.REFUSE_BAD_CURSOR, {"store_id": "another", "generation": 1}),
                             (wire.REFUSE_BAD_FRAME, {"stream": 9}),
                             (wire.REFUSE_VERSION, {"version_min": 5, "version_max": 6})):
            fields = dict({"version_min": 1, "version_max": 1}, **fields)
            peer = self.keep(Peer(self.broker.endpoint("consumers")))
            peer.say(wire.Subscribe(**dict({"stream": wire.STREAM_POLICY}, **fields)))
            refusal = peer.expect("Refuse")
            self.assertEqual(refusal.code, code, refusal.reason)
        consumer = self.consumer()
        consumer.say(wire.Cack(seq=77))
        while True:
            message = consumer.hear()
            if type(message).__name__ == "Refuse":
                self.assertEqual(message.code, wire.REFUSE_BAD_FRAME)
                break

    def test_a_stopped_consumer_stops_nobody(self):
        agent = self.agent()
        stopped, reader = self.consumer(), self.consumer()
        self.publish_many(1500, agent, body="x" * 3000)
        self.assertEqual(reader.collect(1500), list(range(1, 1501)))
        self.assertEqual(stopped.collect(1500), list(range(1, 1501)))  # it comes back, and nothing is missing


if __name__ == "__main__":
    unittest.main(verbosity=2)
