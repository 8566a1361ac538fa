// SPDX-License-Identifier: Apache-2.0
#include "sources.h"

#include "base/clock.h"
#include "base/log.h"
#include "event.h"
#include "model/settings.h"
#include "model/source.h"
#include "wire/frame.h"

#include "schema/observation.pb-c.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LOOK_MS = 1000,
    ARENA_BYTES = 512 * 1024 * 1024, // 100,000 sources and more
    NAMES_BYTES = 4 * 1024 * 1024,
    PROBLEMS_MAX = 1024 * 1024,
    MAX_BROKEN = 1000,
};

// A file with errors, by its name in sources.d, as definitions remember it. The first line of them is what the event
// says.
struct broken {
    char *name, *line;
};

struct reading {
    struct gw_work work;
    struct gw_sources *owner;
    struct gw_arena *arena; // of the definitions; NULL once they are stored: the store and the agents have them packed
    struct gw_arena *names; // of the broken files
    struct gw_arena *scratch;
    struct gw_source_set set;
    struct broken broken[MAX_BROKEN], mended[MAX_BROKEN];
    size_t broken_count, mended_count;
    char **changed; // ids, found by apply
    size_t changed_count, changed_capacity;
};

struct gw_sources {
    struct gw_sources_options o;
    uv_timer_t timer;
    struct gw_writer *writer;
    struct gw_port *port;
    uint64_t seen;        // signature of the files as last read
    struct reading *last; // its broken files
    bool reading, stopped;
};

// ---- the files

static void mix(uint64_t *hash, const void *bytes, size_t n)
{
    uint64_t parts[2] = {*hash, gw_hash64(bytes, n)};
    *hash = gw_hash64(parts, sizeof parts);
}

static void mix_file(uint64_t *hash, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return;
    int64_t facts[] = {(int64_t)info.st_ino,          (int64_t)info.st_size,        (int64_t)info.st_mtim.tv_sec,
                       (int64_t)info.st_mtim.tv_nsec, (int64_t)info.st_ctim.tv_sec, (int64_t)info.st_ctim.tv_nsec};
    mix(hash, path, strlen(path));
    mix(hash, facts, sizeof facts);
}

static uint64_t signature(const char *dir)
{
    uint64_t hash = 0, sum = 0;
    struct gw_buf path = GW_BUF(8192);
    gw_buf_printf(&path, "%s/govwire.yaml", dir);
    mix_file(&hash, gw_buf_str(&path));
    gw_buf_reset(&path);
    gw_buf_printf(&path, "%s/sources.d", dir);
    size_t folder = path.bytes;
    DIR *entries = opendir(gw_buf_str(&path));
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        uint64_t one = 0;
        gw_buf_truncate(&path, folder);
        gw_buf_printf(&path, "/%s", entry->d_name);
        mix_file(&one, gw_buf_str(&path));
        sum += one; // whatever order the directory has
    }
    if (entries)
        closedir(entries);
    gw_buf_fini(&path);
    mix(&hash, &sum, sizeof sum);
    return hash;
}

// "DIR/sources.d/NAME:LINE:COLUMN: …" without the directory.
static struct gw_span from_name(struct gw_span line)
{
    static const char folder[] = "/sources.d/";
    ptrdiff_t at = gw_find(line, GW_SPAN(folder));
    size_t skip = at < 0 ? 0 : (size_t)at + sizeof folder - 1;
    return (struct gw_span){line.at + skip, line.bytes - skip};
}

// "NAME:LINE:COLUMN: …" or "NAME:LINE": the name.
static struct gw_span name_of(struct gw_span place)
{
    ptrdiff_t at = gw_find(place, GW_SPAN(": "));
    size_t end = at < 0 ? place.bytes : (size_t)at;
    while (end > 0 && (gw_is_digit((unsigned char)place.at[end - 1]) || place.at[end - 1] == ':'))
        end--;
    return (struct gw_span){place.at, end};
}

