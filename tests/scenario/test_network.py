# SPDX-License-Identifier: Apache-2.0
"""A bad line between an agent and its broker: packets lost, and no line at all for a while. Over TCP with CURVE, as machines
are joined.

    test_network.py [test_loss | test_partition] [--seconds S]

The broker and the agent each have a network namespace of their own, joined by a pair of virtual interfaces. Lost packets are
dropped at random as they come in, on both sides (nftables).
"""
import ctypes
import os
import shutil
import subprocess
import threading
import time

from kit.fleet import STALL_S, Fleet, Sites, argument, say
from kit.run import Skip, check, main, step, until

DOCUMENTS, LOSSY = 60, 300
BROKER, AGENT = f"gw{os.getpid()}b", f"gw{os.getpid()}a"  # namespaces, and their interfaces
ADDRESS = {BROKER: "10.213.0.1", AGENT: "10.213.0.2"}
PORT = 7600  # in a network of its own
CLONE_NEWNET = 0x40000000


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Skip(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Network:
    def __init__(self):
        if os.geteuid() != 0:
            raise Skip("network namespaces need root")
        if not shutil.which("ip"):
            raise Skip("ip (iproute2) is not installed")
        try:
            for name in ADDRESS:
                run("ip", "netns", "add", name)
            run("ip", "link", "add", BROKER, "netns", BROKER, "type", "veth", "peer", "name", AGENT, "netns", AGENT)
            for name, address in ADDRESS.items():
                run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", name)
                run("ip", "-n", name, "link", "set", name, "up")
                run("ip", "-n", name, "link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    def lose(self, percent):
        if not shutil.which("nft"):
            raise Skip("nft (nftables) is not installed")
        for name in ADDRESS:
            run("ip", "netns", "exec", name, "nft", "-f", "-", stdin=f"""
table inet line {{
  chain incoming {{
    type filter hook prerouting priority 0
    iifname "{name}" numgen random mod 100 < {percent} counter drop
  }}
}}
""")

    def lost(self):
        text = run("ip", "netns", "exec", BROKER, "nft", "list", "chain", "inet", "line", "incoming")
        return int(text.split("packets ")[1].split()[0])

    def cut(self):
        run("ip", "-n", AGENT, "link", "set", AGENT, "down")

    def mend(self):
        run("ip", "-n", AGENT, "link", "set", AGENT, "up")

    @staticmethod
    def close():
        for name in ADDRESS:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)


def serve_inside(home):
    """As home.serve, at the agent's loopback: a socket stays in the namespace where it was made."""

    def serve(answer):
        made = []

        def make():
            with open(f"/run/netns/{AGENT}", encoding="ascii") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) == 0:
                    made.append(home.serve(answer))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if not made:
            raise Skip("setns is not allowed here")
        return made[0]

    return serve


def join(home):
    """A fleet of one agent elsewhere, with keys."""
    for name in (BROKER, AGENT):
        assert len(name) < 16  # of an interface
    key = home.path / "machine.key"
    home.govwire("key", "new", "machine", cwd=home.path)
    allowed = home.govwire("key", "allow", home.path / "machine.pub", "--role", "agent", "--dir", home.dir)
    with open(key, "a", encoding="utf-8") as file:
        file.write(allowed.out())
    return Fleet(home, agents=1, consumers=1,
                 prefix={"broker": ("ip", "netns", "exec", BROKER), "agent": ("ip", "netns", "exec", AGENT)},
                 options={"broker": ("--listen", f"tcp://{ADDRESS[BROKER]}:{PORT}"),
                          "agent": ("--broker", f"tcp://{ADDRESS[BROKER]}:{PORT}", "--key", key)})


def test_loss(home):
    """Three of ten packets are lost each way."""
    network = Network()
    fleet = None
    try:
        network.lose(30)
        sites = Sites(home, LOSSY, 2, serve_inside(home))
        sites.let_all()
        fleet = join(home)
        sites.announce()
        fleet.finish(LOSSY, 3 * STALL_S)
        lost = network.lost()
        say(f"{lost} packets to the broker were lost")
        check(lost > 20, "hardly any packet was lost")
    finally:
        if fleet:
            fleet.close()
        network.close()


def test_partition(home):
    """No line for longer than the leases last; what is seen meanwhile waits in the outbox, then fetching stops."""
    seconds = argument("--seconds", 20)
    network = Network()
    fleet = None
    try:
        sites = Sites(home, DOCUMENTS, 2, serve_inside(home))
        fleet = join(home)
        with step("the agent is there", STALL_S):
            until(fleet.connected, 0.1)
        sites.announce()
        with step("a part is collected", STALL_S):
            sites.reach(DOCUMENTS // 4)
        with step(f"no line for {seconds} s", seconds + STALL_S):
            network.cut()
            sites.let(DOCUMENTS // 2)
            time.sleep(seconds)  # this is what is tested
            network.mend()
        sites.let_all()
        fleet.finish(DOCUMENTS)
    finally:
        if fleet:
            fleet.close()
        network.close()


main(__name__)
