// SPDX-License-Identifier: Apache-2.0
#include "registry.h"

#include "base/clock.h"
#include "change.h"
#include "event.h"
#include "model/url.h"
#include "wire/frame.h"

#include <string.h>

enum { FRAME_MAX = GW_FRAME_MAX };

struct judging {
    struct gw_store *store;
    struct gw_arena *arena;
    const struct gw_reading *reading;
    struct gw_store_document document;
};

// ---- which document is it

static int find_by_url(struct judging *j, const char *url, struct gw_store_document *ret_document)
{
    struct gw_id id = gw_document_id(url);
    int rc = gw_store_document_get(j->store, j->arena, &id, ret_document);
    if (rc != GW_ENOTFOUND)
        return rc;
    rc = gw_store_alias_get(j->store, url, &id);
    return rc == GW_OK ? gw_store_document_get(j->store, j->arena, &id, ret_document) : rc;
}

// Where the page lives now, when every hop said that it moved for good (RFC 9110 §15.4: 301, 308); NULL otherwise.
static const char *moved_to(struct judging *j)
{
    const Gw__Response *response = j->reading->observation->response;
    if (!response || response->n_hops == 0 || !response->final_url || !*response->final_url)
        return NULL;
    for (size_t i = 0; i < response->n_hops; i++)
        if (response->hops[i]->status != 301 && response->hops[i]->status != 308)
            return NULL;
    const char *url = gw_url_canonical(j->arena, response->final_url);
    return url && strcmp(url, j->reading->url) != 0 ? url : NULL;
}

// Fills j->document; GW_ENOTFOUND: unknown under either URL.
static int find(struct judging *j)
{
    const char *moved = moved_to(j);
    struct gw_store_document other;
    int rc = find_by_url(j, j->reading->url, &j->document);
    if (!moved || (rc != GW_OK && rc != GW_ENOTFOUND))
        return rc;
    int other_rc = find_by_url(j, moved, &other);
    if (other_rc != GW_OK && other_rc != GW_ENOTFOUND)
        return other_rc;
    if (rc == GW_OK && other_rc == GW_ENOTFOUND)
        return gw_store_alias_put(j->store, moved, &j->document.id);
    if (rc == GW_ENOTFOUND && other_rc == GW_OK) {
        j->document = other;
        return gw_store_alias_put(j->store, j->reading->url, &other.id);
    }
    return rc; // known under neither, or as two documents, which stay two
}

// What its last event, or its baseline, says. GW_ENOTFOUND: retention removed it.
static int last_content(struct judging *j, const Gw__Document **ret_content)
{
    ProtobufCMessage *message = NULL;
    struct gw_store_event event;
    struct gw_span bytes;
    int rc;
    if (j->document.rebased) {
        rc = gw_store_baseline_get(j->store, j->arena, &j->document.id, &bytes);
        if (rc == GW_OK)
            rc = gw_message_unpack(&gw__document__descriptor, bytes.at, bytes.bytes, j->arena, &message);
    } else {
        rc = gw_store_event_get(j->store, j->arena, &j->document.event_id, &event);
        if (rc == GW_OK)
            rc = gw_message_unpack(&gw__event__descriptor, event.event.at, event.event.bytes, j->arena, &message);
    }
    if (rc == GW_EPROTO)
        return gw_fail_prefix(GW_ECORRUPT, "store: the last content of %s", j->document.url);
    if (rc == GW_OK)
        *ret_content = j->document.rebased ? (const Gw__Document *)message : ((const Gw__Event *)message)->document;
    return rc;
}

// What changed; of content that is no longer kept only that it did.
static int find_change(struct judging *j, Gw__Change **ret_change)
{
    const Gw__Document *before = NULL;
    int rc = last_content(j, &before);
    if (rc == GW_OK)
        return gw_change_make(j->arena, before, j->reading->observation->document, ret_change);
    if (rc != GW_ENOTFOUND)
        return rc;
    Gw__Change *change = gw_arena_alloc(j->arena, sizeof *change);
    if (!change)
        return gw_fail(GW_ELIMIT, "no memory to compare two revisions");
    gw__change__init(change);
    *ret_change = change;
    return GW_OK;
}