static int64_t mtime_of(const char *dir, const char *name)
{
    struct stat info;
    struct gw_buf path = GW_BUF(8192);
    gw_buf_printf(&path, "%s/sources.d/%s", dir, name);
    bool found = gw_buf_ok(&path) && stat(gw_buf_str(&path), &info) == 0;
    gw_buf_fini(&path);
    return found ? (int64_t)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000 : 0;
}

static const struct broken *broken_named(const struct reading *r, struct gw_span name)
{
    for (size_t i = 0; r && i < r->broken_count; i++)
        if (gw_span_eq(gw_span_of(r->broken[i].name), name))
            return &r->broken[i];
    return NULL;
}

static void note_problems(struct reading *r, const char *problems)
{
    while (*problems) {
        struct gw_span line = {problems, strcspn(problems, "\n")};
        problems += line.bytes + (problems[line.bytes] == '\n');
        bool warning = gw_starts_with(line, "warning: ");
        gw_warn("sources", warning ? "warning" : "broken", "%.*s%s", (int)line.bytes, line.at,
                warning ? "" : "; the last good version stays");
        line = from_name(line);
        struct gw_span name = name_of(line);
        if (warning || r->broken_count == MAX_BROKEN || broken_named(r, name))
            continue;
        struct broken *b = &r->broken[r->broken_count++];
        b->name = gw_arena_strndup(r->names, name.at, name.bytes);
        b->line = gw_arena_strndup(r->names, line.at, line.bytes);
        gw_assert(b->name && b->line);
    }
}

static void reading_free(struct reading *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->changed_count; i++)
        free(r->changed[i]);
    free(r->changed);
    gw_arena_free(r->arena);
    gw_arena_free(r->names);
    gw_arena_free(r->scratch);
    free(r);
}

// What is read of the files matters until it is stored; which of them are broken, until they are read again.
static void forget_definitions(struct reading *r)
{
    r->arena = gw_arena_free(r->arena);
    r->scratch = gw_arena_free(r->scratch);
    r->set = (struct gw_source_set){0};
}

static struct reading *read_files(struct gw_sources *sources)
{
    struct reading *r = calloc(1, sizeof *r);
    gw_assert(r);
    r->owner = sources;
    r->arena = gw_arena_new(ARENA_BYTES);
    r->names = gw_arena_new(NAMES_BYTES);
    r->scratch = gw_arena_new(ARENA_BYTES);
    struct gw_buf problems = GW_BUF(PROBLEMS_MAX);
    struct gw_settings *settings = gw_arena_zalloc(r->arena, sizeof *settings);
    int rc = gw_settings_load(r->arena, sources->o.dir, &problems, settings);
    const Gw__FetchRule *defaults = rc == GW_OK ? &settings->fetch : NULL;
    rc = gw_source_load_dir(r->arena, sources->o.dir, defaults, &problems, &r->set);
    if (rc != GW_OK && rc != GW_EINVAL)
        gw_warn("sources", "unreadable", "%s, looking again", gw_reason());
    note_problems(r, gw_buf_str(&problems));
    gw_buf_fini(&problems);
    for (size_t i = 0; sources->last && i < sources->last->broken_count; i++)
        if (!broken_named(r, gw_span_of(sources->last->broken[i].name)))
            r->mended[r->mended_count++] = sources->last->broken[i];
    if (rc == GW_OK || rc == GW_EINVAL)
        return r;
    reading_free(r);
    return NULL;
}

// ---- the store

static void note_changed(struct reading *r, const char *id)
{
    if (r->changed_count == r->changed_capacity) {
        r->changed_capacity = r->changed_capacity ? r->changed_capacity * 2 : 64;
        r->changed = realloc(r->changed, r->changed_capacity * sizeof *r->changed);
        gw_assert(r->changed);
    }
    r->changed[r->changed_count] = strdup(id);
    gw_assert(r->changed[r->changed_count]);
    r->changed_count++;
}

