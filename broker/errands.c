// SPDX-License-Identifier: Apache-2.0
#include "errands.h"

#include "base/buf.h"
#include "history.h"
#include "model/json.h"
#include "model/source_file.h"
#include "wire/answer.h"
#include "wire/frame.h"

#include "schema/source.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 64 * 1024 * 1024,
    REPORTS_BYTES = 256 * 1024 * 1024,
    PART_BYTES = 256 * 1024, // lines are gathered up to this,
    LINE_BYTES = 128 * 1024, // and a longer one is left out
};

struct errand {
    const char *subject;
    const char *dir;
    struct gw_store *reader;
    struct gw_board *board;
    struct gw_arena *arena;
    Gw__Status reports; // sources: by id, in an arena of their own
    gw_errand_fn *answer;
    void *arg;
    struct gw_buf part;
    char remark[512]; // for people, with the last
};

static void say_part(struct errand *e)
{
    Gw__Answer answer = GW__ANSWER__INIT;
    answer.part = (ProtobufCBinaryData){e->part.bytes, (uint8_t *)e->part.data};
    if (e->part.bytes)
        e->answer(e->arg, &answer);
    gw_buf_reset(&e->part);
}

// ---- the sources

static int by_id(const void *a, const void *b)
{
    return strcmp((*(Gw__SourceReport *const *)a)->source_id, (*(Gw__SourceReport *const *)b)->source_id);
}

// As its agent reports it, else as it was stored with its last change.
static const Gw__Health *health_of(struct errand *e, const struct gw_store_source *row)
{
    Gw__SourceReport key = GW__SOURCE_REPORT__INIT, *wanted = &key, **found;
    ProtobufCMessage *stored = NULL;
    key.source_id = (char *)row->id;
    found = bsearch(&wanted, e->reports.sources, e->reports.n_sources, sizeof wanted, by_id);
    if (found && (*found)->health)
        return (*found)->health;
    if (row->health.bytes &&
        gw_message_unpack(&gw__health__descriptor, row->health.at, row->health.bytes, e->arena, &stored) != GW_OK)
        stored = NULL;
    return (const Gw__Health *)stored;
}

static bool add_source(const struct gw_store_source *row, void *arg)
{
    struct errand *e = arg;
    ProtobufCMessage *message;
    gw_arena_reset(e->arena);
    if (row->removed || gw_message_unpack(&gw__source__descriptor, row->definition.at, row->definition.bytes, e->arena,
                                          &message) != GW_OK)
        return true;
    const Gw__Source *source = (const Gw__Source *)message;
    const Gw__Health *health = health_of(e, row);
    bool known = health && *health->state;
    struct gw_buf line = GW_BUF(LINE_BYTES);
    gw_json_source_brief(&line, source,
                         source->paused ? "paused"
                         : known        ? health->state
                                        : "new",
                         known ? health->reason : "");
    gw_buf_putc(&line, '\n');
    if (e->part.bytes + line.bytes > PART_BYTES)
        say_part(e);
    if (gw_buf_ok(&line))
        gw_buf_add(&e->part, gw_buf_str(&line), line.bytes);
    gw_buf_fini(&line);
    return true;
}

static int sources(struct errand *e)
{
    struct gw_arena *arena = gw_arena_new(REPORTS_BYTES);
    gw__status__init(&e->reports);
    int rc = gw_board_fill(e->board, arena, &e->reports);
    if (rc == GW_OK && e->reports.n_sources)
        qsort(e->reports.sources, e->reports.n_sources, sizeof *e->reports.sources, by_id);
    if (rc == GW_OK)
        rc = gw_store_sources(e->reader, add_source, e);
    say_part(e);
    gw_arena_free(arena);
    return rc;
}

// ---- a document's events

static int say_event(const struct gw_store_event *row, void *arg)
{
    struct errand *e = arg;
    Gw__Answer answer = GW__ANSWER__INIT;
    answer.seq = row->seq;
    answer.part = (ProtobufCBinaryData){row->event.bytes, (uint8_t *)row->event.at};
    e->answer(e->arg, &answer);
    return GW_OK;
}

static int history(struct errand *e)
{
    return gw_history(e->reader, e->arena, e->subject, say_event, e);
}

// ---- one source's file

static int find_source(struct errand *e, const Gw__Source **ret_source)
{
    struct gw_store_source row;
    ProtobufCMessage *message;
    int rc = gw_store_source_get(e->reader, e->arena, e->subject, &row);
    if (rc == GW_ENOTFOUND || (rc == GW_OK && row.removed))
        return gw_fail(GW_ENOTFOUND, "no source '%s'", e->subject);
    if (rc == GW_OK)
        rc = gw_message_unpack(&gw__source__descriptor, row.definition.at, row.definition.bytes, e->arena, &message);
    if (rc == GW_OK)
        *ret_source = (const Gw__Source *)message;
    return rc;
}

static int show_source(struct errand *e)
{
    const Gw__Source *source, *written;
    int rc = find_source(e, &source);
    if (rc == GW_OK)
        rc = gw_source_file_show(e->arena, e->dir, source, &written);
    if (rc != GW_OK)
        return rc;
    Gw__Source placed = *written;
    placed.file = source->file;
    rc = gw_message_pack(&e->part, &placed);
    if (rc == GW_OK)
        say_part(e);
    return rc;
}

static int set_paused(struct errand *e, bool paused)
{
    const Gw__Source *source;
    const char *path;
    int rc = find_source(e, &source);
    if (rc == GW_OK)
        rc = gw_source_file_pause(e->arena, e->dir, source, paused, &path);
    if (rc == GW_OK)
        snprintf(e->remark, sizeof e->remark, "%s%s%s", paused ? "paused" : "watched", path ? ", by " : " already",
                 path ? path : "");
    return rc;
}

static int pause_source(struct errand *e)
{
    return set_paused(e, true);
}

static int resume_source(struct errand *e)
{
    return set_paused(e, false);
}

// ---- the table

static const struct {
    Gw__Errand errand;
    int (*run)(struct errand *e);
} errands[] = {
    {GW__ERRAND__ERRAND_SOURCES, sources},         {GW__ERRAND__ERRAND_HISTORY, history},
    {GW__ERRAND__ERRAND_SOURCE_SHOW, show_source}, {GW__ERRAND__ERRAND_PAUSE, pause_source},
    {GW__ERRAND__ERRAND_RESUME, resume_source},
};

bool gw_errand_do(Gw__Errand errand, const char *subject, const char *dir, struct gw_store *reader,
                  struct gw_board *board, gw_errand_fn *answer, void *arg)
{
    for (size_t i = 0; i < GW_COUNT(errands); i++) {
        if (errands[i].errand != errand)
            continue;
        struct errand e = {.subject = subject,
                           .dir = dir,
                           .reader = reader,
                           .board = board,
                           .arena = gw_arena_new(ARENA_BYTES),
                           .answer = answer,
                           .arg = arg,
                           .part = GW_BUF(PART_BYTES)};
        Gw__Answer last;
        gw_answer_last(&last, errands[i].run(&e), e.remark);
        answer(arg, &last);
        gw_buf_fini(&e.part);
        gw_arena_free(e.arena);
        return true;
    }
    return false;
}
