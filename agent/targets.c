// SPDX-License-Identifier: Apache-2.0
#include "targets.h"

#include "base/buf.h"
#include "base/err.h"
#include "model/source.h"
#include "model/url.h"
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    char *made = strdup(text);
    gw_assert(made);
    return made;
}

// Exactly as large as the message: a million of these are kept.
static void pack(const void *message, void **out, uint32_t *out_bytes)
{
    size_t n = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(n ? n : 1);
    gw_assert(bytes);
    protobuf_c_message_pack(message, bytes);
    free(*out);
    *out = bytes;
    *out_bytes = (uint32_t)n;
}

// Its address and source stand beside it; in their place are marks, as both must not be empty.
static void pack_target(const Gw__Target *def, struct gw_target *target)
{
    Gw__Target brief = *def;
    brief.url = (char *)"-";
    if (target->watch)
        brief.source_id = (char *)"-";
    pack(&brief, &target->packed, &target->packed_bytes);
}

static void free_target(struct gw_target *target)
{
    free(target->packed);
    free(target->url);
    free(target);
}

// ---- sources

static const char *watch_key(const void *watch)
{
    return ((const struct gw_watch *)watch)->id;
}

static const char *target_key(const void *target)
{
    return ((const struct gw_target *)target)->url;
}

void gw_targets_init(struct gw_targets *targets)
{
    *targets = (struct gw_targets){.articles = {.key = target_key}, .watches = {.key = watch_key}};
}

struct gw_watch *gw_watch_find(struct gw_targets *targets, const char *id)
{
    return gw_keyed_find(&targets->watches, id);
}

void gw_watch_reset_list(struct gw_watch *watch)
{
    struct gw_target *list = watch->list;
    free(list->packed);
    list->packed = NULL;
    list->packed_bytes = list->reads = 0;
    list->fetched_ms = list->first_seen_ms = list->next_due_ms = 0;
}

static void move_list(struct gw_watch *watch, const char *url)
{
    struct gw_target *list = watch->list;
    if (!list) {
        list = watch->list = calloc(1, sizeof *list);
        gw_assert(list);
        list->is_list = true;
        list->task.is_list = true;
        list->watch = watch;
    }
    free(list->url);
    list->url = copy(url);
    gw_watch_reset_list(watch);
    gw_health_forget(&watch->health);
    watch->usual_gap_ms = 0;
}

// Articles that came before their source, or stayed when it was removed for a while.
static void adopt(struct gw_targets *targets, struct gw_watch *watch)
{
    struct gw_arena *arena = gw_arena_new(1 << 20);
    struct gw_target *t;
    for (uint32_t at = 0; (t = gw_keyed_next(&targets->articles, &at));) {
        if (t->watch)
            continue;
        gw_arena_reset(arena);
        Gw__Target *def = gw_target_load(t, arena);
        if (def && strcmp(def->source_id, watch->id) == 0) {
            t->watch = watch;
            watch->pending += t->reads == 0 && !t->done;
        }
    }
    gw_arena_free(arena);
}

bool gw_watch_same(const struct gw_watch *watch, const Gw__Source *source)
{
    void *packed = NULL;
    uint32_t bytes;
    pack(source, &packed, &bytes);
    bool same = bytes == watch->packed_bytes && memcmp(packed, watch->packed, bytes) == 0;
    free(packed);
    return same;
}

struct gw_watch *gw_watch_put(struct gw_targets *targets, const Gw__Source *source, bool *ret_moved)
{
    struct gw_watch *watch = gw_watch_find(targets, source->id);
    bool is_new = !watch;
    if (is_new) {
        size_t id_bytes = strlen(source->id) + 1;
        watch = calloc(1, sizeof *watch + id_bytes);
        gw_assert(watch);
        memcpy(watch->id, source->id, id_bytes);
        gw_health_init(&watch->health);
        gw_keyed_add(&targets->watches, watch);
    }
    pack(source, &watch->packed, &watch->packed_bytes);
    uint64_t delay_ms = gw_source_delay_ms(source);
    watch->delay_ms = delay_ms < UINT32_MAX ? (uint32_t)delay_ms : UINT32_MAX;
    watch->poll = source->poll;
    watch->poll_ms = source->poll_ms < UINT32_MAX ? (uint32_t)source->poll_ms : UINT32_MAX;
    watch->paused = source->paused;
    watch->ignores_robots = source->fetch && source->fetch->robots == GW__ROBOTS__ROBOTS_IGNORE;
    watch->skips_backlog = source->list && source->list->backfill == GW__BACKFILL__BACKFILL_NONE;
    watch->present = true;

    struct gw_arena *arena = gw_arena_new(1 << 18);
    char *url = gw_url_canonical(arena, source->url);
    *ret_moved = !watch->list || strcmp(watch->list->url, url ? url : source->url) != 0;
    if (*ret_moved)
        move_list(watch, url ? url : source->url);
    gw_arena_free(arena);
    if (is_new)
        adopt(targets, watch);
    return watch;
}

// Its source goes: from now on the target itself says whose it was.
static void orphan(struct gw_target *target, struct gw_arena *arena)
{
    gw_arena_reset(arena);
    Gw__Target *def = gw_target_load(target, arena);
    target->watch = NULL;
    if (def)
        pack_target(def, target);
}

