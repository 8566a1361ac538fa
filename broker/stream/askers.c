// SPDX-License-Identifier: Apache-2.0
#include "askers.h"

#include "base/buf.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

struct asker {
    struct gw_socket *socket;
    struct gw_peer peer;
    uint64_t number; // 0: a free place
};

// A packed ANSWER on its way to the loop.
struct reply {
    struct reply *next;
    uint64_t number;
    bool last;
    struct gw_buf frame;
};

struct gw_askers {
    uv_async_t wake;
    struct asker askers[GW_ASKERS_MAX];
    uint64_t last_number;
    pthread_mutex_t lock; // of the replies
    struct reply *first, **end;
    bool stopped;
};

static void reply_free(struct reply *reply)
{
    gw_buf_fini(&reply->frame);
    free(reply);
}

static struct asker *numbered(struct gw_askers *askers, uint64_t number)
{
    for (size_t i = 0; i < GW_ASKERS_MAX; i++)
        if (askers->askers[i].number == number)
            return &askers->askers[i];
    return NULL;
}

static struct reply *take_all(struct gw_askers *askers)
{
    pthread_mutex_lock(&askers->lock);
    struct reply *first = askers->first;
    askers->first = NULL;
    askers->end = &askers->first;
    pthread_mutex_unlock(&askers->lock);
    return first;
}

static void on_wake(uv_async_t *wake)
{
    struct gw_askers *askers = wake->data;
    for (struct reply *r = take_all(askers), *next; r; r = next) {
        next = r->next;
        struct asker *asker = numbered(askers, r->number);
        int rc = asker ? gw_socket_send_frame(asker->socket, &asker->peer, r->frame.data, r->frame.bytes) : GW_OK;
        if (rc != GW_OK)
            gw_debug("stream", "answer", "%s, nothing more is sent", gw_reason());
        if (asker && (rc != GW_OK || r->last))
            asker->number = 0;
        reply_free(r);
    }
}

uint64_t gw_askers_add(struct gw_askers *askers, struct gw_socket *socket, const struct gw_peer *peer)
{
    struct asker *free_place = numbered(askers, 0);
    if (!free_place)
        return 0;
    *free_place = (struct asker){.socket = socket, .peer = *peer, .number = ++askers->last_number};
    return free_place->number;
}

void gw_askers_answer(struct gw_askers *askers, uint64_t number, const Gw__Answer *answer)
{
    struct reply *reply = calloc(1, sizeof *reply);
    gw_assert(reply);
    reply->number = number;
    reply->last = answer->last;
    reply->frame = GW_BUF(GW_FRAME_MAX);
    if (gw_frame_pack(&reply->frame, GW_MSG_ANSWER, answer) != GW_OK) {
        Gw__Answer too_long = GW__ANSWER__INIT;
        too_long.last = reply->last = true;
        too_long.outcome = GW__OUTCOME__OUTCOME_FAILED;
        too_long.reason = "a part of the answer is longer than a frame";
        gw_assert(gw_frame_pack(&reply->frame, GW_MSG_ANSWER, &too_long) == GW_OK);
    }
    pthread_mutex_lock(&askers->lock);
    bool stopped = askers->stopped;
    if (!stopped) {
        *askers->end = reply;
        askers->end = &reply->next;
        uv_async_send(&askers->wake);
    }
    pthread_mutex_unlock(&askers->lock);
    if (stopped)
        reply_free(reply);
}

struct gw_askers *gw_askers_new(uv_loop_t *loop)
{
    struct gw_askers *askers = calloc(1, sizeof *askers);
    gw_assert(askers);
    askers->end = &askers->first;
    pthread_mutex_init(&askers->lock, NULL);
    gw_assert(uv_async_init(loop, &askers->wake, on_wake) == 0);
    askers->wake.data = askers;
    return askers;
}

void gw_askers_stop(struct gw_askers *askers)
{
    pthread_mutex_lock(&askers->lock);
    askers->stopped = true;
    pthread_mutex_unlock(&askers->lock);
    uv_close((uv_handle_t *)&askers->wake, NULL);
}

struct gw_askers *gw_askers_free(struct gw_askers *askers)
{
    if (!askers)
        return NULL;
    for (struct reply *r = take_all(askers), *next; r; r = next) {
        next = r->next;
        reply_free(r);
    }
    pthread_mutex_destroy(&askers->lock);
    free(askers);
    return NULL;
}
