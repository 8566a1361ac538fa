// SPDX-License-Identifier: Apache-2.0
// `govwire store`: looking after DIR/state/store.db, or (verify, backup) after that of a broker elsewhere.
#include "broker_talk.h"
#include "cli.h"

#include "progress.h"

#include "base/fs.h"
#include "search/index.h"
#include "store/store.h"
#include "wire/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 64 * 1024, MIB = 1024 * 1024, COPY_BYTES = MIB, ARENA_BYTES = 64 * 1024 * 1024, INDEX_BATCH = 500 };

struct work {
    struct gw_broker_at at;
    const char *command, *dir, *file;
    struct gw_buf store, index, lock;
};

// ---- arguments

// < 0: go on.
static int parse(struct work *w, int argc, char **argv, bool takes_file, bool remote)
{
    enum { DIR_ = 1, BROKER, KEY };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR_},
                                            {"broker", required_argument, NULL, BROKER},
                                            {"key", required_argument, NULL, KEY},
                                            {0}};
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            w->at.dir = optarg;
        else if (c == BROKER)
            w->at.broker = optarg;
        else if (c == KEY)
            w->at.key_file = optarg;
        else
            return gw_cli_usage(w->command, "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (w->at.broker && !remote)
        return gw_cli_usage(w->command,
                            "the broker must not run meanwhile: stop it, and do this on its machine, with --dir");
    int exit_code = gw_broker_at_check(&w->at, w->command);
    if (exit_code >= 0)
        return exit_code;
    w->dir = w->at.dir ? w->at.dir : "";
    if (takes_file && optind == argc)
        return gw_cli_usage(w->command, "needs a FILE");
    w->file = takes_file ? argv[optind++] : NULL;
    if (optind < argc)
        return gw_cli_usage(w->command, "unexpected argument '%s'", argv[optind]);
    w->store = w->index = w->lock = GW_BUF(PATH_BYTES);
    gw_buf_printf(&w->store, "%s/state/store.db", w->dir);
    gw_buf_printf(&w->index, "%s/state/index.db", w->dir);
    gw_buf_printf(&w->lock, "%s/state/broker.lock", w->dir);
    return -1;
}

static int finish(struct work *w, int rc)
{
    int exit_code = rc == GW_OK ? GW_EXIT_OK : w->at.broker && rc == GW_EAGAIN ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc);
    if (rc != GW_OK)
        gw_cli_error(exit_code, "%s", gw_reason());
    gw_buf_fini(&w->store);
    gw_buf_fini(&w->index);
    gw_buf_fini(&w->lock);
    return exit_code;
}

static int open_store(const char *path, bool read_only, struct gw_store **ret_store)
{
    return gw_store_open(&(struct gw_store_options){.backend = "sqlite", .path = path, .read_only = read_only},
                         ret_store);
}

// No broker may run: what is done now would be taken from under it.
static int take_lock(const struct work *w, int *ret_fd)
{
    int rc = gw_fs_lock(gw_buf_str(&w->lock), ret_fd);
    return rc == GW_EAGAIN ? gw_fail(rc, "a broker runs in %s: stop it first", w->dir) : rc;
}

// ---- elsewhere

struct care {
    const struct work *w;
    Gw__Errand errand;
    char token[GW_REMARK_BYTES];
};

// Begun there, and done: with how many events, or bytes.
static int wait_for(struct care *care, struct gw_progress *progress, uint64_t *ret_number)
{
    static const struct timespec pause = {.tv_nsec = 200000000};
    char remark[GW_REMARK_BYTES];
    uint64_t done, total;
    int rc = gw_broker_errand(&care->w->at, care->errand, "", NULL, NULL, care->token);
    while (rc == GW_OK) {
        rc = gw_broker_errand(&care->w->at, care->errand, care->token, NULL, NULL, remark);
        if (rc != GW_OK || sscanf(remark, "done %" SCNu64, ret_number) == 1)
            return rc;
        if (sscanf(remark, "running %" SCNu64 " %" SCNu64, &done, &total) != 2)
            return gw_fail(GW_EPROTO, "the broker answered '%.60s'", remark);
        if (total)
            gw_progress_show(progress, done, total);
        nanosleep(&pause, NULL);
    }
    return rc;
}

