# SPDX-License-Identifier: Apache-2.0
"""Time that stands still, and time that jumps: nothing is lost, and all goes on without help.

    test_time.py [test_stopped_broker | test_stopped_agent | test_clock_jumps] [--seconds S]
"""
import os
import pathlib
import signal
import struct
import time

from kit.fleet import STALL_S, Fleet, Sites, argument, say
from kit.run import Skip, check, main, step, until

DOCUMENTS, SITES = 120, 3
JUMPING = 420  # documents; more than the sites run ahead between two jumps
DAYS_2 = 2 * 24 * 3600
LEASE_S = 15


def stopped(home, seconds, whom):
    """The fleet's way with one of it standing still for so long in the middle."""
    sites = Sites(home, DOCUMENTS, SITES)
    fleet = Fleet(home, agents=2, collectors=1)
    try:
        with step("the agents are there", STALL_S):
            until(fleet.connected, 0.1)
        sites.announce()
        with step("a part is collected", STALL_S):
            sites.reach(DOCUMENTS // 3)
        victim = whom(fleet)
        with step(f"process {victim} stands still for {seconds} s", seconds + STALL_S):
            os.kill(victim, signal.SIGSTOP)
            sites.let_all()
            time.sleep(seconds)  # this is what is tested
            os.kill(victim, signal.SIGCONT)
        fleet.finish(DOCUMENTS)
    finally:
        fleet.close()


def test_stopped_broker(home):
    """The broker stands still: the links go down, what was seen waits in the outboxes."""
    stopped(home, argument("--seconds", 25), lambda fleet: fleet.broker.pid)


def test_stopped_agent(home):
    """An agent stands still for longer than its leases: another takes its hosts, and what it says later is late."""
    stopped(home, argument("--seconds", LEASE_S + 3), lambda fleet: fleet.agents[0].pid)


def test_clock_jumps(home):
    """The wall clock of all jumps two days ahead, back, two days behind and back, while they work."""
    library = pathlib.Path(os.environ["GOVWIRE_BIN"]).parent / "tests" / "libclock_jump.so"
    if not library.exists():
        raise Skip(f"{library} is not built (it is not, with sanitizers)")
    shared = home.path / "jump"
    shared.write_bytes(struct.pack("q", 0))
    env = {"LD_PRELOAD": str(library.resolve()), "GOVWIRE_CLOCK_JUMP": str(shared)}
    sites = Sites(home, JUMPING, SITES)
    fleet = Fleet(home, agents=2, collectors=1, env=env)
    try:
        with step("the agents are there", STALL_S):
            until(fleet.connected, 0.1)
        sites.announce()
        with open(shared, "r+b", buffering=0) as jump:
            for i, seconds in enumerate((0, DAYS_2, 0, -DAYS_2, 0, DAYS_2)):
                with step(f"it jumps to {seconds:+d} s, and work goes on", STALL_S):
                    jump.seek(0)
                    jump.write(struct.pack("q", seconds))
                    sites.let((i + 1) * JUMPING // 7)
                    until(lambda: (s := fleet.status()) and s.policy_seq >= (i + 1) * JUMPING // 7, 0.05)
        sites.let_all()
        fleet.finish(JUMPING)
        with step("its clock did jump"):
            stored = [event["time"] for event in home.events()]
            ahead = sum(moment > time.strftime("%Y-%m-%d", time.gmtime(time.time() + DAYS_2 / 2)) for moment in stored)
            behind = sum(moment < time.strftime("%Y-%m-%d", time.gmtime(time.time() - DAYS_2 / 2)) for moment in stored)
            say(f"{ahead} events were stored two days ahead, {behind} two days behind")
            check(ahead and behind, "no event was stored under another time")
    finally:
        fleet.close()


main(__name__)
