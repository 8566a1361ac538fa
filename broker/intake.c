// SPDX-License-Identifier: Apache-2.0
#include "intake.h"

#include "base/clock.h"
#include "content.h"
#include "event.h"
#include "model/url.h"
#include "wire/frame.h"

#include <stdio.h>
#include <string.h>

enum {
    RUN_MAX_MS = 24 * 3600 * 1000, // a run of equal answers is closed after this time,
    RUN_MAX_POLLS = 1000,          // or after so many
    CLOCK_SLACK_MS = 5 * 60 * 1000,
    TARGET_MAX = 256 * 1024,
};

struct taking {
    struct gw_store *store;
    struct gw_arena *arena;
    const struct gw_origin *origin;
    const Gw__Observation *o;
    const struct gw_prepared *prepared;
    Gw__Source *source;
    struct gw_store_source source_row;
    bool late;
    struct gw_intake *result;
};

const char *gw_outcome_name(enum gw_outcome outcome)
{
    static const char *const names[] = {"none", "stored", "unchanged", "late", "dead", "repeat", "gap"};
    return outcome < GW_COUNT(names) ? names[outcome] : "unknown";
}

// ---- targets

const char *gw_intake_target_key(struct gw_arena *arena, Gw__Purpose purpose, const char *url, const char *source_id)
{
    // A canonical URL has no fragment, so '#' cannot meet another key.
    return purpose == GW__PURPOSE__PURPOSE_LIST ? gw_arena_printf(arena, "%s#%s", url, source_id) : url;
}

int gw_intake_target_put(struct gw_store *store, struct gw_arena *arena, const char *host, const Gw__Target *target,
                         uint32_t epoch)
{
    const char *key = gw_intake_target_key(arena, target->purpose, target->url, target->source_id);
    if (!key)
        return gw_fail(GW_ELIMIT, "no memory for a target");
    struct gw_buf packed = GW_BUF(TARGET_MAX);
    int rc = gw_message_pack(&packed, target);
    if (rc == GW_OK) {
        struct gw_store_target row = {.host = host,
                                      .url = key,
                                      .source_id = target->source_id,
                                      .purpose = target->purpose,
                                      .epoch = epoch,
                                      .fetched_ms = target->fetched_ms,
                                      .target = {packed.data, packed.bytes}};
        rc = gw_store_target_put(store, &row);
    }
    gw_buf_fini(&packed);
    return rc;
}

static int tell(struct taking *t, const char *host, Gw__Target *target, size_t capacity)
{
    struct gw_intake *r = t->result;
    if (!r->targets)
        r->targets = gw_arena_alloc(t->arena, capacity * sizeof *r->targets);
    if (!r->targets)
        return gw_fail(GW_ELIMIT, "no memory for %zu targets", capacity);
    r->targets[r->target_count++] = (struct gw_intake_target){host, target};
    return GW_OK;
}

// A row becomes a target unless its URL is known. One that is no usable URL is left out: the list stays good without
// it.
static int take_row(struct taking *t, Gw__Row *row, bool backlog, size_t capacity)
{
    char *url, *host;
    if (!gw_url_identify(t->arena, row->url, &url, &host))
        return GW_OK;
    struct gw_store_target known;
    int rc = gw_store_target_get(t->store, t->arena, url, &known);
    if (rc != GW_ENOTFOUND)
        return rc;
    Gw__Target *target = gw_arena_alloc(t->arena, sizeof *target);
    if (!target)
        return gw_fail(GW_ELIMIT, "no memory for a target");
    gw__target__init(target);
    target->url = url;
    target->source_id = (char *)t->source_row.id;
    target->purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    target->row = row;
    target->first_seen_ms = gw_clock_unix_ms();
    target->backlog = backlog;
    rc = gw_intake_target_put(t->store, t->arena, host, target, 0);
    return rc == GW_OK ? tell(t, host, target, capacity) : rc;
}