// ---- events

static const char *reason_if(bool relaxed, const char *how, struct judging *j)
{
    const char *reason = j->reading->source->fetch ? j->reading->source->fetch->reason : "";
    return relaxed ? gw_arena_printf(j->arena, "%s: %s", how, reason ? reason : "") : "";
}

static void fill_provenance(struct judging *j, Gw__Provenance *p)
{
    const Gw__Observation *o = j->reading->observation;
    const struct gw_origin *origin = j->reading->origin;
    const Gw__FetchRule *fetch = j->reading->source->fetch;
    char *incarnation = gw_arena_alloc(j->arena, GW_ID_HEX), *sha256 = gw_arena_zalloc(j->arena, 65);
    p->node = (char *)origin->node;
    p->incarnation = incarnation ? (char *)gw_id_hex(&origin->incarnation, incarnation) : "";
    p->msgno = origin->msgno;
    p->epoch = origin->epoch;
    p->extractor = o->extractor;
    if (o->response) {
        p->status = o->response->status;
        p->final_url = o->response->final_url;
        p->archive_record = o->response->archive_record;
        if (sha256 && o->response->sha256.len == GW_SHA256_BYTES)
            gw_hex(o->response->sha256.data, GW_SHA256_BYTES, sha256);
    }
    p->sha256 = sha256 ? sha256 : "";
    p->robots = (char *)reason_if(fetch && fetch->robots == GW__ROBOTS__ROBOTS_IGNORE, "ignored", j);
    bool tls = fetch && fetch->tls != GW__TLS__TLS_STRICT;
    p->tls = (char *)reason_if(tls, tls && fetch->tls == GW__TLS__TLS_LEGACY ? "legacy" : "insecure", j);
}

static int append(struct judging *j, const char *type, Gw__Change *change)
{
    const Gw__Observation *o = j->reading->observation;
    struct gw_store_document *d = &j->document;
    Gw__Provenance provenance = GW__PROVENANCE__INIT;
    fill_provenance(j, &provenance);
    char document_hex[GW_ID_HEX], previous_hex[GW_ID_HEX];
    Gw__Event event = GW__EVENT__INIT;
    event.stream = GW__STREAM__STREAM_POLICY;
    event.type = (char *)type;
    event.source_id = o->source_id;
    event.subject = (char *)d->url;
    event.fetched_ms = o->fetched_ms;
    event.first_seen_ms = d->first_seen_ms;
    event.backlog = o->backlog;
    event.revision = d->revision;
    event.document_id = (char *)gw_id_hex(&d->id, document_hex);
    event.document = o->document;
    event.provenance = &provenance;
    if (change) {
        change->previous_event_id = (char *)gw_id_hex(&d->event_id, previous_hex);
        event.change = change;
    }
    struct gw_id id = gw_policy_event_id(&d->id, d->revision, type);
    enum gw_store_append outcome;
    int rc = gw_event_append(j->store, &event, &id, &d->event_id, &outcome);
    if (rc == GW_ELIMIT && change && change->n_paragraphs) { // the quotes are what can be spared
        change->more_paragraphs += (uint32_t)change->n_paragraphs;
        change->n_paragraphs = 0;
        rc = gw_event_append(j->store, &event, &id, &d->event_id, &outcome);
    }
    d->event_id = id;
    return rc;
}

// The document as it stands after this reading.
static int keep(struct judging *j)
{
    const struct gw_reading *r = j->reading;
    memcpy(j->document.digest, j->reading->digest, GW_SHA256_BYTES);
    j->document.extractor = r->observation->extractor;
    j->document.epoch = r->origin->epoch;
    j->document.fetched_ms = r->observation->fetched_ms;
    return gw_store_document_put(j->store, &j->document);
}

static bool has_notice(const Gw__Observation *o)
{
    return o->document->notice && *o->document->notice;
}