static Gw__Source *stored_definition(struct reading *r, const struct gw_store_source *row)
{
    ProtobufCMessage *message = NULL;
    int rc =
        gw_message_unpack(&gw__source__descriptor, row->definition.at, row->definition.bytes, r->scratch, &message);
    return rc == GW_OK ? (Gw__Source *)message : NULL;
}

static int pack(const Gw__Source *source, bool with_place, struct gw_buf *out)
{
    Gw__Source copy = *source;
    if (!with_place)
        copy.file = (char *)protobuf_c_empty_string;
    gw_buf_reset(out);
    return gw_message_pack(out, &copy);
}

static bool differs(struct reading *r, const struct gw_store_source *row, const Gw__Source *source)
{
    struct gw_buf now = GW_BUF(GW_FRAME_MAX), before = GW_BUF(GW_FRAME_MAX);
    const Gw__Source *stored = stored_definition(r, row);
    // Where it stands in its file is no part of what it says.
    bool differ = !stored || pack(stored, false, &before) != GW_OK || pack(source, false, &now) != GW_OK ||
                  now.bytes != before.bytes || memcmp(now.data, before.data, now.bytes) != 0;
    gw_buf_fini(&now);
    gw_buf_fini(&before);
    return differ;
}

// What the store says of it; "new" when nothing.
static const char *stored_state(struct reading *r, const struct gw_store_source *row)
{
    ProtobufCMessage *health;
    if (!row->health.bytes ||
        gw_message_unpack(&gw__health__descriptor, row->health.at, row->health.bytes, r->scratch, &health) != GW_OK)
        return "new";
    return ((Gw__Health *)health)->state;
}

// A source that is paused, or watched again, changes its state here: its agents have nothing to say of it meanwhile.
static int note_pause(struct gw_store *store, const Gw__Source *source, const char *previous, struct gw_buf *to)
{
    Gw__Health health = GW__HEALTH__INIT;
    health.state = source->paused ? "paused" : "new";
    health.detail = source->paused ? "paused by its definition" : GW_SOURCE_RESUMED;
    health.since_ms = gw_clock_unix_ms();
    struct gw_source_event event = {.source_id = source->id,
                                    .url = source->url,
                                    .state = health.state,
                                    .reason = "",
                                    .previous = previous,
                                    .detail = health.detail,
                                    .since_ms = health.since_ms};
    int rc = gw_message_pack(to, &health);
    return rc == GW_OK ? gw_event_append_source(store, &event) : rc;
}

static int store_source(struct gw_store *store, struct reading *r, const Gw__Source *source)
{
    struct gw_store_source row = {.id = source->id, .health = {"", 0}};
    gw_arena_reset(r->scratch);
    int rc = gw_store_source_get(store, r->scratch, source->id, &row);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    bool known = rc == GW_OK && !row.removed;
    const char *state = stored_state(r, &row);
    bool turned = source->paused != (strcmp(state, "paused") == 0);
    if (known && !turned && !differs(r, &row, source))
        return GW_OK;
    struct gw_buf packed = GW_BUF(GW_FRAME_MAX), health = GW_BUF(GW_FRAME_MAX);
    rc = pack(source, true, &packed);
    if (rc == GW_OK && turned)
        rc = note_pause(store, source, state, &health);
    if (rc == GW_OK) {
        row.definition = (struct gw_span){packed.data, packed.bytes};
        row.removed = false;
        if (turned)
            row.health = (struct gw_span){health.data, health.bytes};
        rc = gw_store_source_put(store, &row);
        note_changed(r, source->id);
    }
    gw_buf_fini(&packed);
    gw_buf_fini(&health);
    return rc;
}

// Stored sources that no file defines any more. A scan may not write, so the ids come first.
struct missing {
    struct reading *r;
    char **ids;
    size_t count, capacity;
};

static int by_id(const void *a, const void *b)
{
    return strcmp((*(Gw__Source *const *)a)->id, (*(Gw__Source *const *)b)->id);
}

