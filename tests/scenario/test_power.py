# SPDX-License-Identifier: Apache-2.0
"""Power cuts: what was acknowledged is in the store that comes up from the disk as it was.

    test_power.py [--cuts N]

What is simulated: the store lies on an ext4 of its own, on a loop device whose file stands for the disk. At a random moment
under load the broker is stopped (SIGSTOP) and that file is copied: everything an fsync promised is in it, and of what was
written but not synced whatever the kernel happened to have written back. The copy is then mounted (the journal is replayed)
and opened. Not simulated: a disk that loses what it said to have flushed, or tears a sector.
"""
import os
import random
import shutil
import signal
import subprocess
import threading
import time

from kit import wire
from kit.fleet import argument, say
from kit.peers import Agent, Broker, article, rows_of
from kit.run import Skip, check, main, same, seed, step, until

IMAGE_MIB = 400


def run(*command):
    return subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Disk:
    """An ext4 in a file. The file lies in memory: its own fsync costs nothing, and it is the disk."""

    def __init__(self, home):
        shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(home.path)
        self.image = f"{shm}/govwire-power-{os.getpid()}.img"
        self.mounted = home.path / "disk"
        self.mounted.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(IMAGE_MIB << 20)
        for command in (("mkfs.ext4", "-q", self.image), ("mount", "-o", "loop", self.image, self.mounted)):
            try:
                done = run(*command)
            except FileNotFoundError as missing:
                self.close()
                raise Skip(f"{missing.filename} is not installed") from None
            if done.returncode:
                self.close()
                raise Skip(f"no loop mounts here ({done.stderr.strip()})")

    def copy(self, path):
        shutil.copyfile(self.image, path)

    def close(self):
        run("umount", "-l", self.mounted)
        os.unlink(self.image)


class Load(threading.Thread):
    """An agent that publishes for ever. What it had the acknowledgement of at a moment is `acked`."""

    def __init__(self, broker, incarnation):
        super().__init__(daemon=True)
        self.agent = Agent(broker, incarnation=incarnation)
        self.agent.connect()
        self.over = False
        self.error = None
        self.number = 0

    def run(self):
        try:
            while not self.over:
                while len(self.agent.outbox) < 100:
                    self.number += 1
                    self.agent.publish(article(self.number, body=f"Text of {self.number}.\n" * 100))
                message = self.agent.hear(0.05)
                if message is not None:
                    self.agent.take(message)
        except Exception as error:  # told by the main thread
            self.error = error


def inspect(home, image, acked):
    """The store on that copy: sound, and with everything up to `acked`. How many messages and events it has."""
    place = home.path / "after"
    place.mkdir(exist_ok=True)
    done = run("mount", "-o", "loop", image, place)
    check(done.returncode == 0, f"the copy does not mount: {done.stderr}")
    try:
        home.govwire("store", "verify", "--dir", place / "D")
        count = run("sqlite3", place / "D" / "state" / "store.db", "SELECT max(acked_msgno), (SELECT count(*) FROM policy_events) FROM agents")
        check(count.returncode == 0, f"sqlite3: {count.stderr}")
        messages, events = map(int, count.stdout.split("|"))
        check(messages >= acked, f"message {acked} was acknowledged, the store knows of {messages}")
        check(events >= acked - 1, f"{acked - 1} documents were acknowledged, the store has {events} events")  # the first was a list
        return messages, events
    finally:
        run("umount", place)


def test_power(home):
    """Ten cuts under load: nothing acknowledged is missing, the store is sound."""
    if os.geteuid() != 0:
        raise Skip("mounting needs root")
    if not shutil.which("sqlite3"):
        raise Skip("sqlite3 is not installed")
    chance = random.Random(seed())
    disk = Disk(home)
    broker = Broker()
    try:
        shutil.rmtree(broker.dir)
        broker.dir = str(disk.mounted / "D")
        os.makedirs(os.path.join(broker.dir, "sources.d"))
        broker.write_source("town", "id: town\nurl: http://town.example/list\n")
        broker.start()
        load = Load(broker, chance.randbytes(16))
        load.agent.publish(rows_of([]))
        load.agent.settle()
        load.start()
        for cut in range(argument("--cuts", 10)):
            with step(f"cut {cut + 1}"):
                moment = chance.random() * 0.4
                time.sleep(moment)
                before = load.agent.acked
                until(lambda: load.error or load.agent.acked > before)
                check(load.error is None, f"the load ended: {load.error!r}")
                acked = load.agent.acked
                broker.process.send_signal(signal.SIGSTOP)
                acked = max(acked, load.agent.acked)
                disk.copy(home.path / "copy.img")
                acked = max(acked, load.agent.acked)  # what it had said before it stood still
                messages, events = inspect(home, home.path / "copy.img", acked)
                broker.process.send_signal(signal.SIGCONT)
                say(f"acknowledged {acked}, found {messages} messages and {events} events")
        load.over = True
        load.join()
        same(load.error, None, "what ended the load")
    finally:
        broker.close()
        disk.close()


main(__name__)