static int verify_remote(const struct work *w, uint64_t *ret_events)
{
    struct care care = {.w = w, .errand = GW__ERRAND__ERRAND_VERIFY};
    struct gw_progress progress = gw_progress_begin("verify", "events");
    int rc = wait_for(&care, &progress, ret_events);
    gw_progress_end(&progress);
    return rc;
}

struct copying {
    int fd;
    uint64_t bytes;
};

static int write_part(void *arg, uint64_t seq, struct gw_span part)
{
    struct copying *copy = arg;
    (void)seq;
    copy->bytes += part.bytes;
    return gw_fs_write_all(copy->fd, part.at, part.bytes);
}

static int fetch(struct care *care, int fd, struct gw_progress *progress)
{
    char subject[GW_REMARK_BYTES + 24];
    struct copying copy = {.fd = fd};
    uint64_t total, before = UINT64_MAX;
    int rc = wait_for(care, progress, &total);
    for (; rc == GW_OK && copy.bytes < total && copy.bytes != before; gw_progress_show(progress, copy.bytes, total)) {
        before = copy.bytes;
        snprintf(subject, sizeof subject, "%s %" PRIu64, care->token, copy.bytes);
        rc = gw_broker_errand(&care->w->at, care->errand, subject, write_part, &copy, NULL);
    }
    if (rc == GW_OK && copy.bytes != total)
        rc = gw_fail(GW_EPROTO, "the broker sent %" PRIu64 " of %" PRIu64 " bytes", copy.bytes, total);
    if (rc == GW_OK && fsync(fd) != 0)
        rc = gw_fail_errno("output");
    return rc;
}

