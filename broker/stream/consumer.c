// SPDX-License-Identifier: Apache-2.0
#include "consumer.h"

#include "base/clock.h"

#include "schema/stream.pb-c.h"

#include <stdlib.h>
#include <string.h>

struct gw_consumer *gw_consumer_new(const struct gw_consumer_key *key)
{
    struct gw_consumer *c = calloc(1, sizeof *c);
    gw_assert(c);
    c->key = *key;
    c->peer = key->peer;
    c->told_ms = gw_clock_boot_ms();
    return c;
}

struct gw_consumer *gw_consumer_free(struct gw_consumer *c, struct gw_filters *filters)
{
    if (!c)
        return NULL;
    gw_filter_close(filters, c->wants);
    free(c->filter);
    free(c->unprocessed);
    free(c);
    return NULL;
}

void gw_consumer_credit(struct gw_consumer *c, uint64_t credit)
{
    size_t wanted = credit == 0 ? GW_CREDIT_DEFAULT : credit > GW_CREDIT_MAX ? GW_CREDIT_MAX : (size_t)credit;
    size_t room = wanted > c->pending ? wanted : c->pending; // a smaller window takes hold as they are processed
    if (room == c->credit)
        return;
    uint64_t *ring = malloc(room * sizeof *ring);
    gw_assert(ring);
    for (size_t i = 0; i < c->pending; i++)
        ring[i] = c->unprocessed[(c->oldest + i) % c->credit];
    free(c->unprocessed);
    c->unprocessed = ring;
    c->credit = room;
    c->oldest = 0;
}

bool gw_consumer_processed(struct gw_consumer *c, uint64_t seq)
{
    if (seq > c->position)
        return false;
    while (c->pending && c->unprocessed[c->oldest] <= seq) {
        c->oldest = (c->oldest + 1) % c->credit;
        c->pending--;
    }
    if (seq > c->processed)
        c->processed = seq;
    return true;
}

static bool sent(struct gw_consumer *c, int rc)
{
    if (rc == GW_OK)
        return true;
    if (rc == GW_EAGAIN)
        c->full = true;
    else
        c->gone = true;
    return false;
}

bool gw_consumer_say(struct gw_consumer *c, enum gw_msg type, const void *message)
{
    return !c->gone && sent(c, gw_socket_send(c->key.socket, &c->peer, type, message));
}

static void heard(struct gw_consumer *c, uint64_t seq)
{
    c->told = seq;
    c->told_ms = gw_clock_boot_ms();
}

void gw_consumer_mark(struct gw_consumer *c)
{
    Gw__Mark mark = GW__MARK__INIT;
    Gw__Pong pong = GW__PONG__INIT; // nothing is stored yet: all that is to be said is that we are here
    mark.seq = c->position;
    if (c->position ? gw_consumer_say(c, GW_MSG_MARK, &mark) : gw_consumer_say(c, GW_MSG_PONG, &pong))
        heard(c, c->position);
}

static bool deliver(struct gw_consumer *c, uint64_t seq, struct gw_span event, const struct gw_buf *frame)
{
    if (frame && c->delivered == seq - 1 && seq > 1) {
        if (!sent(c, gw_socket_send_frame(c->key.socket, &c->peer, frame->data, frame->bytes)))
            return false;
    } else {
        Gw__Deliver message = GW__DELIVER__INIT;
        message.seq = seq;
        message.prev_seq = c->delivered;
        message.event = (ProtobufCBinaryData){event.bytes, (uint8_t *)event.at};
        if (!gw_consumer_say(c, GW_MSG_DELIVER, &message))
            return false;
    }
    c->unprocessed[(c->oldest + c->pending) % c->credit] = seq;
    c->pending++;
    c->delivered = seq;
    heard(c, seq);
    return true;
}

bool gw_consumer_offer(struct gw_consumer *c, uint64_t seq, struct gw_judging *judging, const struct gw_buf *frame)
{
    if (!gw_consumer_is_open(c))
        return false;
    if ((!c->wants || gw_filter_wants(c->wants, judging)) && !deliver(c, seq, judging->event, frame))
        return false;
    c->position = seq;
    if (c->position >= c->told + GW_MARK_EVENTS)
        gw_consumer_mark(c);
    return true;
}
