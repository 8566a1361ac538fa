# SPDX-License-Identifier: Apache-2.0
"""Many machines, many deaths: three agents of two collectors each, two durable consumers, and whoever is killed, whenever.

    test_fleet.py [--documents N] [--kills K] [--seed S]
"""
import collections
import random
import time

from kit.fleet import STALL_S, Fleet, Sites, argument, say
from kit.run import main, seed, step, until

SITES = 6


def test_fleet(home):
    """Documents through 3 agents x 2 collectors to 2 durable consumers, under kill -9 of anyone at random moments."""
    documents, kills = argument("--documents", 1000), argument("--kills", 20)
    chance = random.Random(seed())
    sites = Sites(home, documents, SITES)
    moments = sorted(chance.sample(range(1, documents * 95 // 100), kills))
    fleet = Fleet(home)
    began = time.monotonic()
    try:
        with step("the agents are there", STALL_S):
            until(fleet.connected, 0.1)
        sites.announce()
        killed = collections.Counter()
        for moment in moments:
            with step(f"at request {moment}", STALL_S):
                sites.reach(moment)
                role = fleet.kill_one(chance)
            killed[role] += 1
            say(f"kill -9 {role}")
        sites.let_all()
        say("killed: " + ", ".join(f"{n} x {role}" for role, n in sorted(killed.items())))
        fleet.finish(documents, STALL_S + documents // 10)
        say(f"{documents} documents, {kills} kills, {sites.served()} requests, {time.monotonic() - began:.0f} s")
    finally:
        fleet.close()


main(__name__)
