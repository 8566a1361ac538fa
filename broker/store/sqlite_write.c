// SPDX-License-Identifier: Apache-2.0
// The writing half of the SQLite backend.
#include "sqlite.h"

#include <stdio.h>

int gw_sqlite_claim(struct gw_store *base, const struct gw_id *incarnation, uint64_t msgno,
                    enum gw_store_claim *ret_claim)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    int changes = 0;
    int rc = gw_sqlite_write(store, ST_CLAIM_NEXT, &changes, "du", incarnation, msgno);
    if (rc != GW_OK)
        return rc;
    if (changes == 1) {
        *ret_claim = GW_CLAIM_NEW;
        return GW_OK;
    }
    struct gw_store_agent agent = {0};
    rc = gw_sqlite_agent_get(base, NULL, incarnation, &agent);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    if (agent.counted) {
        *ret_claim = msgno <= agent.acked_msgno ? GW_CLAIM_REPEAT : GW_CLAIM_GAP;
        return GW_OK;
    }
    *ret_claim = GW_CLAIM_NEW;
    return gw_sqlite_write(store, ST_CLAIM_FIRST, NULL, "du", incarnation, msgno);
}

int gw_sqlite_agent_put(struct gw_store *base, const struct gw_store_agent *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_AGENT_PUT, NULL, "dti", &row->incarnation, row->node, row->seen_ms);
}

int gw_sqlite_lease_put(struct gw_store *base, const struct gw_store_lease *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_LEASE_PUT, NULL, "tid", row->host, (int64_t)row->epoch, &row->holder);
}

int gw_sqlite_source_put(struct gw_store *base, const struct gw_store_source *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_SOURCE_PUT, NULL, "tssi", row->id, row->definition, row->health,
                           (int64_t)row->removed);
}

int gw_sqlite_target_put(struct gw_store *base, const struct gw_store_target *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_TARGET_PUT, NULL, "tttiiis", row->url, row->host, row->source_id,
                           (int64_t)row->purpose, (int64_t)row->epoch, row->fetched_ms, row->target);
}

int gw_sqlite_document_put(struct gw_store *base, const struct gw_store_document *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_DOCUMENT_PUT, NULL, "dttiidhiiiii", &row->id, row->url,
                           row->source_id, (int64_t)row->state, (int64_t)row->revision, &row->event_id, row->digest,
                           (int64_t)row->extractor, (int64_t)row->epoch, row->fetched_ms, row->first_seen_ms,
                           (int64_t)row->rebased);
}

int gw_sqlite_alias_put(struct gw_store *base, const char *url, const struct gw_id *document)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_ALIAS_PUT, NULL, "td", url, document);
}

int gw_sqlite_baseline_put(struct gw_store *base, const struct gw_id *document, struct gw_span content)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_BASELINE_PUT, NULL, "ds", document, content);
}

// As if the disk were that small.
static int check_room(struct gw_sqlite *store)
{
    if (store->max_bytes && (gw_event_files_end(store->files) & UINT32_MAX) > store->max_bytes)
        return gw_fail(GW_ENOSPC, "store: its ceiling of %llu bytes is reached", (unsigned long long)store->max_bytes);
    return GW_OK;
}

int gw_sqlite_append(struct gw_store *base, const struct gw_store_event *event, enum gw_store_append *ret_append)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    uint64_t seq = store->last[event->stream] + 1;
    bool to_file = event->stream == GW__STREAM__STREAM_POLICY && event->event.bytes; // the others' are small
    uint64_t place = to_file ? gw_event_files_end(store->files) : 0;
    int changes = 0, rc = to_file ? check_room(store) : GW_OK;
    if (rc == GW_OK)
        rc = gw_sqlite_write(store, ST_EVENT_PUT + (int)event->stream - 1, &changes, "uddisspu", seq, &event->id,
                             &event->previous, event->stored_ms,
                             (struct gw_span){(const char *)event->digest.at, event->digest.bytes},
                             to_file ? (struct gw_span){"", 0} : event->event, place, (uint64_t)event->event.bytes);
    if (rc != GW_OK)
        return rc;
    *ret_append = changes == 1 ? GW_APPEND_STORED : GW_APPEND_REPEAT;
    if (changes != 1)
        return GW_OK;
    store->last[event->stream] = seq;
    if (to_file)
        rc = gw_event_files_put(store->files, event->event);
    if (to_file && rc == GW_OK)
        rc = gw_sqlite_redo_note_event(store, place, event->event);
    return rc;
}

int gw_sqlite_find_unneeded(struct gw_sqlite *store, uint64_t before)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(store, ST_EVENTS, &statement, "uu", before, (uint64_t)INT64_MAX);
    if (rc == GW_OK)
        rc = gw_sqlite_step(statement);
    if (rc < 0)
        return rc;
    // A row without a place was stored before there were event files: then those behind it are needed.
    uint64_t place = rc == 0 ? gw_event_files_end(store->files) : (uint64_t)sqlite3_column_int64(statement, 6);
    if (rc == 1)
        sqlite3_reset(statement);
    if (gw_place_file(place) > store->unneeded)
        store->unneeded = gw_place_file(place);
    return GW_OK;
}

int gw_sqlite_trim(struct gw_store *base, Gw__Stream stream, uint64_t before)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    int rc = gw_sqlite_write(store, ST_TRIM + (int)stream - 1, NULL, "u", before);
    if (rc == GW_OK && stream == GW__STREAM__STREAM_POLICY)
        rc = gw_sqlite_find_unneeded(store, before);
    return rc == GW_OK ? gw_sqlite_write(store, ST_FIRST_PUT, NULL, "iu", (int64_t)stream, before) : rc;
}

int gw_sqlite_renew(struct gw_store *base, uint64_t generation)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)generation);
    int rc = gw_sqlite_write(store, ST_RENEW, NULL, "t", text);
    if (rc == GW_OK)
        store->next_generation = generation;
    return rc == GW_OK ? gw_sqlite_write(store, ST_FORGET_AGENTS, NULL, "") : rc;
}

int gw_sqlite_run_put(struct gw_store *base, const struct gw_store_run *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_RUN_PUT, NULL, "ttiii", row->source_id, row->status, row->from_ms,
                           row->to_ms, (int64_t)row->polls);
}

int gw_sqlite_letter_put(struct gw_store *base, const struct gw_store_letter *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_LETTER_PUT, NULL, "tduits", row->kind, &row->incarnation, row->msgno,
                           row->stored_ms, row->reason, row->bytes);
}

int gw_sqlite_letters_trim(struct gw_store *base, const char *kind, uint64_t keep)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_LETTERS_TRIM, NULL, "tu", kind, keep);
}

int gw_sqlite_consumer_put(struct gw_store *base, const struct gw_store_consumer *row)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_CONSUMER_PUT, NULL, "titui", row->name, (int64_t)row->stream,
                           row->filter, row->seq, row->seen_ms);
}