// Nothing is left at FILE unless it is whole.
static int backup_remote(const struct work *w)
{
    struct care care = {.w = w, .errand = GW__ERRAND__ERRAND_BACKUP};
    struct gw_progress progress = gw_progress_begin("backup", "bytes");
    int fd = open(w->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? gw_fail(GW_EEXIST, "%s exists", w->file) : gw_fail_errno("%s", w->file);
    int rc = fetch(&care, fd, &progress);
    gw_progress_end(&progress);
    close(fd);
    if (rc != GW_OK)
        unlink(w->file);
    return rc;
}

// ---- verify

static void show_progress(uint64_t done, uint64_t total, void *arg)
{
    gw_progress_show(arg, done, total);
}

static int verify(const char *path, uint64_t *ret_events)
{
    struct gw_store *store;
    struct gw_store_damage damage;
    struct gw_progress progress = gw_progress_begin("verify", "events");
    int rc = open_store(path, true, &store);
    if (rc != GW_OK)
        return rc;
    rc = gw_store_verify(store, show_progress, &progress, &damage);
    gw_progress_end(&progress);
    gw_store_close(store);
    *ret_events = damage.events;
    if (rc == GW_OK && damage.bad)
        return gw_fail(GW_ECORRUPT, "%s: %" PRIu64 " faults, the first: %s", path, damage.bad, damage.first);
    return rc;
}

static int store_verify(int argc, char **argv)
{
    struct work w = {.command = "store verify"};
    uint64_t events;
    int exit_code = parse(&w, argc, argv, false, true);
    if (exit_code >= 0)
        return exit_code;
    int rc = w.at.broker ? verify_remote(&w, &events) : verify(gw_buf_str(&w.store), &events);
    if (rc == GW_OK)
        printf("%" PRIu64 " events, all as they were stored\n", events);
    return finish(&w, rc);
}

// ---- backup

static int store_backup(int argc, char **argv)
{
    struct work w = {.command = "store backup"};
    struct gw_store *store;
    int exit_code = parse(&w, argc, argv, true, true);
    if (exit_code >= 0)
        return exit_code;
    if (w.at.broker)
        return finish(&w, backup_remote(&w));
    int rc = open_store(gw_buf_str(&w.store), true, &store);
    if (rc == GW_OK) {
        rc = gw_store_backup(store, w.file);
        gw_store_close(store);
    }
    return finish(&w, rc);
}

// ---- restore

static int copy_file(const char *from, const char *to)
{
    static char bytes[COPY_BYTES];
    struct gw_progress progress = gw_progress_begin("copy", "MiB");
    struct stat file = {0};
    uint64_t copied = 0;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = in < 0 ? gw_fail_errno("%s", from) : out < 0 ? gw_fail_errno("%s", to) : GW_OK;
    if (rc == GW_OK && fstat(in, &file) != 0)
        rc = gw_fail_errno("%s", from);
    ssize_t n = 1;
    while (rc == GW_OK && (n = read(in, bytes, sizeof bytes)) > 0) {
        rc = gw_fs_write_all(out, bytes, (size_t)n);
        copied += (uint64_t)n;
        gw_progress_show(&progress, copied / MIB, (uint64_t)file.st_size / MIB);
    }
    gw_progress_end(&progress);
    if (rc == GW_OK && n < 0)
        rc = gw_fail_errno("%s", from);
    if (rc == GW_OK && fsync(out) != 0)
        rc = gw_fail_errno("%s", to);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return rc;
}

// The generation behind every one that a cursor can have come from.
static int next_generation(const char *path, uint64_t *ret_generation)
{
    struct gw_store *store;
    struct gw_store_identity identity;
    int rc = open_store(path, true, &store);
    if (rc == GW_ENOTFOUND)
        return GW_OK;
    if (rc == GW_OK) {
        rc = gw_store_identify(store, &identity);
        gw_store_close(store);
    }
    if (rc == GW_OK && identity.generation >= *ret_generation)
        *ret_generation = identity.generation + 1;
    return rc;
}

static int renew(const char *path, uint64_t generation)
{
    struct gw_store *store;
    int rc = open_store(path, false, &store);
    if (rc != GW_OK)
        return rc;
    rc = gw_store_begin(store);
    if (rc == GW_OK)
        rc = gw_store_renew(store, generation);
    if (rc == GW_OK)
        rc = gw_store_commit(store);
    gw_store_close(store);
    return rc;
}

// What a store is made of: the database, SQLite's log and its index, the redo log and the event files.
static const char *const tails[] = {"", "-wal", "-shm", "-redo", "-events"};

static int remove_store(const char *path)
{
    struct gw_buf part = GW_BUF(PATH_BYTES);
    int rc = GW_OK;
    for (size_t i = 0; i < GW_COUNT(tails) && rc == GW_OK; i++) {
        gw_buf_reset(&part);
        gw_buf_printf(&part, "%s%s", path, tails[i]);
        rc = gw_fs_remove(gw_buf_str(&part));
    }
    gw_buf_fini(&part);
    return rc;
}

// The old store stays beside the new one, whole.
static int replace(const char *path, const char *fresh, const char *old)
{
    struct gw_buf from = GW_BUF(PATH_BYTES), to = GW_BUF(PATH_BYTES);
    int rc = remove_store(old);
    for (size_t i = 0; i < GW_COUNT(tails) && rc == GW_OK; i++) {
        gw_buf_reset(&from);
        gw_buf_reset(&to);
        gw_buf_printf(&from, "%s%s", path, tails[i]);
        gw_buf_printf(&to, "%s%s", old, tails[i]);
        if (rename(gw_buf_str(&from), gw_buf_str(&to)) != 0 && errno != ENOENT)
            rc = gw_fail_errno("%s", gw_buf_str(&from));
    }
    // A backup is one file, and its log was emptied when it was closed.
    if (rc == GW_OK && rename(fresh, path) != 0)
        rc = gw_fail_errno("%s", path);
    if (rc == GW_OK)
        rc = remove_store(fresh);
    gw_buf_fini(&from);
    gw_buf_fini(&to);
    return rc;
}

static int restore(struct work *w, const char *fresh, const char *old, const char *state)
{
    uint64_t events, generation = 1;
    int lock_fd, rc = gw_fs_mkdir(state, 0700);
    if (rc == GW_OK)
        rc = take_lock(w, &lock_fd);
    if (rc == GW_OK)
        rc = verify(w->file, &events);
    if (rc == GW_OK)
        rc = next_generation(w->file, &generation);
    if (rc == GW_OK && (rc = next_generation(gw_buf_str(&w->store), &generation)) == GW_ECORRUPT)
        rc = GW_OK; // a damaged one is the reason to restore
    if (rc == GW_OK)
        rc = remove_store(fresh);
    if (rc == GW_OK)
        rc = copy_file(w->file, fresh);
    if (rc == GW_OK)
        rc = renew(fresh, generation);
    if (rc == GW_OK)
        rc = replace(gw_buf_str(&w->store), fresh, old);
    if (rc == GW_OK)
        rc = gw_fs_sync_dir(state);
    if (rc == GW_OK)
        printf("%" PRIu64 " events, generation %" PRIu64 "; the store before is %s\n", events, generation, old);
    return rc;
}

static int store_restore(int argc, char **argv)
{
    struct work w = {.command = "store restore"};
    struct gw_buf fresh = GW_BUF(PATH_BYTES), old = GW_BUF(PATH_BYTES), state = GW_BUF(PATH_BYTES);
    int exit_code = parse(&w, argc, argv, true, false);
    if (exit_code >= 0)
        return exit_code;
    gw_buf_printf(&fresh, "%s.new", gw_buf_str(&w.store));
    gw_buf_printf(&old, "%s.old", gw_buf_str(&w.store));
    gw_buf_printf(&state, "%s/state", w.dir);
    int rc = restore(&w, gw_buf_str(&fresh), gw_buf_str(&old), gw_buf_str(&state));
    gw_buf_fini(&fresh);
    gw_buf_fini(&old);
    gw_buf_fini(&state);
    return finish(&w, rc);
}

// ---- reindex

struct indexing {
    struct gw_index *index;
    struct gw_arena *arena;
    struct gw_progress progress;
    int rc;
};

static bool add_event(const struct gw_store_event *row, void *arg)
{
    struct indexing *x = arg;
    ProtobufCMessage *message;
    gw_arena_reset(x->arena);
    if (gw_message_unpack(&gw__event__descriptor, row->event.at, row->event.bytes, x->arena, &message) == GW_OK)
        x->rc = gw_index_add(x->index, row->seq, (const Gw__Event *)message);
    return x->rc == GW_OK;
}

static int index_all(struct gw_store *store, struct indexing *x, uint64_t *ret_events)
{
    uint64_t first, last;
    int rc = gw_store_bounds(store, GW__STREAM__STREAM_POLICY, &first, &last);
    for (uint64_t from = first; rc == GW_OK && from <= last; from += INDEX_BATCH) {
        uint64_t to = from + INDEX_BATCH - 1 < last ? from + INDEX_BATCH - 1 : last;
        rc = gw_index_begin(x->index);
        if (rc == GW_OK)
            rc = gw_store_events(store, GW__STREAM__STREAM_POLICY, from, to, false, add_event, x);
        if (rc == GW_OK)
            rc = x->rc;
        if (rc == GW_OK)
            rc = gw_index_commit(x->index, to);
        gw_progress_show(&x->progress, to + 1 - first, last + 1 - first);
    }
    *ret_events = last + 1 - first;
    return rc;
}

static int reindex(struct work *w, uint64_t *ret_events)
{
    struct gw_store *store = NULL;
    struct gw_store_identity identity;
    struct indexing x = {.progress = gw_progress_begin("reindex", "events")};
    int lock_fd, rc = take_lock(w, &lock_fd);
    if (rc == GW_OK)
        rc = open_store(gw_buf_str(&w->store), true, &store);
    if (rc == GW_OK)
        rc = gw_store_identify(store, &identity);
    if (rc == GW_OK)
        rc = gw_index_remove(gw_buf_str(&w->index));
    if (rc == GW_OK)
        rc = gw_index_open(gw_buf_str(&w->index), &identity, false, &x.index);
    x.arena = gw_arena_new(ARENA_BYTES);
    if (rc == GW_OK)
        rc = index_all(store, &x, ret_events);
    gw_progress_end(&x.progress);
    gw_arena_free(x.arena);
    gw_index_close(x.index);
    gw_store_close(store);
    return rc;
}

static int store_reindex(int argc, char **argv)
{
    struct work w = {.command = "store reindex"};
    uint64_t events = 0;
    int exit_code = parse(&w, argc, argv, false, false);
    if (exit_code >= 0)
        return exit_code;
    int rc = reindex(&w, &events);
    if (rc == GW_OK)
        printf("%" PRIu64 " events are searchable\n", events);
    return finish(&w, rc);
}

// ---- the table

static const struct gw_command commands[] = {
    {"backup", store_backup, "Copy the store to a file, while it runs or not",
     "Usage: govwire store backup FILE (--dir DIR | --broker ADDRESS --key FILE)\n\n"
     "Writes everything that is stored now to FILE on this machine, which must not exist yet. A running broker goes "
     "on. "
     "One\n"
     "elsewhere needs room for a copy, which it deletes when it was fetched.\n\n"
     "  --dir DIR          where state/ is; a broker may run there or not\n"
     "  --broker ADDRESS   instead: of a running broker elsewhere, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n\n"
     "Exit codes: 0 done, 1 no store, 2 usage, 65 store not usable, 69 no answer, 73 FILE exists, 74 I/O,\n"
     "77 key not allowed.\n\n"
     "Example:\n  govwire store backup /backup/govwire-$(date +%F).db --dir /var/lib/govwire\n"},
    {"reindex", store_reindex, "Make the text index anew",
     "Usage: govwire store reindex --dir DIR\n\n"
     "Throws DIR/state/index.db away and makes it from the events. No broker may run. (A damaged index is made anew\n"
     "without being asked.)\n\n"
     "Exit codes: 0 done, 1 no store, 2 usage, 65 store not usable, 74 I/O, 75 a broker runs.\n\n"
     "Example:\n  govwire store reindex --dir .\n"},
    {"restore", store_restore, "Put a backup in the store's place, as a new generation",
     "Usage: govwire store restore FILE --dir DIR\n\n"
     "Verifies FILE and makes it the store of DIR. Agents and consumers are told that it is another generation, so\n"
     "that nothing is skipped in silence. The store before is kept as DIR/state/store.db.old. No broker may run.\n\n"
     "Exit codes: 0 done, 1 no such file, 2 usage, 65 FILE is damaged or newer, 74 I/O, 75 a broker runs.\n\n"
     "Example:\n  govwire store restore /backup/govwire-2026-11-22.db --dir /var/lib/govwire\n"},
    {"verify", store_verify, "Compare every event with its digest",
     "Usage: govwire store verify (--dir DIR | --broker ADDRESS --key FILE)\n\n"
     "Reads the whole store: the file's structure, every event against its digest, every stream for gaps.\n\n"
     "  --dir DIR          where state/ is; a broker may run there or not\n"
     "  --broker ADDRESS   instead: of a running broker elsewhere, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n\n"
     "Exit codes: 0 all is well, 1 no store, 2 usage, 65 damaged, 69 no answer, 74 I/O, 77 key not allowed.\n\n"
     "Example:\n  govwire store verify --dir .\n"},
    {0},
};

int cmd_store(int argc, char **argv)
{
    return gw_cli_dispatch("store", commands, argc, argv);
}