static bool find_missing(const struct gw_store_source *row, void *arg)
{
    struct missing *m = arg;
    Gw__Source wanted = {.id = (char *)row->id}, *key = &wanted;
    if (row->removed || bsearch(&key, m->r->set.sources, m->r->set.count, sizeof *m->r->set.sources, by_id))
        return true;
    gw_arena_reset(m->r->scratch);
    const Gw__Source *stored = stored_definition(m->r, row);
    if (stored && broken_named(m->r, name_of(gw_span_of(stored->file))))
        return true; // its file is broken: the last good version stays
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? m->capacity * 2 : 64;
        m->ids = realloc(m->ids, m->capacity * sizeof *m->ids);
        gw_assert(m->ids);
    }
    m->ids[m->count] = strdup(row->id);
    gw_assert(m->ids[m->count++]);
    return true;
}

static int remove_missing(struct gw_store *store, struct reading *r)
{
    struct missing m = {.r = r};
    int rc = gw_store_sources(store, find_missing, &m);
    for (size_t i = 0; i < m.count; i++) {
        struct gw_store_source row;
        gw_arena_reset(r->scratch);
        if (rc == GW_OK)
            rc = gw_store_source_get(store, r->scratch, m.ids[i], &row);
        if (rc == GW_OK) {
            row.removed = true;
            rc = gw_store_source_put(store, &row);
            note_changed(r, m.ids[i]);
        }
        free(m.ids[i]);
    }
    free(m.ids);
    return rc;
}

// ---- events of broken files

struct naming {
    struct reading *r;
    const struct broken *file;
    bool broken; // or mended
    char *ids[64];
    size_t count;
};

static bool find_of_file(const struct gw_store_source *row, void *arg)
{
    struct naming *n = arg;
    gw_arena_reset(n->r->scratch);
    const Gw__Source *stored = stored_definition(n->r, row);
    if (!row->removed && stored && gw_span_eq(name_of(gw_span_of(stored->file)), gw_span_of(n->file->name))) {
        n->ids[n->count] = strdup(row->id);
        gw_assert(n->ids[n->count++]);
    }
    return n->count < GW_COUNT(n->ids);
}

// The name a file gives itself, for one that never defined a source.
static char *stem_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    char *stem = strndup(name, dot ? (size_t)(dot - name) : strlen(name));
    gw_assert(stem);
    return stem;
}

static int file_event(struct gw_store *store, struct naming *n, const char *id)
{
    struct gw_store_source row = {.health = {"", 0}};
    gw_arena_reset(n->r->scratch);
    int rc = gw_store_source_get(store, n->r->scratch, id, &row);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    const Gw__Source *stored = rc == GW_OK ? stored_definition(n->r, &row) : NULL;
    const char *state = row.health.bytes ? stored_state(n->r, &row) : "ok";
    struct gw_source_event event = {.source_id = id,
                                    .url = stored ? stored->url : "",
                                    .state = n->broken ? "degraded" : state,
                                    .reason = n->broken ? "definition" : "",
                                    .previous = n->broken ? state : "degraded",
                                    .detail = n->broken ? n->file->line : "the definition can be read again",
                                    .since_ms = mtime_of(n->r->owner->o.dir, n->file->name)};
    return gw_event_append_source(store, &event);
}

static int file_events(struct gw_store *store, struct reading *r, const struct broken *file, bool broken)
{
    struct naming n = {.r = r, .file = file, .broken = broken};
    int rc = gw_store_sources(store, find_of_file, &n);
    if (n.count == 0)
        n.ids[n.count++] = stem_of(file->name);
    for (size_t i = 0; i < n.count; i++) {
        if (rc == GW_OK)
            rc = file_event(store, &n, n.ids[i]);
        free(n.ids[i]);
    }
    return rc;
}

