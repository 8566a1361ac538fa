# SPDX-License-Identifier: Apache-2.0
"""Redis and PostgreSQL to be measured beside us: started in a folder of their own, measured with their own tools
(redis-benchmark, pgbench), stopped by pid. Their settings are those of somebody who wants to lose nothing."""
import csv
import glob
import io
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time

PAYLOADS = 64  # different ones, so that nothing is gained by their being alike


def payload(size):
    return secrets.token_hex(size // 2)


def wait_for(path, process):
    for _ in range(600):
        if os.path.exists(path):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} did not start")


class Redis:
    """Streams, with an fsync before each answer."""

    name = "Redis Streams, appendfsync always"

    @staticmethod
    def missing():
        return None if shutil.which("redis-server") and shutil.which("redis-benchmark") else "redis-server is not installed"

    def __init__(self, folder, size):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redis-", dir=folder))
        self.socket = str(self.folder / "s")
        self.payload = payload(size).encode()
        command = ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", str(self.folder), "--save", "",
                   "--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self.socket, self.process)

    def add(self, clients, pipeline, count):
        """(events/s, p50 ms, p99 ms) of XADD."""
        done = subprocess.run(["redis-benchmark", "-s", self.socket, "-c", str(clients), "-P", str(pipeline), "-n", str(count),
                               "-x", "--csv", "XADD", "stream", "*", "event"],
                              input=self.payload, stdout=subprocess.PIPE, check=True, timeout=300)
        row = list(csv.reader(io.StringIO(done.stdout.decode())))[-1]
        return float(row[1]), float(row[4]), float(row[6])

    def close(self):
        self.process.terminate()
        self.process.wait()


class Postgres:
    """One row per transaction, synchronous_commit on."""

    name = "PostgreSQL, single inserts"

    @staticmethod
    def programs():
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        return os.path.dirname(found[-1]) if found else None

    @classmethod
    def missing(cls):
        if not cls.programs() or not shutil.which("pgbench"):
            return "postgresql is not installed"
        if os.geteuid() == 0 and not any(u.pw_name == "postgres" for u in pwd.getpwall()):
            return "postgresql does not run as root, and there is no user postgres"
        return None

    def __init__(self, folder, size):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pg-", dir=folder))
        self.user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, "postgres")
        programs, data = self.programs(), str(self.folder / "data")
        # pg_hba "trust" is for this folder's own socket; it listens nowhere else.
        self.run([f"{programs}/initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"])
        command = [f"{programs}/postgres", "-D", data, "-k", str(self.folder), "-c", "listen_addresses=",
                   "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "wb"), cwd=self.folder, **self.user)
        wait_for(self.folder / ".s.PGSQL.5432", self.process)
        for _ in range(100):
            if subprocess.run(self.psql("SELECT 1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.1)
        self.run(self.psql("CREATE TABLE events (seq bigserial PRIMARY KEY, id uuid NOT NULL UNIQUE, event bytea NOT NULL);"
                          " ALTER TABLE events ALTER event SET STORAGE EXTERNAL"))
        self.scripts = []
        for i in range(PAYLOADS):
            script = self.folder / f"insert{i}.sql"
            script.write_text(f"INSERT INTO events (id, event) VALUES (gen_random_uuid(), '\\x{payload(2 * size)}'::bytea);\n")
            self.scripts += ["-f", str(script)]

    def run(self, command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self.user)

    def psql(self, sql):
        return ["psql", "-h", str(self.folder), "-U", "bench", "-d", "postgres", "-qc", sql]

    def insert(self, clients, seconds, rate=None):
        """(events/s, p50 ms, p99 ms); with a rate the delay counts from when each was due."""
        for old in self.folder.glob("times*"):
            old.unlink()
        command = ["pgbench", "-h", str(self.folder), "-U", "bench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
                   "-l", "--log-prefix", str(self.folder / "times"), *self.scripts, *(["-R", str(rate)] if rate else []), "postgres"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
        times = sorted(int(line.split()[2]) for path in self.folder.glob("times*") for line in path.read_text().splitlines())
        return len(times) / seconds, times[len(times) // 2] / 1e3, times[len(times) * 99 // 100] / 1e3

    def close(self):
        self.process.terminate()
        self.process.wait()
