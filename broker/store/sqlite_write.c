// SPDX-License-Identifier: Apache-2.0
// The writing half of the SQLite backend.
#include "sqlite.h"

#include <stdio.h>
#include <string.h>

int gw_sqlite_begin(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    gw_sqlite_checkpoint_ease(store->checkpoint);
    memcpy(store->committed, store->last, sizeof store->last);
    return gw_sqlite_write(store, ST_BEGIN, NULL, "");
}

int gw_sqlite_commit(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    for (uint64_t stream = 1; stream < GW_STREAMS; stream++) {
        if (store->last[stream] == store->committed[stream])
            continue;
        int rc = gw_sqlite_write(store, ST_TAIL_PUT, NULL, "uu", stream, store->last[stream]);
        if (rc != GW_OK)
            return rc;
    }
    return gw_sqlite_write(store, ST_COMMIT, NULL, "");
}

void gw_sqlite_rollback(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    if (!sqlite3_get_autocommit(store->db)) // a full disk or an I/O error has rolled back already
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    memcpy(store->last, store->committed, sizeof store->last);
}

int gw_sqlite_savepoint(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    memcpy(store->saved, store->last, sizeof store->last);
    return gw_sqlite_write(store, ST_SAVEPOINT, NULL, "");
}

int gw_sqlite_release(struct gw_store *base)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_RELEASE, NULL, "");
}

int gw_sqlite_undo(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    memcpy(store->last, store->saved, sizeof store->last);
    int rc = gw_sqlite_write(store, ST_UNDO, NULL, "");
    return rc == GW_OK ? gw_sqlite_write(store, ST_RELEASE, NULL, "") : rc;
}

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

int gw_sqlite_append(struct gw_store *base, const struct gw_store_event *event, enum gw_store_append *ret_append)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    uint64_t seq = store->last[event->stream] + 1;
    int changes = 0;
    int rc = gw_sqlite_write(store, ST_EVENT_PUT + (int)event->stream - 1, &changes, "uddihs", seq, &event->id,
                             &event->previous, event->stored_ms, event->sha256, event->event);
    if (rc != GW_OK)
        return rc;
    if (changes == 1)
        store->last[event->stream] = seq;
    *ret_append = changes == 1 ? GW_APPEND_STORED : GW_APPEND_REPEAT;
    return GW_OK;
}

int gw_sqlite_trim(struct gw_store *base, Gw__Stream stream, uint64_t before)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    int rc = gw_sqlite_write(store, ST_TRIM + (int)stream - 1, NULL, "u", before);
    return rc == GW_OK ? gw_sqlite_write(store, ST_FIRST_PUT, NULL, "iu", (int64_t)stream, before) : rc;
}

int gw_sqlite_renew(struct gw_store *base, uint64_t generation)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)generation);
    int rc = gw_sqlite_write(store, ST_RENEW, NULL, "t", text);
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