static int apply(struct gw_store *store, struct reading *r)
{
    for (size_t i = 0; i < r->changed_count; i++)
        free(r->changed[i]);
    r->changed_count = 0;
    qsort(r->set.sources, r->set.count, sizeof *r->set.sources, by_id);
    int rc = GW_OK;
    for (size_t i = 0; i < r->set.count && rc == GW_OK; i++)
        rc = store_source(store, r, r->set.sources[i]);
    if (rc == GW_OK)
        rc = remove_missing(store, r);
    for (size_t i = 0; i < r->broken_count && rc == GW_OK; i++)
        rc = file_events(store, r, &r->broken[i], true); // said once: its id has the file's time in it
    for (size_t i = 0; i < r->mended_count && rc == GW_OK; i++)
        if (mtime_of(r->owner->o.dir, r->mended[i].name)) // not merely gone
            rc = file_events(store, r, &r->mended[i], false);
    return rc;
}

// ---- watching

static void finish(struct gw_sources *sources, struct reading *r)
{
    for (size_t i = 0; i < r->changed_count && sources->o.changed; i++)
        sources->o.changed(sources->o.arg, r->changed[i]);
    if (r->changed_count)
        gw_info("sources", "changed", "%zu of %zu", r->changed_count, r->set.count);
    reading_free(sources->last);
    sources->last = r;
    forget_definitions(r);
}

static int apply_work(struct gw_store *store, struct gw_work *work)
{
    return apply(store, (struct reading *)work);
}

static void done_work(struct gw_work *work)
{
    struct reading *r = (struct reading *)work;
    struct gw_sources *sources = r->owner;
    sources->reading = false;
    if (work->rc == GW_OK && !sources->stopped) {
        finish(sources, r);
        return;
    }
    sources->seen = 0; // again
    reading_free(r);
}

static void on_look(uv_timer_t *timer)
{
    struct gw_sources *sources = timer->data;
    uint64_t now = signature(sources->o.dir);
    if (sources->reading || now == sources->seen)
        return;
    struct reading *r = read_files(sources);
    if (!r)
        return;
    r->work = (struct gw_work){
        .apply = apply_work, .done = done_work, .port = sources->port, .bytes = gw_arena_taken(r->arena)};
    if (gw_writer_put(sources->writer, &r->work) != GW_OK) {
        reading_free(r);
        return;
    }
    sources->seen = now;
    sources->reading = true;
}

int gw_sources_new(const struct gw_sources_options *options, struct gw_store *store, struct gw_sources **ret_sources)
{
    struct gw_sources *sources = calloc(1, sizeof *sources);
    gw_assert(sources);
    sources->o = *options;
    sources->seen = signature(options->dir);
    struct reading *r = read_files(sources);
    int rc = r ? gw_store_begin(store) : GW_EIO;
    if (rc == GW_OK)
        rc = apply(store, r);
    if (rc == GW_OK)
        rc = gw_store_commit(store);
    if (rc != GW_OK) {
        gw_store_rollback(store);
        reading_free(r);
        free(sources);
        return rc;
    }
    sources->last = r;
    forget_definitions(r);
    *ret_sources = sources;
    return GW_OK;
}

void gw_sources_watch(struct gw_sources *sources, uv_loop_t *loop, struct gw_writer *writer)
{
    sources->writer = writer;
    sources->port = gw_port_new(loop);
    gw_assert(uv_timer_init(loop, &sources->timer) == 0);
    sources->timer.data = sources;
    uv_timer_start(&sources->timer, on_look, LOOK_MS, LOOK_MS);
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void gw_sources_stop(struct gw_sources *sources)
{
    if (!sources || !sources->port)
        return;
    sources->stopped = true;
    uv_timer_stop(&sources->timer);
}

struct gw_sources *gw_sources_free(struct gw_sources *sources)
{
    if (!sources)
        return NULL;
    bool watching = sources->port != NULL;
    sources->port = gw_port_free(sources->port);
    reading_free(sources->last);
    if (watching)
        uv_close((uv_handle_t *)&sources->timer, on_timer_closed);
    else
        free(sources);
    return NULL;
}