void gw_watch_drop(struct gw_targets *targets, struct gw_watch *watch)
{
    struct gw_target *t;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    for (uint32_t at = 0; (t = gw_keyed_next(&targets->articles, &at));)
        if (t->watch == watch)
            orphan(t, arena);
    gw_arena_free(arena);
    gw_keyed_remove(&targets->watches, watch);
    free_target(watch->list);
    free(watch->packed);
    free(watch);
}

Gw__Source *gw_watch_load(const struct gw_watch *watch, struct gw_arena *arena)
{
    ProtobufCMessage *message = NULL;
    if (gw_message_unpack(&gw__source__descriptor, watch->packed, watch->packed_bytes, arena, &message))
        return NULL;
    return (Gw__Source *)message;
}

// ---- targets

struct gw_target *gw_targets_find(struct gw_targets *targets, const char *url)
{
    return gw_keyed_find(&targets->articles, url);
}

static bool is_pending(const struct gw_target *target)
{
    return target->packed && !target->is_list && target->reads == 0 && !target->done;
}

static struct gw_target *find_or_make(struct gw_targets *targets, const Gw__Target *def)
{
    struct gw_watch *watch = gw_watch_find(targets, def->source_id);
    if (def->purpose == GW__PURPOSE__PURPOSE_LIST) {
        struct gw_target *list = watch ? watch->list : NULL;
        return list && strcmp(list->url, def->url) == 0 ? list : NULL;
    }
    struct gw_target *target = gw_targets_find(targets, def->url);
    if (!target) {
        target = calloc(1, sizeof *target);
        gw_assert(target);
        target->url = copy(def->url);
        gw_keyed_add(&targets->articles, target);
    }
    target->watch = watch;
    return target;
}

// What the list's history was, as the store remembers it after a restart.
static void recall(struct gw_watch *watch, const Gw__Target *def)
{
    struct gw_health *health = &watch->health;
    if (health->rows_usual)
        return;
    health->rows = health->rows_usual = def->rows_usual;
    health->had_dates = def->dated;
    health->had_own = def->on_site;
    watch->usual_gap_ms = (int64_t)def->usual_gap_ms;
}

struct gw_target *gw_targets_put(struct gw_targets *targets, const Gw__Target *def)
{
    struct gw_target *target = find_or_make(targets, def);
    if (!target || (target->packed && target->fetched_ms > def->fetched_ms))
        return NULL;
    if (target->watch)
        target->watch->pending -= is_pending(target);
    pack_target(def, target);
    target->fetched_ms = def->fetched_ms;
    target->first_seen_ms = def->first_seen_ms;
    target->next_due_ms = def->next_due_ms;
    target->reads = def->reads;
    target->done = def->done;
    target->backlog = def->backlog;
    if (target->is_list)
        recall(target->watch, def);
    if (target->watch) {
        target->watch->pending += is_pending(target);
        if (!target->is_list && target->first_seen_ms > target->watch->last_new_ms)
            target->watch->last_new_ms = target->first_seen_ms;
    }
    return target;
}

void gw_targets_drop(struct gw_targets *targets, struct gw_target *target)
{
    if (target->watch)
        target->watch->pending -= is_pending(target);
    gw_keyed_remove(&targets->articles, target);
    free_target(target);
}

Gw__Target *gw_target_load(const struct gw_target *target, struct gw_arena *arena)
{
    if (target->packed) {
        ProtobufCMessage *message = NULL;
        if (gw_message_unpack(&gw__target__descriptor, target->packed, target->packed_bytes, arena, &message))
            return NULL;
        Gw__Target *def = (Gw__Target *)message;
        def->url = target->url;
        def->source_id = target->watch ? target->watch->id : def->source_id;
        return def;
    }
    Gw__Target *fresh = gw_arena_alloc(arena, sizeof *fresh);
    if (!fresh)
        return NULL;
    gw__target__init(fresh);
    fresh->url = target->url;
    fresh->source_id = target->watch->id;
    fresh->purpose = GW__PURPOSE__PURPOSE_LIST;
    return fresh;
}

void gw_target_distrust(struct gw_target *target)
{
    struct gw_arena *arena = gw_arena_new(1 << 20);
    Gw__Target *def = target->packed ? gw_target_load(target, arena) : NULL;
    if (def) {
        def->etag = def->last_modified = (char *)protobuf_c_empty_string;
        def->digest.len = def->answer.len = 0;
        pack_target(def, target);
    }
    gw_arena_free(arena);
}

const char *gw_target_address(const Gw__Target *target, const Gw__Source *source)
{
    if (target->purpose == GW__PURPOSE__PURPOSE_LIST)
        return source->url;
    return target->row && target->row->url[0] ? target->row->url : target->url;
}

// ---- life

void gw_targets_fini(struct gw_targets *targets)
{
    struct gw_target *target;
    for (uint32_t at = 0; (target = gw_keyed_next(&targets->articles, &at));)
        gw_targets_drop(targets, target);
    struct gw_watch *watch;
    for (uint32_t at = 0; (watch = gw_keyed_next(&targets->watches, &at));)
        gw_watch_drop(targets, watch);
    gw_keyed_fini(&targets->articles);
    gw_keyed_fini(&targets->watches);
}
