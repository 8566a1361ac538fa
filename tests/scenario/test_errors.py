#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every mistake a newcomer can make gets a message that says what to do, the right exit code, and loses nothing."""
import ctypes
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile

from kit.site import Site

BIN = pathlib.Path(os.environ["GOVWIRE_BIN"])
TMP = pathlib.Path(tempfile.mkdtemp(prefix="govwire-errors-"))
OK, FAILED, USAGE, NOTHING, DATA, UNAVAILABLE, CANTCREATE, IO, TEMPFAIL, CONFIG = 0, 1, 2, 3, 65, 69, 73, 74, 75, 78


def govwire(*words, program=BIN / "govwire", **more):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=120, **more)


def expect(run, code, *texts):
    """The exit code, and each text somewhere in what was printed."""
    said = run.stdout + run.stderr
    assert run.returncode == code, f"{run.args[1:]}: exit {run.returncode}, not {code}\n{said}"
    for text in texts:
        assert text in said, f"{run.args[1:]}: '{text}' was not said\n{said}"


def directory(name, source=None, settings=None):
    path = TMP / name
    (path / "sources.d").mkdir(parents=True)
    if source is not None:
        (path / "sources.d/town.yaml").write_text(source)
    if settings is not None:
        (path / "govwire.yaml").write_text(settings)
    return path


def events(path):
    run = govwire("event", "export", "--dir", path)
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def source(site, path="/en/news/", more=""):
    return f"id: town\nurl: {site.url(path)}\n{more}fetch: {{allow_private_networks: true, delay: 0s}}\n"


def wrong_key_has_a_place_and_a_suggestion(site):
    path = directory("key", "id: town\nurl: https://www.example.gov/news/\nlist:\n  itme: li\n")
    expect(govwire("check", "--dir", path), CONFIG, "town.yaml:4:3: list.itme: unknown key (did you mean item?)")
    expect(govwire("up", "--dir", path, "--once"), CONFIG, "town.yaml:4:3: list.itme")
    path = directory("settings", source(site), "log: {levle: warn}\n")
    expect(govwire("up", "--dir", path, "--once"), CONFIG, "govwire.yaml:1:7: log.levle", "did you mean level?", "nothing was started")


def wrong_table_of_bodies_is_named(site):
    path = directory("bodies", source(site))
    (path / "bodies.csv").write_text("name,canonical,level,region\nHarbour Trust,Riverton Harbour Trust,town,US-OH\n")
    expect(govwire("check", "--dir", path), CONFIG, "bodies.csv: row 1: the level is national")
    expect(govwire("extract", "--bodies", path / "bodies.csv", path), CONFIG, "bodies.csv: row 1: the level is national")
    expect(govwire("extract", "--bodies", path / "none.csv", path), CONFIG, "none.csv")


def server_beside_a_free_port():
    """The broker takes two ports in a row; only the first of these is to be taken."""
    while True:
        taken = socket.create_server(("127.0.0.1", 0))
        try:
            socket.create_server(("127.0.0.1", taken.getsockname()[1] + 1)).close()
            return taken
        except OSError:
            taken.close()


def taken_port_is_named(site):
    with server_beside_a_free_port() as taken:
        port = taken.getsockname()[1]
        expect(govwire("demo", "--port", port), UNAVAILABLE, str(port))
        path = directory("port", source(site))
        run = govwire("--dir", path, "--listen", f"tcp://127.0.0.1:{port}", program=BIN / "govwire-broker")
        expect(run, UNAVAILABLE, str(port))


def unwritable_directory(_):
    blocker = TMP / "file"
    blocker.write_text("")
    expect(govwire("up", "--dir", blocker, "--once"), CANTCREATE, "file")
    expect(govwire("up", "--dir", "/proc/govwire", "--once"), CANTCREATE, "/proc/govwire")


