// SPDX-License-Identifier: Apache-2.0
#include "filter.h"

#include "base/log.h"
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct gw_filter {
    char *text;
    struct gw_query *query;
    size_t users;
    uint64_t judged; // the last judging, and what it said
    bool wants;
    UT_hash_handle hh;
};

// ---- an event

void gw_judging_init(struct gw_judging *j, struct gw_arena *arena)
{
    *j = (struct gw_judging){.arena = arena};
    gw_query_subject_init(&j->subject, NULL);
}

void gw_judging_fini(struct gw_judging *j)
{
    gw_query_subject_fini(&j->subject);
    gw_arena_free(j->arena);
    j->arena = NULL;
}

void gw_judging_begin(struct gw_judging *j, struct gw_span event)
{
    j->number++;
    j->event = event;
    j->decoded = j->broken = false;
}

static void decode(struct gw_judging *j)
{
    ProtobufCMessage *message = NULL;
    gw_arena_reset(j->arena);
    j->decoded = true;
    j->broken = gw_message_unpack(&gw__event__descriptor, j->event.at, j->event.bytes, j->arena, &message) != GW_OK;
    if (j->broken)
        gw_error("stream", "undecodable", "%s; sent unfiltered", gw_reason());
    else
        gw_query_subject_set(&j->subject, (const Gw__Event *)message);
}

// ---- a filter

int gw_filter_open(struct gw_filters *filters, const char *text, struct gw_filter **ret_filter)
{
    struct gw_filter *filter;
    struct gw_query *query;
    HASH_FIND_STR(filters->all, text, filter);
    if (!filter) {
        int rc = gw_query_new(text, &query);
        if (rc != GW_OK)
            return rc;
        filter = calloc(1, sizeof *filter);
        gw_assert(filter);
        filter->text = strdup(text);
        gw_assert(filter->text);
        filter->query = query;
        HASH_ADD_KEYPTR(hh, filters->all, filter->text, strlen(filter->text), filter);
    }
    filter->users++;
    *ret_filter = filter;
    return GW_OK;
}

struct gw_filter *gw_filter_close(struct gw_filters *filters, struct gw_filter *filter)
{
    if (!filter || --filter->users)
        return NULL;
    HASH_DEL(filters->all, filter);
    gw_query_free(filter->query);
    free(filter->text);
    free(filter);
    return NULL;
}

bool gw_filter_wants(struct gw_filter *filter, struct gw_judging *j)
{
    if (filter->judged == j->number)
        return filter->wants;
    if (!j->decoded)
        decode(j);
    filter->judged = j->number;
    filter->wants = j->broken || gw_query_match_subject(filter->query, &j->subject);
    return filter->wants;
}
