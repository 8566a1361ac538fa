// SPDX-License-Identifier: Apache-2.0
#include "tail.h"

#include "schema/stream.pb-c.h"

void gw_tail_init(struct gw_tail *tail, Gw__Stream stream)
{
    *tail = (struct gw_tail){.stream = stream, .first = 1};
    for (size_t i = 0; i < GW_TAIL_EVENTS; i++)
        tail->entries[i].frame = GW_BUF(GW_FRAME_MAX);
}

static struct gw_tail_entry *entry_at(struct gw_tail *tail, uint64_t seq)
{
    return &tail->entries[seq % GW_TAIL_EVENTS];
}

static void drop_first(struct gw_tail *tail)
{
    struct gw_tail_entry *entry = entry_at(tail, tail->first++);
    tail->bytes -= entry->frame.bytes;
    gw_buf_fini(&entry->frame);
}

void gw_tail_reset(struct gw_tail *tail, uint64_t last)
{
    while (tail->first <= tail->last)
        drop_first(tail);
    tail->last = last;
    tail->first = last + 1;
}

void gw_tail_fini(struct gw_tail *tail)
{
    gw_tail_reset(tail, 0);
}

struct filling {
    struct gw_tail *tail;
    size_t left;
    int rc;
};

static bool add(const struct gw_store_event *row, void *arg)
{
    struct filling *f = arg;
    struct gw_tail *tail = f->tail;
    while (tail->last + 1 - tail->first >= GW_TAIL_EVENTS ||
           (tail->bytes + row->event.bytes > GW_TAIL_BYTES && tail->first <= tail->last))
        drop_first(tail);
    struct gw_tail_entry *entry = entry_at(tail, row->seq);
    Gw__Deliver deliver = GW__DELIVER__INIT;
    deliver.seq = row->seq;
    deliver.prev_seq = row->seq - 1;
    deliver.event = (ProtobufCBinaryData){row->event.bytes, (uint8_t *)row->event.at};
    f->rc = gw_frame_pack(&entry->frame, GW_MSG_DELIVER, &deliver);
    if (f->rc != GW_OK)
        return false;
    // The event is the last field of DELIVER, so it stands at the frame's end.
    entry->event = (struct gw_span){entry->frame.data + entry->frame.bytes - row->event.bytes, row->event.bytes};
    tail->bytes += entry->frame.bytes;
    tail->last = row->seq;
    return --f->left > 0;
}

int gw_tail_read(struct gw_tail *tail, struct gw_store *reader, size_t max, bool *ret_more)
{
    struct filling f = {.tail = tail, .left = max};
    int rc = gw_store_events(reader, tail->stream, tail->last + 1, UINT64_MAX, false, add, &f);
    *ret_more = f.left == 0;
    return rc != GW_OK ? rc : f.rc;
}

const struct gw_tail_entry *gw_tail_get(const struct gw_tail *tail, uint64_t seq)
{
    return seq >= tail->first && seq <= tail->last ? &tail->entries[seq % GW_TAIL_EVENTS] : NULL;
}