def second_up_is_refused(site):
    path = directory("second", source(site))
    first = subprocess.Popen([BIN / "govwire", "up", "--dir", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert first.stdout.readline(), "the first one shows no event"
        expect(govwire("up", "--dir", path, "--once"), TEMPFAIL, f"locked by process {first.pid}")
    finally:
        first.terminate()
        first.wait(30)
    assert first.returncode == OK


def newer_and_damaged_stores_are_left_alone(site):
    path = directory("store", source(site))
    expect(govwire("up", "--dir", path, "--once"), OK)
    known = events(path)
    assert known
    store = path / "state/store.db"
    good = store.read_bytes()

    with sqlite3.connect(store) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute(f"PRAGMA user_version = {version + 1}")
    db.close()
    newer = store.read_bytes()
    expect(govwire("up", "--dir", path, "--once"), DATA, "newer")
    assert store.read_bytes() == newer, "a store of a newer version was written to"

    store.write_bytes(b"not a database, not at all" * 40 + good[1040:])
    broken = store.read_bytes()
    expect(govwire("up", "--dir", path, "--once"), DATA, "store.db")
    assert store.read_bytes() == broken, "a damaged store was written to"

    store.write_bytes(good)
    expect(govwire("up", "--dir", path, "--once"), OK)
    assert events(path)[: len(known)] == known


def full_disk_loses_nothing(site):
    if os.geteuid() != 0:
        print("skipped: a full disk needs root to mount a small tmpfs")
        return
    path = TMP / "full"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", path], stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: this machine does not let us mount a tmpfs")
        return
    try:
        (path / "sources.d").mkdir()
        (path / "sources.d/load.yaml").write_text(source(site, "/load/", "list: {pages: 30}\n"))
        expect(govwire("up", "--dir", path, "--once"), IO, "no space", "nothing is lost")
        subprocess.run(["mount", "-o", "remount,size=64m", path], check=True)
        expect(govwire("up", "--dir", path, "--once"), OK)
        stored = events(path)
        assert [e["data"]["seq"] for e in stored] == list(range(1, 301)), f"{len(stored)} events"
        assert len({e["subject"] for e in stored}) == 300
    finally:
        subprocess.run(["umount", path], check=True)


def unknown_source_and_event(site):
    path = directory("names", source(site))
    expect(govwire("source", "show", "--dir", path, "tonw"), FAILED, "no source 'tonw' (did you mean 'town'?)")
    expect(govwire("up", "--dir", path, "--once"), OK)
    expect(govwire("event", "get", "--dir", path, "9999"), FAILED, "9999")
    expect(govwire("event", "search", "--dir", path, "knd:notice"), USAGE, "column 1", "did you mean kind?")
    expect(govwire("evnet"), USAGE, "did you mean 'event'?")
    for words in (["event", "tail"], ["status"]):
        expect(govwire(*words, "--dir", TMP / "nowhere"), FAILED, "nowhere: no such directory")


def address_that_is_no_list(site):
    path = directory("page", f"id: town\nurl: {site.url('/fault/norows/en/news/')}\nfetch: {{allow_private_networks: true, delay: 0s}}\n")
    expect(govwire("source", "test", path / "sources.d/town.yaml"), NOTHING, "empty_list")


def private_address_needs_permission(site):
    path = directory("private", f"id: town\nurl: {site.url('/en/news/')}\n")
    expect(govwire("check", "--dir", path), OK, "is private", "allow_private_networks: true is missing")
    expect(govwire("up", "--dir", path, "--once"), FAILED, "private_address")
    (path / "sources.d/town.yaml").write_text(
        f"id: town\nurl: http://169.254.169.254/latest/\nfetch: {{allow_private_networks: true, delay: 0s}}\n")
    run = govwire("up", "--dir", path, "--once")
    expect(run, FAILED, "private_address")  # link-local stays closed, permission or not


def missing_program_says_where_it_looked(site):
    alone = TMP / "alone"
    alone.mkdir()
    shutil.copy(BIN / "govwire", alone)
    path = directory("programs", source(site))
    run = govwire("up", "--dir", path, "--once", program=alone / "govwire", env={"PATH": "/usr/bin:/bin"})
    expect(run, UNAVAILABLE, "govwire-broker", str(alone), "PATH")


def without_landlock():
    """In the child: an older kernel, as a program sees it. Landlock's first call (444 on every machine) is unknown."""
    load, equal, back = 0x20, 0x15, 0x06
    allow, unknown = 0x7FFF0000, 0x00050000 | 38  # SECCOMP_RET_ERRNO | ENOSYS
    rows = ((load, 0, 0, 0), (equal, 0, 1, 444), (back, 0, 0, unknown), (back, 0, 0, allow))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rows), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, program, 0, 0) != 0:  # NO_NEW_PRIVS, SECCOMP
        raise OSError(ctypes.get_errno(), "prctl")


def kernel_without_landlock_is_said_and_goes_on(site):
    path = directory("old-kernel", source(site))
    expect(govwire("up", "--dir", path, "--once", preexec_fn=without_landlock), OK, "files: this kernel has no Landlock", "going on without")
    assert events(path), "nothing was stored"


def deep_directory_is_no_mistake(site):
    path = directory("/".join(["a name of some length, " * 8] * 10), source(site))  # far beyond what a socket or SQLite takes
    expect(govwire("up", "--dir", path, "--once"), OK)
    known = len(events(path))
    assert known and len(str(path)) > 1500
    expect(govwire("event", "search", "--dir", path, "harbor"), OK, "harbor")
    expect(govwire("store", "backup", path / "copy.db", "--dir", path), OK)
    expect(govwire("store", "restore", path / "copy.db", "--dir", path), OK)
    expect(govwire("up", "--dir", path, "--once"), OK)
    assert len(events(path)) == known


def main():
    with Site("--articles", "300") as site:
        for mistake in (wrong_key_has_a_place_and_a_suggestion, wrong_table_of_bodies_is_named, taken_port_is_named, unwritable_directory, second_up_is_refused,
                        newer_and_damaged_stores_are_left_alone, full_disk_loses_nothing, unknown_source_and_event,
                        address_that_is_no_list, private_address_needs_permission, missing_program_says_where_it_looked,
                        kernel_without_landlock_is_said_and_goes_on, deep_directory_is_no_mistake):
            try:
                mistake(site)
            except AssertionError as error:
                sys.exit(f"{mistake.__name__}: {error}\nkept: {TMP}")
            print(mistake.__name__.replace("_", " "))
    shutil.rmtree(TMP)


main()
