# SPDX-License-Identifier: Apache-2.0
"""Several agents and consumers at one broker: who gets what, and what was promised when."""
import unittest

from kit import wire
from kit.peers import Agent, Broker, BrokerTest, article

SITES = 6


def site(i):
    return f"site{i}.example:443"


class Shares(BrokerTest):
    def setUp(self):
        super().setUp()
        self.broker.close()
        self.open.remove(self.broker)
        sources = "".join(f"- {{id: site{i}, url: 'http://site{i}.example/list'}}\n" for i in range(SITES))
        self.broker = self.keep(Broker(sources)).start()

    def welcomed(self, agent):
        agent.hello()
        agent.expect("Welcome")
        while not agent.expect("SourceDef").last:
            pass
        return agent

    def granted(self, agents, wanted):
        """Until all hosts are held by somebody; how many each holds."""
        held = {agent: set() for agent in agents}
        while sum(map(len, held.values())) < wanted:
            for agent in agents:
                message = agent.hear(0.05)
                if type(message).__name__ == "Grant":
                    held[agent].add(message.host)
        return [len(held[agent]) for agent in agents]

    def test_whoever_asks_first_leaves_the_others_their_share(self):
        agents = [self.welcomed(self.keep(Agent(self.broker))) for _ in range(3)]
        for agent in agents:
            agent.say(wire.LeaseReq(capacity=100, hosts=[site(i) for i in range(SITES)]))
        self.assertEqual(self.granted(agents, SITES), [2, 2, 2])

    def test_one_agent_has_them_all_at_once(self):
        agent = self.welcomed(self.keep(Agent(self.broker)))
        agent.say(wire.LeaseReq(capacity=100, hosts=[site(i) for i in range(SITES)]))
        self.assertEqual(self.granted([agent], SITES), [SITES])

    def test_what_nobody_may_take_by_its_share_is_given_away_too(self):
        few, many = (self.welcomed(self.keep(Agent(self.broker))) for _ in range(2))
        few.say(wire.LeaseReq(capacity=1, hosts=[site(0)]))
        many.say(wire.LeaseReq(capacity=100, hosts=[site(i) for i in range(1, SITES)]))
        self.assertEqual(self.granted([few, many], SITES), [1, SITES - 1])


class Names(BrokerTest):
    def test_a_name_that_was_told_so_is_kept(self):
        """SUBSCRIBED, and the broker dies at once: the name alone must lead back to where it began."""
        agent = self.agent()
        agent.publish(article(1))  # so that "from now" is another place
        agent.settle()
        for i in range(5):
            consumer = self.consumer(name=f"reader-{i}", **{"from": 1})
            self.broker.kill()
            consumer.close()
            self.open.remove(consumer)
            self.broker.start()
            again = self.consumer(name=f"reader-{i}", **{"from": 0})
            self.assertEqual(again.collect(1), [1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
