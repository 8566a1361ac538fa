// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include "base/hash.h"

#include <string.h>

enum {
    CHECK_BYTES = 8,
    HEAD_BYTES = CHECK_BYTES + 8,
    VARINT_BYTES = 10, // at most
    SPARE_BYTES = 2 * VARINT_BYTES,
};

static void put_u64(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_u64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static size_t put_varint(uint8_t *at, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        at[n++] = (uint8_t)(value | 0x80);
    at[n++] = (uint8_t)value;
    return n;
}

static bool get_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

// ---- writing

void gw_segment_writer_init(struct gw_segment_writer *writer, gw_segment_block_fn *fn, void *arg)
{
    writer->fn = fn;
    writer->arg = arg;
    writer->block_bytes = writer->list_bytes = 0;
}

static int close_block(struct gw_segment_writer *w)
{
    if (!w->block_bytes)
        return GW_OK;
    put_u64(w->block + CHECK_BYTES, w->first_term);
    put_u64(w->block, gw_hash64(w->block + CHECK_BYTES, w->block_bytes - CHECK_BYTES));
    struct gw_span block = {(const char *)w->block, w->block_bytes};
    w->block_bytes = 0;
    return w->fn(w->first_term, block, w->arg);
}

static int close_list(struct gw_segment_writer *w)
{
    if (!w->list_bytes)
        return GW_OK;
    if (w->block_bytes + w->list_bytes + SPARE_BYTES > sizeof w->block) {
        int rc = close_block(w);
        if (rc != GW_OK)
            return rc;
    }
    if (!w->block_bytes) {
        w->first_term = w->last_term = w->term;
        w->block_bytes = HEAD_BYTES;
    }
    bool many = w->first_place != w->last_place;
    w->block_bytes += put_varint(w->block + w->block_bytes, (w->term - w->last_term) << 1 | many);
    if (many)
        w->block_bytes += put_varint(w->block + w->block_bytes, w->list_bytes);
    memcpy(w->block + w->block_bytes, w->list, w->list_bytes);
    w->block_bytes += w->list_bytes;
    w->last_term = w->term;
    w->list_bytes = 0;
    return GW_OK;
}

int gw_segment_put(struct gw_segment_writer *w, uint64_t term, uint32_t place)
{
    if (w->list_bytes && (term != w->term || w->list_bytes + VARINT_BYTES > sizeof w->list)) {
        int rc = close_list(w);
        if (rc != GW_OK)
            return rc;
    }
    if (!w->list_bytes) {
        w->term = term;
        w->first_place = place;
        w->list_bytes = put_varint(w->list, place);
    } else {
        w->list_bytes += put_varint(w->list + w->list_bytes, place - w->last_place - 1);
    }
    w->last_place = place;
    return GW_OK;
}

int gw_segment_end(struct gw_segment_writer *w)
{
    int rc = close_list(w);
    return rc == GW_OK ? close_block(w) : rc;
}

// ---- reading

int gw_segment_open(struct gw_span block, struct gw_segment_entry *ret_entry)
{
    const uint8_t *at = (const uint8_t *)block.at;
    if (block.bytes < HEAD_BYTES || get_u64(at) != gw_hash64(at + CHECK_BYTES, block.bytes - CHECK_BYTES))
        return gw_fail(GW_ECORRUPT, "search index: a block is damaged");
    *ret_entry = (struct gw_segment_entry){
        .term = get_u64(at + CHECK_BYTES), .at = at + HEAD_BYTES, .block_end = at + block.bytes};
    return GW_OK;
}

int gw_segment_next(struct gw_segment_entry *entry)
{
    uint64_t step, n = 0;
    if (entry->at == entry->block_end)
        return GW_ENOTFOUND;
    bool whole = get_varint(&entry->at, entry->block_end, &step);
    entry->list = entry->at;
    if (whole && step & 1) {
        whole = get_varint(&entry->at, entry->block_end, &n) && n <= (uint64_t)(entry->block_end - entry->at);
        entry->list = entry->at;
        entry->at += whole ? n : 0;
    } else if (whole) {
        whole = get_varint(&entry->at, entry->block_end, &n);
    }
    if (!whole)
        return gw_fail(GW_ECORRUPT, "search index: an entry is damaged");
    entry->term += step >> 1;
    entry->list_end = entry->at;
    return GW_OK;
}

bool gw_segment_place(struct gw_segment_entry *entry, uint32_t *place)
{
    uint64_t step;
    if (entry->list == entry->list_end || !get_varint(&entry->list, entry->list_end, &step))
        return false;
    *place += (uint32_t)step + 1; // from UINT32_MAX: step
    return true;
}