static int take_rows(struct taking *t)
{
    const Gw__Rows *rows = t->o->rows;
    for (size_t i = 0; i < rows->n_rows && !t->source_row.removed; i++) {
        int rc = take_row(t, rows->rows[i], t->o->backlog, rows->n_rows);
        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

// ---- coverage

static const char *coverage_status(const Gw__Observation *o, char out[64])
{
    if (o->failure == GW__FAILURE__FAILURE_NONE) {
        if (o->reading_case == GW__OBSERVATION__READING_ROWS)
            return o->rows->n_rows ? "ok" : "empty_list";
        return "unchanged";
    }
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(&gw__failure__descriptor, (int)o->failure);
    const char *name = value ? value->name : "FAILURE_UNKNOWN";
    size_t skip = strlen("FAILURE_"), n = 0;
    for (; name[skip + n] && n < 63; n++)
        out[n] = gw_lower(name[skip + n]);
    out[n] = '\0';
    return out;
}

static int note_coverage(struct taking *t)
{
    char name[64];
    const char *status = coverage_status(t->o, name);
    struct gw_store_run run;
    int rc = gw_store_run_get(t->store, t->arena, t->source_row.id, &run);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    bool open = rc == GW_OK;
    if (open && (strcmp(run.status, status) != 0 || run.polls >= RUN_MAX_POLLS ||
                 t->o->fetched_ms - run.from_ms > RUN_MAX_MS || t->o->fetched_ms < run.from_ms)) {
        rc = gw_event_append_run(t->store, &run, t->source->url);
        if (rc != GW_OK)
            return rc;
        open = false;
    }
    if (!open)
        run = (struct gw_store_run){.source_id = t->source_row.id, .status = status, .from_ms = t->o->fetched_ms};
    run.to_ms = t->o->fetched_ms;
    run.polls++;
    return gw_store_run_put(t->store, &run);
}

// ---- health

static int note_health(struct taking *t)
{
    const Gw__Health *health = t->o->health;
    ProtobufCMessage *message;
    Gw__Health before = GW__HEALTH__INIT;
    before.state = "new";
    if (t->source_row.health.bytes) {
        int rc = gw_message_unpack(&gw__health__descriptor, t->source_row.health.at, t->source_row.health.bytes,
                                   t->arena, &message);
        if (rc != GW_OK)
            return rc == GW_EPROTO ? gw_fail_prefix(GW_ECORRUPT, "health of %s", t->source_row.id) : rc;
        before = *(const Gw__Health *)message;
    }
    bool same = strcmp(before.state, health->state) == 0 && strcmp(before.reason, health->reason) == 0;
    bool first = strcmp(before.state, "new") == 0 && strcmp(before.detail, GW_SOURCE_RESUMED) != 0;
    bool first_ok = first && strcmp(health->state, "ok") == 0;
    struct gw_buf packed = GW_BUF(TARGET_MAX);
    int rc = gw_message_pack(&packed, health);
    if (rc == GW_OK) {
        t->source_row.health = (struct gw_span){packed.data, packed.bytes};
        rc = gw_store_source_put(t->store, &t->source_row);
    }
    gw_buf_fini(&packed);
    if (rc != GW_OK || same || first_ok)
        return rc;
    struct gw_source_event event = {.source_id = t->source_row.id,
                                    .url = t->source->url,
                                    .state = health->state,
                                    .reason = health->reason,
                                    .previous = before.state,
                                    .detail = health->detail,
                                    .since_ms = health->since_ms,
                                    .fetched_ms = t->o->fetched_ms};
    return gw_event_append_source(t->store, &event);
}

// ---- one observation

static int load_source(struct taking *t, const char *id)
{
    int rc = gw_store_source_get(t->store, t->arena, id, &t->source_row);
    if (rc == GW_ENOTFOUND)
        return gw_fail(GW_EINVAL, "no source '%s'", id);
    if (rc != GW_OK)
        return rc;
    ProtobufCMessage *message;
    rc = gw_message_unpack(&gw__source__descriptor, t->source_row.definition.at, t->source_row.definition.bytes,
                           t->arena, &message);
    if (rc == GW_EPROTO)
        return gw_fail_prefix(GW_ECORRUPT, "definition of %s", id);
    t->source = (Gw__Source *)message;
    return rc;
}

// Everything that decoding cannot know, and that needs no store.
static int check(struct gw_arena *arena, const struct gw_origin *origin, const Gw__Observation *o,
                 struct gw_prepared *prepared)
{
    char *url, *host;
    if (!gw_url_identify(arena, o->url, &url, &host))
        return gw_fail(GW_EINVAL, "observation.url: %s", gw_reason());
    if (strcmp(host, origin->host) != 0)
        return gw_fail(GW_EINVAL, "observation.url is on %s, published under the lease of %s", host, origin->host);
    if (!o->target)
        return gw_fail(GW_EINVAL, "observation.target is missing");
    if (o->fetched_ms <= 0)
        return gw_fail(GW_EINVAL, "observation.fetched_ms is missing");
    // Agents say the canonical form, which is its own.
    const char *of_target = strcmp(o->target->url, url) == 0 ? url : gw_url_canonical(arena, o->target->url);
    if (!of_target || strcmp(of_target, url) != 0)
        return gw_fail(GW_EINVAL, "observation.target is of another URL");
    if (o->target->purpose == GW__PURPOSE__PURPOSE_LIST && strcmp(o->target->source_id, o->source_id) != 0)
        return gw_fail(GW_EINVAL, "observation.target is of another source");
    prepared->url = url;
    prepared->key = gw_intake_target_key(arena, o->target->purpose, url, o->source_id);
    return prepared->key ? GW_OK : gw_fail(GW_ELIMIT, "no memory for a target");
}

// Promise 9: order is (epoch, fetched). A time that lies ahead of our clock was written by a clock that jumped; it
// decides nothing, or one bad hour would silence a page for good.
static int check_order(struct taking *t)
{
    struct gw_store_lease lease;
    struct gw_store_target known;
    int rc = gw_store_lease_get(t->store, t->arena, t->origin->host, &lease);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    t->late =
        rc == GW_ENOTFOUND || lease.epoch != t->origin->epoch || !gw_id_eq(&lease.holder, &t->origin->incarnation);
    rc = gw_store_target_get(t->store, t->arena, t->prepared->key, &known);
    if (rc != GW_OK)
        return rc == GW_ENOTFOUND ? GW_OK : rc;
    // Epochs are the host's; a page that changed its host begins anew.
    bool same_lease = known.epoch == t->origin->epoch && strcmp(known.host, t->origin->host) == 0;
    if (same_lease && t->o->fetched_ms < known.fetched_ms && known.fetched_ms <= gw_clock_unix_ms() + CLOCK_SLACK_MS)
        t->late = true;
    return GW_OK;
}

static int keep_letter(struct gw_store *store, const char *kind, const struct gw_origin *origin, struct gw_span bytes,
                       const char *reason)
{
    struct gw_store_letter letter = {.kind = kind,
                                     .incarnation = origin->incarnation,
                                     .msgno = origin->msgno,
                                     .stored_ms = gw_clock_unix_ms(),
                                     .reason = reason,
                                     .bytes = bytes};
    int rc = gw_store_letter_put(store, &letter);
    return rc == GW_OK ? gw_store_letters_trim(store, kind, GW_LETTERS_KEPT) : rc;
}

static int take_late(struct taking *t)
{
    struct gw_buf packed = GW_BUF(GW_FRAME_MAX);
    int rc = gw_message_pack(&packed, t->o);
    if (rc == GW_OK)
        rc = keep_letter(t->store, "late", t->origin, (struct gw_span){packed.data, packed.bytes},
                         "of an old epoch, or older than what is known");
    gw_buf_fini(&packed);
    return rc;
}

static int take_current(struct taking *t)
{
    Gw__Target target = *t->o->target;
    target.url = (char *)t->prepared->url;
    int rc = gw_intake_target_put(t->store, t->arena, t->origin->host, &target, t->origin->epoch);
    if (rc == GW_OK && t->o->purpose == GW__PURPOSE__PURPOSE_LIST)
        rc = note_coverage(t);
    // What was still on its way when the source was paused changes no more than its target.
    if (rc == GW_OK && t->o->health && !t->source->paused)
        rc = note_health(t);
    return rc;
}

static int take_reading(struct taking *t)
{
    if (t->o->reading_case == GW__OBSERVATION__READING_ROWS)
        return take_rows(t);
    if (t->o->reading_case != GW__OBSERVATION__READING_DOCUMENT)
        return GW_OK;
    struct gw_reading reading = {
        .observation = t->o,
        .digest = t->prepared->digest,
        .url = t->prepared->url,
        .source = t->source,
        .origin = t->origin,
        .first_seen_ms = t->o->target->first_seen_ms ? t->o->target->first_seen_ms : t->o->fetched_ms,
        .late = t->late,
    };
    return gw_registry_read(t->store, t->arena, &reading, &t->result->verdict);
}

// False: it was counted before, or cannot be yet.
static int claim(struct gw_store *store, const struct gw_origin *origin, struct gw_intake *result, bool *ret_new)
{
    enum gw_store_claim claimed = GW_CLAIM_REPEAT;
    int rc = gw_store_claim(store, &origin->incarnation, origin->msgno, &claimed);
    *ret_new = rc == GW_OK && claimed == GW_CLAIM_NEW;
    *result = (struct gw_intake){.outcome = claimed == GW_CLAIM_GAP ? GW_OUTCOME_GAP : GW_OUTCOME_REPEAT};
    return rc;
}

void gw_intake_prepare(struct gw_arena *arena, const struct gw_origin *origin, const Gw__Observation *observation,
                       struct gw_prepared *ret_prepared)
{
    *ret_prepared = (struct gw_prepared){0};
    ret_prepared->rc = check(arena, origin, observation, ret_prepared);
    if (ret_prepared->rc != GW_OK)
        snprintf(ret_prepared->reason, sizeof ret_prepared->reason, "%s", gw_reason());
    else if (observation->reading_case == GW__OBSERVATION__READING_DOCUMENT)
        gw_content_digest(observation->document, ret_prepared->digest);
}

int gw_intake_publish(struct gw_store *store, struct gw_arena *arena, const struct gw_origin *origin,
                      const Gw__Observation *observation, const struct gw_prepared *prepared,
                      struct gw_intake *ret_intake)
{
    struct taking t = {
        .store = store, .arena = arena, .origin = origin, .o = observation, .prepared = prepared, .result = ret_intake};
    bool is_new;
    int rc = claim(store, origin, ret_intake, &is_new);
    if (rc != GW_OK || !is_new)
        return rc;
    rc = prepared->rc == GW_OK ? GW_OK : gw_fail(prepared->rc, "%s", prepared->reason);
    if (rc == GW_OK)
        rc = load_source(&t, observation->source_id);
    if (rc == GW_OK)
        rc = check_order(&t);
    if (rc == GW_OK)
        rc = t.late ? take_late(&t) : take_current(&t);
    if (rc == GW_OK)
        rc = take_reading(&t);
    bool unchanged = ret_intake->verdict == GW_VERDICT_UNCHANGED || ret_intake->verdict == GW_VERDICT_REBASED ||
                     observation->reading_case == GW__OBSERVATION__READING_UNCHANGED;
    ret_intake->outcome = t.late ? GW_OUTCOME_LATE : unchanged ? GW_OUTCOME_UNCHANGED : GW_OUTCOME_STORED;
    return rc;
}

int gw_intake_tombstone(struct gw_store *store, const struct gw_origin *origin, const char *reason,
                        struct gw_intake *ret_intake)
{
    bool is_new;
    int rc = claim(store, origin, ret_intake, &is_new);
    if (rc != GW_OK || !is_new)
        return rc;
    ret_intake->outcome = GW_OUTCOME_DEAD;
    return keep_letter(store, "dead", origin, (struct gw_span){"", 0}, reason);
}

int gw_intake_offer(struct gw_store *store, struct gw_arena *arena, const Gw__Offer *offer,
                    struct gw_intake *ret_intake)
{
    struct taking t = {.store = store, .arena = arena, .result = ret_intake};
    *ret_intake = (struct gw_intake){.outcome = GW_OUTCOME_STORED};
    int rc = load_source(&t, offer->source_id);
    if (rc != GW_OK || t.source_row.removed)
        return rc;
    Gw__Row plain = GW__ROW__INIT;
    plain.url = offer->url;
    return take_row(&t, offer->row ? offer->row : &plain, offer->backlog, 1);
}

int gw_intake_bury(struct gw_store *store, const struct gw_origin *origin, struct gw_span bytes, const char *reason,
                   struct gw_intake *ret_intake)
{
    bool is_new;
    int rc = claim(store, origin, ret_intake, &is_new);
    if (rc != GW_OK || !is_new)
        return rc;
    ret_intake->outcome = GW_OUTCOME_DEAD;
    return keep_letter(store, "dead", origin, bytes, reason);
}