static int publish(struct judging *j)
{
    const struct gw_reading *r = j->reading;
    j->document = (struct gw_store_document){
        .id = gw_document_id(r->url),
        .url = r->url,
        .source_id = r->observation->source_id,
        .state = GW_DOCUMENT_LIVE,
        .revision = 1,
        .first_seen_ms = r->first_seen_ms,
    };
    int rc = append(j, "published", NULL);
    if (rc == GW_OK && has_notice(r->observation)) {
        j->document.state = GW_DOCUMENT_WITHDRAWN;
        rc = append(j, "withdrawn", NULL);
    }
    return rc == GW_OK ? keep(j) : rc;
}

// Read anew by a newer extractor: what it reads now is what later readings are compared with.
static int rebase(struct judging *j)
{
    if (memcmp(j->document.digest, j->reading->digest, GW_SHA256_BYTES) != 0) {
        struct gw_buf packed = GW_BUF(FRAME_MAX);
        int rc = gw_message_pack(&packed, j->reading->observation->document);
        if (rc == GW_OK)
            rc = gw_store_baseline_put(j->store, &j->document.id, (struct gw_span){packed.data, packed.bytes});
        gw_buf_fini(&packed);
        if (rc != GW_OK)
            return rc;
        j->document.rebased = true;
    }
    return keep(j);
}

static bool only_notice(const Gw__Change *change)
{
    return change->n_paragraphs == 0 && change->more_paragraphs == 0 && change->n_fields == 1 &&
           strcmp(change->fields[0]->field, "notice") == 0;
}

// The content differs from the last reading's: one event, or two when it was also withdrawn.
static int revise(struct judging *j)
{
    Gw__Change *change;
    int rc = find_change(j, &change);
    if (rc != GW_OK)
        return rc;
    struct gw_store_document *d = &j->document;
    bool was_live = d->state == GW_DOCUMENT_LIVE, is_live = !has_notice(j->reading->observation);
    if (was_live && !is_live && only_notice(change)) {
        rc = append(j, "withdrawn", change);
    } else {
        d->revision++;
        rc = append(j, !was_live && is_live ? "reinstated" : "revised", change);
        if (rc == GW_OK && was_live && !is_live)
            rc = append(j, "withdrawn", NULL);
    }
    d->state = is_live ? GW_DOCUMENT_LIVE : GW_DOCUMENT_WITHDRAWN;
    d->rebased = false;
    return rc == GW_OK ? keep(j) : rc;
}

// The same page is there again after it was gone.
static int reinstate(struct judging *j)
{
    j->document.revision++;
    j->document.state = GW_DOCUMENT_LIVE;
    int rc = append(j, "reinstated", NULL);
    return rc == GW_OK ? keep(j) : rc;
}

int gw_registry_read(struct gw_store *store, struct gw_arena *arena, const struct gw_reading *reading,
                     enum gw_verdict *ret_verdict)
{
    struct judging j = {.store = store, .arena = arena, .reading = reading};
    int rc = find(&j);
    if (rc == GW_ENOTFOUND) {
        *ret_verdict = GW_VERDICT_PUBLISHED;
        return publish(&j);
    }
    if (rc != GW_OK)
        return rc;
    uint32_t extractor = reading->observation->extractor;
    bool same = memcmp(j.document.digest, reading->digest, GW_SHA256_BYTES) == 0;
    if (reading->late) {
        *ret_verdict = GW_VERDICT_LATE;
        return GW_OK;
    }
    if (extractor > j.document.extractor) {
        *ret_verdict = same ? GW_VERDICT_UNCHANGED : GW_VERDICT_REBASED;
        return rebase(&j);
    }
    if (same && j.document.state == GW_DOCUMENT_WITHDRAWN && !has_notice(reading->observation)) {
        *ret_verdict = GW_VERDICT_REVISED;
        return reinstate(&j);
    }
    if (extractor < j.document.extractor || same) {
        *ret_verdict = GW_VERDICT_UNCHANGED;
        return GW_OK;
    }
    *ret_verdict = GW_VERDICT_REVISED;
    return revise(&j);
}
